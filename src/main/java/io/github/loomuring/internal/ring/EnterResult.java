package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.linux.Errno;

/**
 * Tells which results of {@code io_uring_enter(2)} end the ring.
 *
 * <p>An entry that fails has consumed no SQE; an entry that succeeds returns how many it consumed.
 * So an entry that fails with a passing error is simply repeated.
 */
final class EnterResult {
  /*
   *   EINTR    passes: a signal arrived.
   *   EAGAIN   passes: the kernel had no memory for a request.
   *   EBUSY    passes: completions have to be drained first.
   *   ENOMEM   passes: the kernel had no memory for a thread's state, made at its first entry.
   *   EBADR    fatal: a completion did not fit the completion queue, the kernel had no memory to
   *            keep it, and has dropped it. The caller that it belonged to, which is not known,
   *            would wait for ever.
   *   EOWNERDEAD                fatal: the kernel's submission thread has ended.
   *   EBADF, ENXIO, EOPNOTSUPP  fatal: the descriptor is no ring, or the kernel is ending the ring.
   *   EFAULT, EINVAL, EBADFD, EEXIST, EPERM and others  fatal: a repeated entry would fail as well.
   *
   * An error of a single request, for example ENXIO or EIO from a device, is reported by its CQE.
   */

  private EnterResult() {}

  /** Whether {@code result} is an error that every later entry would return too. */
  static boolean isFatal(int result) {
    return result < 0
        && !Errno.EINTR.is(result)
        && !Errno.EAGAIN.is(result)
        && !Errno.EBUSY.is(result)
        && !Errno.ENOMEM.is(result);
  }

  /** The kernel refused an entry with a fatal error. */
  static final class FatalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FatalException(int result) {
      super("io_uring_enter: " + Errno.describe(result));
      assert isFatal(result) : result;
    }
  }
}
