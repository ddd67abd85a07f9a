package io.github.loomuring.internal;

import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces what a file holds in one step that survives a crash: a temporary file beside it, write,
 * fsync, rename, fsync of the directory. All of it blocks.
 *
 * <p>Others may be allowed to write the directory, and may then give the temporary file's name to
 * another file at any moment. So nothing is ever set by that name, only by a descriptor: see {@link
 * KernelReplacement}. Where the kernel cannot be called, owner and group are left as they are, and
 * the permissions are those the file is created with.
 */
public final class Replacement implements Callable<Void> {
  /** As many as the kernel follows: MAXSYMLINKS of linux/namei.h. */
  private static final int LINKS_MAX = 40;

  private final Kernel kernel;
  private final Path path;
  private final byte[] bytes;

  /** By the running kernel, where it can be called. */
  public Replacement(Path path, byte[] bytes) {
    this(runningKernel(), path, bytes);
  }

  /**
   * By {@code kernel}.
   *
   * @param kernel null for the JDK
   */
  Replacement(Kernel kernel, Path path, byte[] bytes) {
    this.kernel = kernel;
    this.path = path;
    this.bytes = bytes;
  }

  private static Kernel runningKernel() {
    String architecture = System.getProperty("os.arch");
    if (!System.getProperty("os.name").equals("Linux")
        || !(architecture.equals("amd64") || architecture.equals("aarch64"))) {
      return null;
    }
    try {
      return KernelReplacement.isPossibleBy(LinuxKernel.INSTANCE) ? LinuxKernel.INSTANCE : null;
    } catch (LinkageError | IllegalCallerException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** A name that no other call has; not made of the target's, which may be as long as can be. */
  static String temporaryName() {
    return ".loom-uring-%016x".formatted(ThreadLocalRandom.current().nextLong());
  }

  @Override
  public Void call() throws IOException {
    Path target = target().toAbsolutePath();
    if (target.getParent() == null) {
      throw new FileSystemException(path.toString(), null, "Is a directory");
    }
    if (kernel == null) {
      replaceByJdk(target);
      return null;
    }
    try (KernelReplacement replacement = new KernelReplacement(kernel, path, target)) {
      replacement.replace(bytes);
    }
    return null;
  }

  /** What the path leads to, if it is a symbolic link: the link stays. */
  private Path target() throws IOException {
    Path target = path;
    for (int i = 0; Files.isSymbolicLink(target); i++) {
      if (i == LINKS_MAX) {
        throw new FileSystemLoopException(path.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  // ---- without calls of the kernel

  private void replaceByJdk(Path target) throws IOException {
    BasicFileAttributes old = attributes(target);
    if (old != null && !old.isRegularFile()) {
      throw notRegular(path, old.isDirectory());
    }
    Path directory = target.getParent();
    Path temporary = directory.resolve(temporaryName());
    Object made = null;
    try {
      try (FileChannel channel = create(temporary, old)) {
        made = key(temporary);
        ByteBuffer src = ByteBuffer.wrap(bytes);
        while (src.hasRemaining()) {
          channel.write(src);
        }
        channel.force(true);
      }
      if (!isStill(temporary, made)) {
        throw renamed(path, temporary.getFileName().toString());
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(temporary, made, e);
      throw Failures.withPath(path, e);
    } catch (RuntimeException | Error e) {
      delete(temporary, made, e);
      throw e;
    }
    force(directory);
  }

  static FileSystemException notRegular(Path path, boolean directory) {
    return new FileSystemException(
        path.toString(), null, directory ? "Is a directory" : "is not a regular file");
  }

  /** Somebody else has given the name of the temporary file to another one, or to none. */
  static FileSystemException renamed(Path path, String temporary) {
    return new FileSystemException(
        path.toString(),
        null,
        "its temporary file " + temporary + " was renamed or removed meanwhile; it is as it was");
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

  /** Which file it is, as far as the platform says; null if there is none. */
  private static Object key(Path temporary) throws IOException {
    BasicFileAttributes now = attributes(temporary);
    return now == null ? null : Objects.requireNonNullElse(now.fileKey(), Replacement.class);
  }

  private static boolean isStill(Path temporary, Object made) throws IOException {
    return made != null && made.equals(key(temporary));
  }

  private static void delete(Path temporary, Object made, Throwable reason) {
    try {
      if (isStill(temporary, made)) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private static void force(Path directory) throws IOException {
    if (!hasPosixAttributes(directory)) {
      return; // directories are no files there
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
