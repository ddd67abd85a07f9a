package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;
import static io.github.loomuring.internal.linux.Fcntl.AT_REMOVEDIR;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.ErrorNumber;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;

/** Operations on names: IORING_OP_UNLINKAT, RENAMEAT, MKDIRAT, SYMLINKAT and LINKAT. */
final class PathOperation {
  private PathOperation() {}

  static void delete(Context context, Path path) throws IOException {
    int result = unlink(context, path, 0);
    switch (ErrorNumber.of(result)) {
      // A directory, by Linux and by POSIX.
      case EISDIR, EPERM -> {
        int asDirectory = unlink(context, path, AT_REMOVEDIR);
        result = Errno.ENOTDIR.is(asDirectory) ? result : asDirectory;
      }
      default -> {
        // Done, or the name's own failure.
      }
    }
    switch (ErrorNumber.of(result)) {
      // By most file systems, and by some.
      case ENOTEMPTY, EEXIST -> throw new DirectoryNotEmptyException(path.toString());
      default -> check(result, path, null, "unlink");
    }
  }

  private static int unlink(Context context, Path path, int flags) throws IOException {
    PathMemory memory = PathMemory.of(path);
    return PathRequest.run(
        context,
        path + ": delete",
        memory,
        o -> Sqe.prepUnlinkat(o, memory.path(), flags, context.gateOf(path)));
  }

  /** Renames; zero or a negated errno. */
  static int rename(Context context, Path source, Path target, int flags) throws IOException {
    PathRequest.Paths paths = PathRequest.Paths.of(source, target);
    return PathRequest.runWithTwo(
        context,
        source + ": move to " + target,
        paths,
        o ->
            Sqe.prepRenameat(
                o, paths.first.path(), paths.second.path(), flags, context.gateOf(source, target)));
  }

  static void createDirectory(Context context, Path path, int mode) throws IOException {
    PathMemory memory = PathMemory.of(path);
    int result =
        PathRequest.run(
            context,
            path + ": createDirectory",
            memory,
            o -> Sqe.prepMkdirat(o, memory.path(), mode, context.gateOf(path)));
    check(result, path, null, "mkdir");
  }

  static void createSymbolicLink(Context context, Path link, Path target) throws IOException {
    PathRequest.Paths paths = PathRequest.Paths.ofTargetAndLink(target, link);
    int result =
        PathRequest.runWithTwo(
            context,
            link + ": createSymbolicLink",
            paths,
            o ->
                Sqe.prepSymlinkat(
                    o, paths.first.path(), paths.second.path(), context.gateOf(link)));
    check(result, link, null, "symlink");
  }

  static void createLink(Context context, Path link, Path existing) throws IOException {
    PathRequest.Paths paths = PathRequest.Paths.of(existing, link);
    int result =
        PathRequest.runWithTwo(
            context,
            link + ": createLink",
            paths,
            o ->
                Sqe.prepLinkat(
                    o, paths.first.path(), paths.second.path(), context.gateOf(existing, link)));
    check(result, link, existing, "link");
  }

  private static void check(int result, Path path, Path other, String what) throws IOException {
    if (result < 0) {
      throw Errno.exception(result, path.toString(), other == null ? null : other.toString(), what);
    }
  }
}
