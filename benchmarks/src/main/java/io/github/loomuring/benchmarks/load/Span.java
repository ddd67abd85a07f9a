package io.github.loomuring.benchmarks.load;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * How long a measurement lasts.
 *
 * @param millis its length, or the longest if it ends when the rate is steady
 * @param untilSteady whether it ends when the rate is steady: a warm-up
 */
record Span(int millis, boolean untilSteady) {
  private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();

  static Span of(int millis) {
    return new Span(millis, false);
  }

  static Span untilSteady(int millisMax) {
    return new Span(millisMax, true);
  }

  /** Waits for the span to end, while other threads count what they do. */
  void await(Counters counters) throws InterruptedException {
    if (!untilSteady) {
      Thread.sleep(millis); // the measured time
      return;
    }
    long begunNanos = System.nanoTime();
    Steadiness steadiness = new Steadiness();
    long doneBefore = counters.sum();
    long compiledBefore = compilationMillis();
    long windowNanos = begunNanos;
    boolean steady = false;
    while (!steady && System.nanoTime() - begunNanos < TimeUnit.MILLISECONDS.toNanos(millis)) {
      Thread.sleep(Steadiness.WINDOW_MILLIS); // a window of the warm-up
      long nowNanos = System.nanoTime();
      long done = counters.sum();
      long compiled = compilationMillis();
      double windowMillis = (nowNanos - windowNanos) / 1e6;
      steady =
          steadiness.add(
              (done - doneBefore) / windowMillis, (compiled - compiledBefore) / windowMillis);
      windowNanos = nowNanos;
      doneBefore = done;
      compiledBefore = compiled;
    }
  }

  /** The time that all compilations took which have ended. */
  static long compilationMillis() {
    return COMPILER != null && COMPILER.isCompilationTimeMonitoringSupported()
        ? COMPILER.getTotalCompilationTime()
        : 0;
  }
}
