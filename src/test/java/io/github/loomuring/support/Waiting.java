package io.github.loomuring.support;

import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.Callable;

/** Waits for a condition, and fails if it does not come true in time. */
public final class Waiting {
  private static final long TIMEOUT_NANOS = 20_000_000_000L;

  private Waiting() {}

  /** Returns when {@code condition} is true. {@code what} says so in the failure's message. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long begun = System.nanoTime();
    while (!condition.call()) {
      checkTime(begun, what);
    }
  }

  /** Returns when {@code things} are none any more. The failure's message lists them. */
  public static void untilEmpty(String what, Callable<? extends Collection<?>> things)
      throws Exception {
    long begun = System.nanoTime();
    Collection<?> left = things.call();
    while (!left.isEmpty()) {
      checkTime(begun, what + ": " + left);
      left = things.call();
    }
  }

  /** Returns when {@code thread} is parked, as it is during a call that goes through a ring. */
  public static void untilParked(Thread thread) throws Exception {
    until(
        thread + " to be parked",
        () -> {
          if (!thread.isAlive()) {
            throw new AssertionError(thread + " has ended");
          }
          Thread.State state = thread.getState();
          return state == Thread.State.WAITING
              || (state == Thread.State.TIMED_WAITING && looksForOtherSide(thread));
        });
  }

  /** Whether it opens a FIFO, where no open waits for the other side. */
  private static boolean looksForOtherSide(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(
            frame ->
                frame.getClassName().endsWith(".op.FifoWriter")
                    || frame.getClassName().endsWith(".op.FifoReader"));
  }

  private static void checkTime(long begunNanos, String what) throws InterruptedException {
    if (System.nanoTime() - begunNanos > TIMEOUT_NANOS) {
      throw new AssertionError("waited in vain for " + what);
    }
    Thread.sleep(1);
  }
}
