package io.github.loomuring.internal.replace;

import io.github.loomuring.internal.call.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * The steps of a {@link Replacement} by calls of the JDK, all by one thread.
 *
 * <p>The JDK sets owner, group and permissions by name only, and the name may lead to another file
 * by then. So owner and group are not set, and the permissions are set by the call that creates the
 * temporary file.
 */
final class JdkReplacement {
  /** As the caller has given it, for messages. */
  private final Path path;

  private final Path target;

  /**
   * Prepares the replacement of a file.
   *
   * @param target absolute, and not the root
   */
  JdkReplacement(Path path, Path target) {
    this.path = path;
    this.target = target;
  }

  void replace(byte[] bytes) throws IOException {
    BasicFileAttributes old = attributes(target);
    if (old != null && !old.isRegularFile()) {
      throw SharedSteps.notRegular(path, old.isDirectory());
    }
    Path directory = target.getParent();
    Path temporary = directory.resolve(SharedSteps.temporaryName());
    Object key = null;
    try {
      try (FileChannel channel = create(temporary, old)) {
        key = key(temporary);
        ByteBuffer src = ByteBuffer.wrap(bytes);
        while (src.hasRemaining()) {
          channel.write(src);
        }
        channel.force(true);
      }
      if (!isStillNamed(temporary, key)) {
        throw SharedSteps.renamed(path, temporary.getFileName().toString());
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(temporary, key, e);
      throw Failures.withPath(path, e);
    } catch (RuntimeException | Error e) {
      delete(temporary, key, e);
      throw e;
    }
    force(directory);
  }

  private static BasicFileAttributes attributes(Path target) throws IOException {
    boolean posix = hasPosixAttributes(target);
    Class<? extends BasicFileAttributes> type =
        posix ? PosixFileAttributes.class : BasicFileAttributes.class;
    try {
      return Files.readAttributes(target, type, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static boolean hasPosixAttributes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileChannel create(Path temporary, BasicFileAttributes old) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    FileAttribute<?>[] attributes =
        old instanceof PosixFileAttributes posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(posix.permissions())}
            : new FileAttribute<?>[0];
    return FileChannel.open(temporary, options, attributes);
  }

  /**
   * Identifies the file that a name leads to, as far as the platform can; null if there is none.
   */
  private static Object key(Path temporary) throws IOException {
    BasicFileAttributes now = attributes(temporary);
    return now == null ? null : Objects.requireNonNullElse(now.fileKey(), JdkReplacement.class);
  }

  private static boolean isStillNamed(Path temporary, Object key) throws IOException {
    return key != null && key.equals(key(temporary));
  }

  /** Removes the temporary file, if its name still leads to the file that was created. */
  private static void delete(Path temporary, Object key, Throwable reason) {
    try {
      if (isStillNamed(temporary, key)) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private static void force(Path directory) throws IOException {
    if (!hasPosixAttributes(directory)) {
      return; // the platform cannot open a directory as a file
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
