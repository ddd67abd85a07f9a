package io.github.loomuring.examples;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A virtual thread that does not use files. It sleeps 1 ms in a loop and records how late it wakes,
 * which it does if other threads block the carriers.
 */
final class WakeUpProbe {
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Histogram lateNanos = new Histogram(SIGNIFICANT_DIGITS);
  private final Thread thread = Thread.ofVirtual().name("wake-up-probe").unstarted(this::run);
  private volatile boolean stopping;

  private WakeUpProbe() {}

  static WakeUpProbe start() {
    WakeUpProbe probe = new WakeUpProbe();
    probe.thread.start();
    return probe;
  }

  /** Ends the thread and returns how late it woke, its last sleep included. */
  String stop() throws InterruptedException {
    stopping = true;
    thread.join();
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms, p99 %.2f ms, max %.2f ms (%,d wake-ups)",
        millis(lateNanos.getValueAtPercentile(50)),
        millis(lateNanos.getValueAtPercentile(99)),
        millis(lateNanos.getMaxValue()),
        lateNanos.getTotalCount());
  }

  private void run() {
    try {
      while (!stopping) {
        long begin = System.nanoTime();
        Thread.sleep(1);
        lateNanos.recordValue(Math.max(0, System.nanoTime() - begin - SLEEP_NANOS));
      }
    } catch (InterruptedException e) {
      // An interrupt, which is not expected here, ends the thread.
    }
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }
}
