package io.github.loomuring.it.server;

import java.util.Arrays;

/**
 * A virtual thread that has nothing to do with the others: it sleeps 1 ms in a loop, and notes how
 * much later than that it woke. A thread that holds its carrier while it waits for a disk makes it
 * late.
 */
final class Lateness {
  private static final long SLEEP_NANOS = 1_000_000;
  private static final int SAMPLES_MAX = 1_000_000;

  private final long[] nanos = new long[SAMPLES_MAX];
  private int count;
  private volatile boolean stopped;
  private final Thread sleeper = Thread.ofVirtual().start(this::run);

  private void run() {
    try {
      while (!stopped && count < nanos.length) {
        long begun = System.nanoTime();
        Thread.sleep(0, (int) (SLEEP_NANOS - 1));
        nanos[count++] = System.nanoTime() - begun - SLEEP_NANOS;
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    }
  }

  /** Ends the thread, and tells what it saw as lines {@code key=value}. */
  String stop() throws InterruptedException {
    stopped = true;
    sleeper.join();
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return "beats=%d%nlateP50Micros=%d%nlateP99Micros=%d%nlateWorstMicros=%d"
        .formatted(
            count,
            sorted[count / 2] / 1_000,
            sorted[(int) (count * 0.99)] / 1_000,
            sorted[count - 1] / 1_000);
  }
}
