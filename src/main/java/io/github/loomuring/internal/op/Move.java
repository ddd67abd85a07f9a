package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;

/** IORING_OP_RENAMEAT, and the JDK's move where a file cannot be renamed. */
final class Move {
  private Move() {}

  static void move(RingEngine engine, Path source, Path target, Set<CopyOption> options)
      throws IOException {
    boolean atomic = options.contains(StandardCopyOption.ATOMIC_MOVE);
    boolean replaces = atomic || options.contains(StandardCopyOption.REPLACE_EXISTING);
    int result =
        PathOperation.rename(engine, source, target, replaces ? 0 : Fcntl.RENAME_NOREPLACE);
    if (Errno.EXDEV.is(result) && atomic) {
      throw new AtomicMoveNotSupportedException(
          source.toString(), target.toString(), Errno.describe(result));
    }
    if (result >= 0 || (!replaces && isNoMove(engine, source, target))) {
      return;
    }
    if (Errno.EEXIST.is(result) && !replaces) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (!atomic && mayTakeSteps(result, replaces)) {
      engine.moveByJdk(source, target, options);
      return;
    }
    if (!atomic) {
      engine.status(source, false); // fails, if it is the source that is missing
    }
    throw Errno.exception(result, source.toString(), target.toString(), "rename");
  }

  /**
   * Whether the JDK may move in several steps what could not be renamed: copy to another file
   * system, or remove an empty directory that a file is to replace. It looks first and acts then,
   * so that it might replace, or remove for nothing, what others change meanwhile.
   */
  private static boolean mayTakeSteps(int result, boolean replaces) {
    return Errno.EXDEV.is(result)
        || (replaces
            ? !Errno.ENOENT.is(result) && !Errno.EINVAL.is(result)
            : Errno.EINVAL.is(result)); // a file system without RENAME_NOREPLACE
  }

  /**
   * Whether the two are one file, which is left as it is. That is also so where the kernel refuses
   * to rename it: "." and "/" have no name that could be another one.
   *
   * @throws FileAlreadyExistsException if there is another file, whatever else is wrong
   */
  private static boolean isNoMove(RingEngine engine, Path source, Path target) throws IOException {
    FileStatus there;
    FileStatus inPlace;
    try {
      there = engine.status(source, false);
      inPlace = engine.status(target, false);
    } catch (FileSystemException e) {
      return false; // one is missing, or gone by now
    }
    if (there.device() == inPlace.device() && there.inode() == inPlace.inode()) {
      return true;
    }
    throw new FileAlreadyExistsException(target.toString());
  }

  /** Has each of two names mean what the other did. */
  static void exchange(RingEngine engine, Path one, Path other) throws IOException {
    int result = PathOperation.rename(engine, one, other, Fcntl.RENAME_EXCHANGE);
    if (Errno.EINVAL.is(result)) {
      throw new UnsupportedOperationException(
          "the file system of " + one + " cannot exchange two files: " + Errno.describe(result));
    }
    if (result < 0) {
      throw Errno.exception(result, one.toString(), other.toString(), "exchange");
    }
  }
}
