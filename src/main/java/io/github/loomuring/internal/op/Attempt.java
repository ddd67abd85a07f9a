package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;

/**
 * What the errno of a call says that was tried on the caller: whether the file has failed, or only
 * this way of asking for it.
 *
 * <p>What is only the way's goes on by the ring, or by the pool, whose answer counts.
 */
final class Attempt {
  private Attempt() {}

  /**
   * Whether the same may succeed where it may wait.
   *
   * <p>EAGAIN: it is not in memory. EINTR: a signal. ENOMEM and ENOBUFS: there was no memory to be
   * had without waiting for it; some file systems say so in place of EAGAIN.
   */
  static boolean isForLater(long result) {
    return Errno.EAGAIN.is(result)
        || Errno.EINTR.is(result)
        || Errno.ENOMEM.is(result)
        || Errno.ENOBUFS.is(result);
  }

  /**
   * Whether the call, or its flag, is refused.
   *
   * <p>EOPNOTSUPP: by the file system. ENOSYS: the kernel lacks the call. EPERM and ENOSYS: by a
   * seccomp profile that does not know the call; EPERM may also be the file's.
   */
  static boolean isRefused(long result) {
    return Errno.EOPNOTSUPP.is(result) || isRefusedCall(result);
  }

  /** As {@link #isRefused}, of a call whose flags every file system takes. */
  static boolean isRefusedCall(long result) {
    return Errno.ENOSYS.is(result) || Errno.EPERM.is(result);
  }

  /** Whether the ring has to decide. */
  static boolean isDecidedByRing(long result) {
    return isForLater(result) || isRefused(result);
  }
}
