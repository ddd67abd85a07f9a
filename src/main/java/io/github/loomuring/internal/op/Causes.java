package io.github.loomuring.internal.op;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;

/** Why an operation is to be cancelled: a set of bits, and the exception for them. */
final class Causes {
  /** The owner was interrupted. */
  static final int INTERRUPT = 1 << 8;

  /** The file was closed by another thread. */
  static final int FILE_CLOSED = 1 << 9;

  /** The ring was closed. */
  static final int RING_CLOSED = 1 << 10;

  /** The owner has what it wanted by another way. */
  static final int SUPERSEDED = 1 << 11;

  /** The owner's deadline has passed. */
  static final int DEADLINE = 1 << 12;

  /** An Error was thrown while the owner waited. */
  static final int TORN = 1 << 13;

  /** All of them. */
  static final int MASK = 0xff00;

  private Causes() {}

  /**
   * Whether {@code result} is that of an operation which was cancelled for one of {@code causes}.
   *
   * <p>EAGAIN counts: the request was not tried again because it was to be cancelled.
   */
  static boolean areOf(int causes, long result) {
    return causes != 0 && isGivenUp(result);
  }

  /** Whether a request has done nothing because it was, or was to be, cancelled. */
  static boolean isGivenUp(long result) {
    return Errno.isCancelled((int) result) || Errno.EAGAIN.is(result);
  }

  /**
   * The exception for an operation that was cancelled.
   *
   * @param what the operation, with its file
   */
  static IOException exception(int causes, String what) {
    if ((causes & (FILE_CLOSED | RING_CLOSED)) != 0) {
      return new AsynchronousCloseException();
    }
    return (causes & DEADLINE) != 0 ? Deadlines.timeout(what) : interrupted(what);
  }

  /**
   * The exception for an operation that its caller has abandoned, and whose causes are the reaper's
   * with it: the caller's own state tells.
   */
  static IOException exceptionOfAbandoned(String what) {
    if (Interrupts.pending()) {
      return interrupted(what);
    }
    return Deadlines.isOver() ? Deadlines.timeout(what) : new AsynchronousCloseException();
  }

  private static InterruptedIOException interrupted(String what) {
    return new InterruptedIOException(what + " was interrupted");
  }
}
