package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;
import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.ErrorNumber;
import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;
import java.nio.file.Path;

/**
 * IORING_OP_STATX of a name, after an attempt on the caller with {@code openat2(2)} and
 * RESOLVE_CACHED, which answers from the dentry and inode caches and does not wait for a device.
 */
final class PathStat {
  private PathStat() {}

  static FileStatus status(Context context, Path path, boolean followLinks) throws IOException {
    FileStatus[] status = new FileStatus[1];
    PathMemory memory = PathMemory.of(path);
    int result = onCaller(context, path, memory, followLinks);
    if (Errno.EAGAIN.is(result)) {
      int flags = followLinks ? 0 : AT_SYMLINK_NOFOLLOW;
      result =
          PathRequest.run(
              context,
              path + ": statx",
              memory,
              o ->
                  Sqe.prepStatx(
                      o,
                      AT_FDCWD,
                      memory.path(),
                      flags,
                      Stat.STATUS_MASK,
                      memory.statx(),
                      context.gateOf(path)),
              () -> status[0] = memory.status());
    } else {
      status[0] = result < 0 ? null : memory.status();
      memory.close();
      Turns.count(0); // last: it may wait
    }
    if (result < 0) {
      // As the JDK: a name below a file is missing.
      int said = Errno.ENOTDIR.is(result) ? Errno.ENOENT.negated() : result;
      throw Errno.exception(said, path.toString(), "statx");
    }
    return status[0];
  }

  /** Zero, an errno that is certain, or EAGAIN if a request has to tell. */
  private static int onCaller(Context context, Path path, PathMemory memory, boolean followLinks) {
    int unknown = Errno.EAGAIN.negated();
    if (context.slots.isClosed() || !Placement.mayLookUpOnCaller(context, path)) {
      return unknown; // a request also says that the engine is closed
    }
    int flags = O_PATH | O_CLOEXEC | (followLinks ? 0 : O_NOFOLLOW);
    long how = memory.how(flags, RESOLVE_CACHED);
    int fd =
        context.kernel.openat2(memory.scratch.errno, AT_FDCWD, memory.path(), how, OPEN_HOW_BYTES);
    if (fd < 0) {
      return switch (ErrorNumber.of(fd)) {
        case ENOENT, ENOTDIR -> fd;
        default -> unknown;
      };
    }
    int result;
    try {
      result =
          memory.statx(context.kernel, fd, memory.emptyPath(), AT_EMPTY_PATH, Stat.STATUS_MASK);
    } finally {
      context.kernel.close(memory.scratch.errno, fd);
    }
    return result < 0 ? unknown : result; // the ring's statx gives the error
  }
}
