package io.github.loomuring.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces what a file holds in one step that survives a crash: a temporary file beside it, write,
 * fsync, rename, fsync of the directory. All of it blocks.
 */
public final class Replacement implements Callable<Void> {
  /** As many as the kernel follows: MAXSYMLINKS of linux/namei.h. */
  private static final int LINKS_MAX = 40;

  private final Path path;
  private final byte[] bytes;

  public Replacement(Path path, byte[] bytes) {
    this.path = path;
    this.bytes = bytes;
  }

  @Override
  public Void call() throws IOException {
    Path target = target();
    BasicFileAttributes old = attributes(target);
    if (old != null && !old.isRegularFile()) {
      throw new FileSystemException(
          path.toString(), null, old.isDirectory() ? "Is a directory" : "is not a regular file");
    }
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null) {
      throw new FileSystemException(path.toString(), null, "Is a directory");
    }
    // Not named after the target, whose name may be as long as a name can be.
    Path temporary =
        directory.resolve(".loom-uring-%016x".formatted(ThreadLocalRandom.current().nextLong()));
    try {
      write(temporary, old);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      IOException failure = Failures.withPath(path, e);
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException left) {
        failure.addSuppressed(left);
      }
      throw failure;
    }
    force(directory);
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

  private static BasicFileAttributes attributes(Path target) throws IOException {
    boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
    Class<? extends BasicFileAttributes> type =
        posix ? PosixFileAttributes.class : BasicFileAttributes.class;
    try {
      return Files.readAttributes(target, type, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void write(Path temporary, BasicFileAttributes old) throws IOException {
    try (FileChannel channel = create(temporary, old instanceof PosixFileAttributes)) {
      ByteBuffer src = ByteBuffer.wrap(bytes);
      while (src.hasRemaining()) {
        channel.write(src);
      }
      if (old instanceof PosixFileAttributes posix) {
        copy(posix, Files.getFileAttributeView(temporary, PosixFileAttributeView.class));
      }
      channel.force(true);
    }
  }

  /** Makes the temporary file; nobody else may read what is to be in it before that is settled. */
  private static FileChannel create(Path temporary, boolean isPrivate) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return isPrivate
        ? FileChannel.open(
            temporary,
            options,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
        : FileChannel.open(temporary, options);
  }

  private static void copy(PosixFileAttributes old, PosixFileAttributeView view)
      throws IOException {
    PosixFileAttributes now = view.readAttributes();
    try {
      if (!now.group().equals(old.group())) {
        view.setGroup(old.group());
      }
      if (!now.owner().equals(old.owner())) {
        view.setOwner(old.owner());
      }
    } catch (FileSystemException e) {
      // Only privileged processes may give files away.
    }
    view.setPermissions(old.permissions()); // last: a change of owner takes some away
  }

  private static void force(Path directory) throws IOException {
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return; // directories are no files there
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
