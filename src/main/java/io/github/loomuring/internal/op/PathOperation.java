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
    String what = path + ": delete";
    PathMemory memory = PathMemory.of(path);
    int result =
        NameCall.runAndClose(
            context,
            what,
            path,
            memory,
            (kernel, errno, directory, name) ->
                NameCall.isSmall(kernel, memory, directory, name)
                    ? kernel.unlinkat(errno, directory, name, flags)
                    : NameCall.NOT_HERE);
    return result != NameCall.NOT_HERE
        ? result
        : PathRequest.run(
            context,
            what,
            memory,
            o -> Sqe.prepUnlinkat(o, memory.path(), flags, context.gateOf(path)));
  }

  /** Renames; zero or a negated errno. */
  static int rename(Context context, Path source, Path target, int flags) throws IOException {
    String what = source + ": move to " + target;
    PathRequest.Paths paths = PathRequest.Paths.of(source, target);
    int result =
        onCaller(
            context,
            what,
            source,
            target,
            paths,
            (kernel, errno, directory, name, other, otherName) ->
                kernel.renameat2(errno, directory, name, other, otherName, flags));
    return result != NameCall.NOT_HERE
        ? result
        : PathRequest.runWithTwo(
            context,
            what,
            paths,
            o ->
                Sqe.prepRenameat(
                    o,
                    paths.first.path(),
                    paths.second.path(),
                    flags,
                    context.gateOf(source, target)));
  }

  static void createDirectory(Context context, Path path, int mode) throws IOException {
    String what = path + ": createDirectory";
    PathMemory memory = PathMemory.of(path);
    int result =
        NameCall.runAndClose(
            context,
            what,
            path,
            memory,
            (kernel, errno, parent, name) -> kernel.mkdirat(errno, parent, name, mode));
    if (result == NameCall.NOT_HERE) {
      result =
          PathRequest.run(
              context,
              what,
              memory,
              o -> Sqe.prepMkdirat(o, memory.path(), mode, context.gateOf(path)));
    }
    check(result, path, null, "mkdir");
  }

  static void createSymbolicLink(Context context, Path link, Path target) throws IOException {
    String what = link + ": createSymbolicLink";
    PathRequest.Paths paths = PathRequest.Paths.ofTargetAndLink(target, link);
    int result = NameCall.NOT_HERE;
    if (paths != null) {
      result =
          NameCall.runAndClose(
              context,
              what,
              link,
              paths.second,
              (kernel, errno, parent, name) ->
                  kernel.symlinkat(errno, paths.first.path(), parent, name));
      if (result != NameCall.NOT_HERE) {
        paths.first.close();
      }
    }
    if (result == NameCall.NOT_HERE) {
      result =
          PathRequest.runWithTwo(
              context,
              what,
              paths,
              o ->
                  Sqe.prepSymlinkat(
                      o, paths.first.path(), paths.second.path(), context.gateOf(link)));
    }
    check(result, link, null, "symlink");
  }

  static void createLink(Context context, Path link, Path existing) throws IOException {
    String what = link + ": createLink";
    PathRequest.Paths paths = PathRequest.Paths.of(existing, link);
    int result =
        onCaller(
            context,
            what,
            existing,
            link,
            paths,
            (kernel, errno, directory, name, other, otherName) ->
                kernel.linkat(errno, directory, name, other, otherName, 0));
    if (result == NameCall.NOT_HERE) {
      result =
          PathRequest.runWithTwo(
              context,
              what,
              paths,
              o ->
                  Sqe.prepLinkat(
                      o, paths.first.path(), paths.second.path(), context.gateOf(existing, link)));
    }
    check(result, link, existing, "link");
  }

  private static int onCaller(
      Context context,
      String what,
      Path path,
      Path other,
      PathRequest.Paths paths,
      NameCall.CallOnTwo call)
      throws IOException {
    return paths == null
        ? NameCall.NOT_HERE
        : NameCall.runAndClose(context, what, path, other, paths, call);
  }

  private static void check(int result, Path path, Path other, String what) throws IOException {
    if (result < 0) {
      throw Errno.exception(result, path.toString(), other == null ? null : other.toString(), what);
    }
  }
}
