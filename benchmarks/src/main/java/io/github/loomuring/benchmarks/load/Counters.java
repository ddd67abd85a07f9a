package io.github.loomuring.benchmarks.load;

import java.util.concurrent.atomic.AtomicLongArray;

/** How many operations each thread has completed, for another thread to read meanwhile. */
final class Counters {
  /** Counters of two threads are never in one cache line, nor in two that are fetched together. */
  private static final int STRIDE = 128 / Long.BYTES;

  private final AtomicLongArray counts;

  Counters(int threads) {
    counts = new AtomicLongArray(threads * STRIDE);
  }

  /** Called only by thread number {@code thread}. */
  void set(int thread, long count) {
    counts.setOpaque(thread * STRIDE, count);
  }

  long sum() {
    long sum = 0;
    for (int i = 0; i < counts.length(); i += STRIDE) {
      sum += counts.getOpaque(i);
    }
    return sum;
  }
}
