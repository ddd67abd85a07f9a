package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The median of some rounds, and how far they lie apart. All NaN if no round has a value. */
record Spread(double median, double min, double max) {
  static final Spread UNKNOWN = new Spread(Double.NaN, Double.NaN, Double.NaN);

  /** Of the values that are numbers. */
  static Spread of(DoubleStream values) {
    double[] sorted = values.filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return UNKNOWN;
    }
    double low = sorted[(sorted.length - 1) / 2];
    double high = sorted[sorted.length / 2];
    return new Spread(low + (high - low) / 2, sorted[0], sorted[sorted.length - 1]);
  }

  static Spread of(List<Round> rounds, ToDoubleFunction<Round> value) {
    return of(rounds.stream().mapToDouble(value));
  }

  /**
   * Of the ratios of the first one's round to the other's round of the same number. The contenders
   * alternate, so that two rounds of a number saw the same state of the machine; a ratio of medians
   * would compare rounds that did not.
   */
  static Spread ofRatios(List<Round> ours, List<Round> theirs, ToDoubleFunction<Round> value) {
    return of(
        IntStream.range(0, Math.min(ours.size(), theirs.size()))
            .mapToDouble(
                i -> value.applyAsDouble(ours.get(i)) / value.applyAsDouble(theirs.get(i))));
  }

  boolean isKnown() {
    return !Double.isNaN(median);
  }
}
