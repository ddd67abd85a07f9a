package io.github.loomuring.benchmarks.results;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The median, the lowest and the highest of some values. All are NaN if there is no value. */
public record Spread(double median, double min, double max) {
  static final Spread UNKNOWN = new Spread(Double.NaN, Double.NaN, Double.NaN);

  /** The spread of those values that are finite numbers. */
  public static Spread of(DoubleStream values) {
    double[] sorted = values.filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return UNKNOWN;
    }
    double low = sorted[(sorted.length - 1) / 2];
    double high = sorted[sorted.length / 2];
    return new Spread(low + (high - low) / 2, sorted[0], sorted[sorted.length - 1]);
  }

  /**
   * The spread of the ratios of our rounds to their rounds of the same number. The contenders are
   * measured in turn, so two rounds of the same number saw the same state of the machine. A ratio
   * of medians would compare rounds that did not.
   */
  public static Spread ofRatios(
      List<Round> ours, List<Round> theirs, ToDoubleFunction<Round> value) {
    return of(
        IntStream.range(0, Math.min(ours.size(), theirs.size()))
            .mapToDouble(
                i -> value.applyAsDouble(ours.get(i)) / value.applyAsDouble(theirs.get(i))));
  }

  /** Whether there is any value. */
  public boolean isKnown() {
    return !Double.isNaN(median);
  }
}
