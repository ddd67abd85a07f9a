package io.github.loomuring.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * A tree that is made anew only if it was changed: removing directories is slow on file systems
 * that discard their blocks at once.
 */
public final class StandingTree {
  /** Makes what is in a new directory. */
  public interface Maker {
    void in(Path directory) throws Exception;
  }

  private final Path directory;
  private Object identity;
  private SortedMap<String, String> versions;

  /** It will be in {@code directory}. */
  public StandingTree(Path directory) {
    this.directory = directory;
  }

  /**
   * Sees to it that the tree is what {@code maker} makes.
   *
   * @param identity the same object whenever the same is to be made
   * @return the directory
   */
  public Path make(Object identity, Maker maker) throws Exception {
    if (this.identity != identity || !Trees.versions(directory).equals(versions)) {
      Trees.remove(directory);
      this.identity = identity;
      maker.in(Files.createDirectory(directory));
      versions = Trees.versions(directory);
    }
    return directory;
  }

  /** Has it made anew next time, for a maker that makes more than the tree. */
  public void forget() {
    identity = null;
  }
}
