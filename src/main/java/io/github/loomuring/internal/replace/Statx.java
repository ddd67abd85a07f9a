package io.github.loomuring.internal.replace;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Calls statx(2), and keeps the result of the last call. Used by one thread. */
final class Statx {
  private static final int ATTEMPTS = 1_000;
  private static final long PAUSE_NANOS = 1_000_000;

  private final Kernel kernel;
  private final MemorySegment errno;
  private final MemorySegment statx;

  /** The attributes of a file that its replacement takes over. */
  record Status(int mode, int uid, int gid) {
    int type() {
      return mode & S_IFMT;
    }

    int permissions() {
      return mode & 0777;
    }
  }

  Statx(Kernel kernel, Arena arena, MemorySegment errno) {
    this.kernel = kernel;
    this.errno = errno;
    this.statx = arena.allocate(STATX_BYTES, 8);
  }

  /**
   * Calls statx(2), again and again while the kernel has no memory: a temporary file that cannot be
   * identified is not removed.
   *
   * @return the result, or a negated errno
   */
  int call(int dirfd, long name, int flags) {
    int result = -1;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      result = kernel.statx(errno, dirfd, name, flags, STATX_BASIC_STATS, statx.address());
      if (!Errno.ENOMEM.is(result)) {
        break;
      }
      Pauses.parkNanos(PAUSE_NANOS);
    }
    return result;
  }

  long device() {
    return makedev(statx.get(JAVA_INT, STATX_DEV_MAJOR), statx.get(JAVA_INT, STATX_DEV_MINOR));
  }

  long inode() {
    return statx.get(JAVA_LONG, STATX_INO_OFFSET);
  }

  Status status() {
    return new Status(
        Short.toUnsignedInt(statx.get(JAVA_SHORT, STATX_MODE)),
        statx.get(JAVA_INT, STATX_UID_OFFSET),
        statx.get(JAVA_INT, STATX_GID_OFFSET));
  }
}
