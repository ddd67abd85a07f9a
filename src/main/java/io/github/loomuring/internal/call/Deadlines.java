package io.github.loomuring.internal.call;

import io.github.loomuring.FileTimeoutException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The deadline of the calling thread's file operations, if there is one. */
public final class Deadlines {
  /** {@link System#nanoTime} at which they have to end. */
  private static final ScopedValue<Long> NANOS = ScopedValue.newInstance();

  /** A century: differences of {@link System#nanoTime} must not overflow. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Deadlines() {}

  /** Calls {@code operation} with a deadline, the sooner of this one and an outer one. */
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

  /** Whether there is one. */
  public static boolean isSet() {
    return NANOS.isBound();
  }

  /** When it is, as {@link System#nanoTime}; there must be one. */
  public static long atNanos() {
    return NANOS.get();
  }

  /** Whether there is one, and it has passed. */
  public static boolean isOver() {
    return isSet() && atNanos() - System.nanoTime() <= 0;
  }

  /** Parks, for no longer than until the deadline; false, at once, if it has passed. */
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

  /** Throws if there is one that has passed. */
  public static void check(Object subject) throws FileTimeoutException {
    if (isOver()) {
      throw new FileTimeoutException(subject + ": the deadline was over before the operation");
    }
  }

  /** The exception for an operation that was ended: by an interrupt, or else by its deadline. */
  public static InterruptedIOException ended(String what) {
    return Interrupts.pending()
        ? new InterruptedIOException(what + " was interrupted")
        : timeout(what);
  }

  /** The exception for an operation that was cancelled because its deadline passed. */
  public static FileTimeoutException timeout(String what) {
    return new FileTimeoutException(what + " was ended by its deadline");
  }
}
