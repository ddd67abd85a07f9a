package io.github.loomuring.internal.schedule;

import io.github.loomuring.errors.ThrowPoints;
import io.github.loomuring.errors.ThrowPoints.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds up a caller of a pool at a point of its way, and checks that the work of others is done
 * meanwhile. Then an Error is thrown at that point. Runs in a copy of the library that has such
 * points.
 *
 * <p>The pool has at most one thread, and none at first.
 */
public final class HeldUpCaller {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private HeldUpCaller() {}

  /**
   * Holds up the caller that makes the first thread of the pool.
   *
   * @param nth the point, from 1 on
   * @param virtual whether the caller is a virtual thread
   * @return false if the caller does not come to so many points
   */
  public static boolean at(int nth, boolean virtual) throws Exception {
    try (Offload pool = new Offload(1)) { // has all classes initialised
      pool.call(() -> "nothing");
    }
    try (Offload pool = new Offload(1)) {
      return run(pool, nth, virtual);
    }
  }

  private static boolean run(Offload pool, int nth, boolean virtual) throws Exception {
    Attempt first = new Attempt(pool, "first", virtual);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    AtomicInteger points = new AtomicInteger();
    ThrowPoints.arm(
        thread -> {
          if (thread != first.thread || points.incrementAndGet() != nth) {
            return false;
          }
          reached.countDown();
          sleepUntil(mayGoOn);
          return true;
        },
        Kind.ANY,
        1,
        false);
    first.thread.start();
    while (!reached.await(1, TimeUnit.MILLISECONDS)) {
      if (!first.thread.isAlive()) {
        return false;
      }
    }
    try {
      checkServed(new Attempt(pool, "second", false), "beside one that is held up at point " + nth);
    } finally {
      mayGoOn.countDown();
    }
    first.end("after an Error at point " + nth);
    if (ThrowPoints.disarm() != 1) {
      throw new AssertionError("no Error was thrown at point " + nth);
    }
    checkServed(new Attempt(pool, "third", false), "after another one's Error at point " + nth);
    return true;
  }

  private static void checkServed(Attempt attempt, String when) throws InterruptedException {
    attempt.thread.start();
    attempt.end(when);
    if (attempt.failure != null) {
      throw new AssertionError(attempt.thread.getName() + " call fails", attempt.failure);
    }
  }

  /** Does not park: that would use up the permit that tells the caller of its result. */
  private static void sleepUntil(CountDownLatch latch) {
    try {
      while (latch.getCount() > 0) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts", e);
    }
  }

  /** A call on a thread of its own. */
  private static final class Attempt {
    final Thread thread;
    volatile String value;
    volatile Throwable failure;

    Attempt(Offload pool, String result, boolean virtual) {
      Runnable call =
          () -> {
            try {
              value = pool.call(() -> result);
            } catch (Throwable t) {
              failure = t;
            }
          };
      Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
      thread = builder.name(result).unstarted(call);
    }

    void end(String when) throws InterruptedException {
      if (!thread.join(PATIENCE)) {
        throw new AssertionError(
            thread.getName()
                + " call does not end "
                + when
                + ": "
                + List.of(thread.getStackTrace()));
      }
      if (failure == null && !thread.getName().equals(value)) {
        throw new AssertionError(thread.getName() + " call returns " + value);
      }
    }
  }
}
