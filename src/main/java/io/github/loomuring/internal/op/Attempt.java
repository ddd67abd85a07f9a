package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.ErrorNumber;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.watch.Permits;

/**
 * The attempt of a transfer on its caller, before a request is sent: with {@code preadv2(2)} or
 * {@code pwritev2(2)} and RWF_NOWAIT, which do not wait for a device; a read of a FIFO, whose
 * descriptor does not block; or a plain write, where {@link Placement} lets it wait.
 */
final class Attempt {
  private static final int NOWAIT_ATTEMPTS = 8;

  /** The meaning of an attempt's errno. */
  enum Meaning {
    /** The same may succeed where it may wait: a request follows. */
    LATER,
    /** The call, or its flag, is refused: a request follows, and attempts may end. */
    REFUSED,
    /** The file's own failure. */
    FAILURE
  }

  private Attempt() {}

  /** The meaning of a negated errno of a system call that must not wait. */
  static Meaning meaning(long result) {
    return switch (ErrorNumber.of(result)) {
      // It is not in memory. A signal. No memory could be had without waiting for it: some file
      // systems say so in place of EAGAIN.
      case EAGAIN, EINTR, ENOMEM, ENOBUFS -> Meaning.LATER;
      // By the file system. By the kernel, which lacks the call. By a seccomp profile, which does
      // not know the call; EPERM may also be the file's, and the ring's answer counts.
      case EOPNOTSUPP, ENOSYS, EPERM -> Meaning.REFUSED;
      default -> Meaning.FAILURE;
    };
  }

  /** Whether a request has to follow an attempt that failed. */
  static boolean isDecidedByRing(long result) {
    return meaning(result) != Meaning.FAILURE;
  }

  /**
   * Whether the kernel, or a seccomp profile, refuses a call whose flags every file system takes.
   */
  static boolean isRefusedCall(long result) {
    return Errno.ENOSYS.is(result) || Errno.EPERM.is(result);
  }

  /**
   * Bytes read, 0 at the end of the file, or a negated errno: EAGAIN also if there was no attempt.
   *
   * @param iovecs address of {@code count} iovecs
   */
  static long read(Handle handle, Operation operation, long iovecs, int count, long offset) {
    if (!Placement.mayReadOnCaller(handle, operation)) {
      return Errno.EAGAIN.negated();
    }
    return readAgain(handle, operation, iovecs, count, offset);
  }

  /** As {@link #read}, where an attempt has been made in this call. */
  static long readAgain(Handle handle, Operation operation, long iovecs, int count, long offset) {
    boolean seekable = handle.kind.seekable();
    // A FIFO takes no RWF_NOWAIT; its descriptor does not block.
    int flags = seekable ? Fcntl.RWF_NOWAIT : 0;
    assert seekable || handle.kind.fifo() : handle;
    long n =
        handle
            .kernel()
            .preadv2(operation.errno, handle.fd, iovecs, count, seekable ? offset : -1, flags);
    if (n < 0 && seekable) {
      noteRead(handle, operation, n);
    }
    return n;
  }

  private static void noteRead(Handle handle, Operation operation, long result) {
    Meaning meaning = meaning(result);
    if (meaning == Meaning.REFUSED) {
      handle.device.readRefused(handle.kernel(), operation.errno, result);
    } else if (meaning == Meaning.LATER && !Errno.EINTR.is(result)) {
      handle.missedCache = true;
    }
  }

  /** A read has found all its bytes in the page cache. */
  static void hitCache(Handle handle) {
    if (handle.missedCache) { // written only when it changes: all readers share its cache line
      handle.missedCache = false;
    }
  }

  /**
   * Bytes written, or a negated errno: EAGAIN also if there was no attempt.
   *
   * @param iovecs address of {@code count} iovecs of {@code length} bytes in all
   * @param flags of {@code pwritev2(2)}
   */
  static long write(
      Handle handle,
      Operation operation,
      long iovecs,
      int count,
      long length,
      long position,
      int flags) {
    if (!Placement.mayWriteOnCaller(handle)) {
      return Errno.EAGAIN.negated();
    }
    if (handle.context.policy.adaptive) {
      return writeUnderPermit(handle, operation, iovecs, count, length, position, flags);
    }
    if (!handle.device.nowaitWrites()) {
      return Errno.EAGAIN.negated();
    }
    long n = writeWithoutWaiting(handle, operation, iovecs, count, position, flags);
    if (n < 0 && meaning(n) == Meaning.REFUSED) {
      handle.device.writeRefused(handle.kernel(), operation.errno, n);
    }
    return n;
  }

  /** Not first with RWF_NOWAIT, which waits on a frozen file system, where no permit counts it. */
  private static long writeUnderPermit(
      Handle handle,
      Operation operation,
      long iovecs,
      int count,
      long length,
      long position,
      int flags) {
    int permit = Placement.permitToCall(handle, handle.device.writePermits, length);
    if (permit == Permits.NONE) {
      return Errno.EAGAIN.negated();
    }
    try {
      return handle.kernel().pwritev2(operation.errno, handle.fd, iovecs, count, position, flags);
    } finally {
      operation.callerWork.lasted(handle.device.writePermits.leave(permit));
    }
  }

  /**
   * An attempt that does not wait; a few, because another write of the file, which holds its lock
   * for some microseconds, is a reason to refuse one.
   */
  private static long writeWithoutWaiting(
      Handle handle, Operation operation, long iovecs, int count, long position, int flags) {
    int nowait = flags | Fcntl.RWF_NOWAIT;
    for (int attempt = 1; ; attempt++) {
      long n =
          handle.kernel().pwritev2(operation.errno, handle.fd, iovecs, count, position, nowait);
      if (!Errno.EAGAIN.is(n) || attempt == NOWAIT_ATTEMPTS) {
        return n;
      }
      Thread.onSpinWait();
    }
  }
}
