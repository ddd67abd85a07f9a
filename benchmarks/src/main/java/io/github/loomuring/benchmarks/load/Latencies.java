package io.github.loomuring.benchmarks.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Latencies of many threads. One histogram for each thread would take gigabytes, and a single one
 * would be contended. So there are a few for each processor, and each thread uses one of them.
 */
final class Latencies {
  private static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(10);
  private static final int DIGITS = 3;
  private static final int STRIPES_PER_PROCESSOR = 8;

  private final AtomicHistogram[] stripes;

  Latencies() {
    stripes =
        new AtomicHistogram[STRIPES_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new AtomicHistogram(NANOS_MAX, DIGITS);
    }
  }

  void record(int thread, long nanos) {
    stripes[thread % stripes.length].recordValue(Math.min(nanos, NANOS_MAX));
  }

  /** The latencies of all threads. May be called when these have ended. */
  Histogram sum() {
    Histogram sum = new Histogram(NANOS_MAX, DIGITS);
    for (AtomicHistogram stripe : stripes) {
      sum.add(stripe);
    }
    return sum;
  }
}
