package io.github.loomuring.support;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes temporary directories on a tmpfs, for tests that make and remove hundreds of thousands of
 * names. On a disk such tests take minutes if the file system discards blocks as soon as they are
 * free. Each of them runs some of its cases on the disk all the same.
 *
 * <p>Where no tmpfs can be used, the directories are ordinary temporary directories. The first of
 * them prints the reason.
 */
public final class InMemory implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");

  /** Several times as much as the largest of the trees, whose files take a page each. */
  private static final long BYTES_MIN = 32L << 20;

  private static final String PREFIX = "loom-uring-";
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    String obstacle = obstacle();
    if (obstacle == null) {
      try {
        return Files.createTempDirectory(MEMORY, PREFIX);
      } catch (IOException e) {
        obstacle = e.toString(); // no inodes are left, say
      }
    }
    if (TOLD.compareAndSet(false, true)) {
      System.err.println("Tests that could run in memory run on the disk: " + obstacle);
    }
    return Files.createTempDirectory(PREFIX);
  }

  /** Why no directory can be made in memory; null if one can. */
  private static String obstacle() throws IOException {
    if (!Files.isDirectory(MEMORY)) {
      return "there is no directory " + MEMORY;
    }
    if (!Files.isWritable(MEMORY)) {
      return MEMORY + " is not writable";
    }
    FileStore store = Files.getFileStore(MEMORY);
    if (!store.type().equals("tmpfs")) {
      return MEMORY + " is no tmpfs but " + store.type();
    }
    long bytes = store.getUsableSpace();
    return bytes < BYTES_MIN
        ? MEMORY + " has " + bytes + " free bytes, fewer than " + BYTES_MIN
        : null;
  }
}
