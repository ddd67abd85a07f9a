package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.platform.PosixLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The channels of a file of the pool, for its close. {@link PosixLocks} puts the close off while
 * the library holds a lock on the file.
 */
final class PoolDescriptors extends PosixLocks.Descriptor implements Callable<Void> {
  private final Path path;
  private final FileChannel channel;
  private final FileChannel writing;
  private final long key;

  /**
   * The channels of one open file.
   *
   * @param writing the same as {@code channel}, or another one
   * @param key the key of the file, see {@link PosixLocks}
   */
  PoolDescriptors(Path path, FileChannel channel, FileChannel writing, long key) {
    this.path = path;
    this.channel = channel;
    this.writing = writing;
    this.key = key;
  }

  @Override
  public long key() {
    return key;
  }

  /**
   * The key of the file that a path leads to. The JDK does not tell which file a channel belongs
   * to. So the key is computed right after the open; later the path may lead to another file.
   */
  static long keyOf(Path path) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return PosixLocks.NONE; // Windows: a lock belongs to its channel
    }
    try {
      Map<String, Object> file = Files.readAttributes(path, "unix:dev,ino");
      return PosixLocks.key(number(file.get("dev")), number(file.get("ino")));
    } catch (IOException e) {
      return PosixLocks.UNKNOWN;
    }
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  /** Closes the channels; called by a thread of the pool. */
  @Override
  public Void call() throws IOException {
    PosixLocks.close(this);
    return null;
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      writing.close();
    }
  }

  @Override
  public String toString() {
    return "the channels of " + path;
  }
}
