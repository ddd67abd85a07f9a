package io.github.loomuring.examples;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A virtual thread that has nothing to do with the files: it sleeps 1 ms in a loop, and notes how
 * late it wakes. It does so late if others hold the carriers.
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

  /** Ends the thread, and says how late it was. The sleep it is in counts. */
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
      // Nobody interrupts it; if somebody does, that ends it.
    }
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }
}
