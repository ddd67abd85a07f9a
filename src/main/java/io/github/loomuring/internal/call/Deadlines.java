package io.github.loomuring.internal.call;

import io.github.loomuring.FileTimeoutException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The deadline of the calling thread's file operations, if one is set. */
public final class Deadlines {
  /** The {@link System#nanoTime} at which they have to end. */
  private static final ScopedValue<Long> NANOS = ScopedValue.newInstance();

  /** A century, so that differences of {@link System#nanoTime} do not overflow. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Deadlines() {}

  /** Calls {@code operation} with a deadline: the earlier of this one and an outer one. */
  public static <T, X extends Throwable> T within(
      Duration duration, ScopedValue.CallableOp<? extends T, X> operation) throws X {
    long now = System.nanoTime();
    long left = nanos(duration);
    if (isSet()) {
      left = Math.min(left, atNanos() - now);
    }
    return ScopedValue.where(NANOS, now + left).call(operation);
  }

  private static long nanos(Duration duration) {
    return duration.isNegative()
        ? 0
        : (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos();
  }

  /** Whether a deadline is set. */
  public static boolean isSet() {
    return NANOS.isBound();
  }

  /** The deadline, as {@link System#nanoTime}; one must be set. */
  public static long atNanos() {
    return NANOS.get();
  }

  /** Whether a deadline is set and has passed. */
  public static boolean isOver() {
    return isSet() && atNanos() - System.nanoTime() <= 0;
  }

  /** The time until the deadline, not positive if it has passed; the maximum if none is set. */
  public static long leftNanos() {
    return isSet() ? atNanos() - System.nanoTime() : Long.MAX_VALUE;
  }

  /** Parks until the deadline at the longest; returns false at once if it has passed. */
  public static boolean park(Object blocker) {
    if (!isSet()) {
      LockSupport.park(blocker);
      return true;
    }
    long leftNanos = atNanos() - System.nanoTime();
    if (leftNanos > 0) {
      LockSupport.parkNanos(blocker, leftNanos);
    }
    return leftNanos > 0;
  }

  /** Throws if a deadline is set and has passed. */
  public static void check(Object subject) throws FileTimeoutException {
    if (isOver()) {
      throw new FileTimeoutException(subject + ": the deadline was over before the operation");
    }
  }

  /** The exception for an operation that an interrupt has ended, or else the deadline. */
  public static InterruptedIOException ended(String what) {
    return Interrupts.pending()
        ? new InterruptedIOException(what + " was interrupted")
        : timeout(what);
  }

  /** The exception for an operation that the deadline has ended. */
  public static FileTimeoutException timeout(String what) {
    return new FileTimeoutException(what + " was ended by its deadline");
  }
}
