package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.ErrorNumber;
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

/** IORING_OP_RENAMEAT: moves and exchanges of files. */
final class Move {
  private Move() {}

  /**
   * Renames a file.
   *
   * @return false if the JDK has to move it in several steps: copy it to another file system, or
   *     remove an empty directory that a file is to replace
   */
  static boolean move(Context context, Path source, Path target, Set<CopyOption> options)
      throws IOException {
    boolean atomic = options.contains(StandardCopyOption.ATOMIC_MOVE);
    boolean replaces = atomic || options.contains(StandardCopyOption.REPLACE_EXISTING);
    int flags = replaces ? 0 : Fcntl.RENAME_NOREPLACE;
    int result = PathOperation.rename(context, source, target, flags);
    if (result >= 0) {
      return true;
    }
    if (atomic) {
      if (Errno.EXDEV.is(result)) {
        throw new AtomicMoveNotSupportedException(
            source.toString(), target.toString(), Errno.describe(result));
      }
      throw failure(result, source, target);
    }
    if (!replaces && isNoMove(context, source, target)) {
      return true;
    }
    if (mayTakeSteps(result, replaces)) {
      return false;
    }
    if (Errno.EEXIST.is(result) && !replaces) {
      throw new FileAlreadyExistsException(target.toString());
    }
    PathStat.status(context, source, false); // fails, if it is the source that is missing
    throw failure(result, source, target);
  }

  private static FileSystemException failure(int result, Path source, Path target) {
    return Errno.exception(result, source.toString(), target.toString(), "rename");
  }

  /**
   * Whether the JDK may move in several steps a file that could not be renamed. It looks first and
   * acts then, so that it might replace, or remove for nothing, what others change meanwhile.
   */
  private static boolean mayTakeSteps(int result, boolean replaces) {
    return switch (ErrorNumber.of(result)) {
      // Another file system.
      case EXDEV -> true;
      // A file system without RENAME_NOREPLACE; or a directory into itself.
      case EINVAL -> !replaces;
      // Nothing is there to be moved.
      case ENOENT -> false;
      // The target may be an empty directory.
      default -> replaces;
    };
  }

  /**
   * Whether the two are one file, which is left as it is. That is also so where the kernel refuses
   * to rename it: "." and "/" have no name that could be another one.
   *
   * @throws FileAlreadyExistsException if there is another file, whatever else is wrong
   */
  private static boolean isNoMove(Context context, Path source, Path target) throws IOException {
    FileStatus there;
    FileStatus inPlace;
    try {
      there = PathStat.status(context, source, false);
      inPlace = PathStat.status(context, target, false);
    } catch (FileSystemException e) {
      return false; // one is missing, or gone by now
    }
    if (there.device() == inPlace.device() && there.inode() == inPlace.inode()) {
      return true;
    }
    throw new FileAlreadyExistsException(target.toString());
  }

  /** Exchanges the files of two names. */
  static void exchange(Context context, Path one, Path other) throws IOException {
    int result = PathOperation.rename(context, one, other, Fcntl.RENAME_EXCHANGE);
    if (Errno.EINVAL.is(result)) {
      throw new UnsupportedOperationException(
          "the file system of " + one + " cannot exchange two files: " + Errno.describe(result));
    }
    if (result < 0) {
      throw Errno.exception(result, one.toString(), other.toString(), "exchange");
    }
  }
}
