package io.github.loomuring.benchmarks.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * An unrelated virtual thread that sleeps 1 ms in a loop and records how late it wakes.
 *
 * <p>If the thread is overdue when the measurement ends, its lateness at that moment counts. So a
 * thread that never runs again is recorded, too.
 */
final class Sleeper {
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Histogram lateNanos = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
  private final Thread thread;
  private volatile boolean stopped;
  private volatile long asleepSince;

  Sleeper() {
    asleepSince = System.nanoTime();
    thread = Thread.ofVirtual().start(this::run);
  }

  private void run() {
    while (!stopped) {
      long begun = System.nanoTime();
      asleepSince = begun;
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        return;
      }
      record(System.nanoTime() - begun);
    }
  }

  private synchronized void record(long nanos) {
    if (!stopped) {
      lateNanos.recordValue(Math.max(0, nanos - SLEEP_NANOS));
    }
  }

  /** Ends the measurement; to be called while the load is still running. */
  synchronized Histogram stop() {
    if (!stopped) {
      record(System.nanoTime() - asleepSince);
      stopped = true;
    }
    return lateNanos;
  }

  /** Waits until the thread has ended, after {@link #stop}. */
  void join() throws InterruptedException {
    thread.join();
  }
}
