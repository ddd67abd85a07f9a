package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Percentiles;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.HdrHistogram.AbstractHistogram;

/** Numbers out of many numbers. */
final class Statistics {
  private Statistics() {}

  /** Null if nothing was recorded. */
  static Percentiles percentiles(AbstractHistogram histogram) {
    if (histogram.getTotalCount() == 0) {
      return null;
    }
    return new Percentiles(
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(90),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getMaxValue());
  }

  /** NaN if there are none, or one is NaN. */
  static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length == 0 || Arrays.stream(sorted).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
