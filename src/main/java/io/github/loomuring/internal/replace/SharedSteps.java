package io.github.loomuring.internal.replace;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Parts of a replacement that are the same by calls of the kernel and by calls of the JDK. */
final class SharedSteps {
  private SharedSteps() {}

  /**
   * A name for a temporary file that no other call has. It is not made of the target's name, which
   * may be as long as a name can be.
   */
  static String temporaryName() {
    return ".loom-uring-%016x".formatted(ThreadLocalRandom.current().nextLong());
  }

  /** The exception for a target that is no regular file. */
  static FileSystemException notRegular(Path path, boolean directory) {
    return new FileSystemException(
        path.toString(), null, directory ? "Is a directory" : "is not a regular file");
  }

  /** The exception for a temporary file whose name leads to another file now, or to none. */
  static FileSystemException renamed(Path path, String temporary) {
    return new FileSystemException(
        path.toString(),
        null,
        "its temporary file "
            + temporary
            + " was renamed or removed meanwhile; the file is unchanged");
  }
}
