package io.github.loomuring.benchmarks.load;

import java.util.concurrent.atomic.AtomicLongArray;

/** The number of operations that each thread has completed. Another thread may read them. */
final class Counters {
  /** Two counters share neither a cache line nor a pair of lines that is prefetched together. */
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
