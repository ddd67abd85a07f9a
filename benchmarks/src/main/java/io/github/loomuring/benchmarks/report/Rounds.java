package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.function.ToDoubleFunction;

/** What is looked at in a round; NaN where the contender cannot tell it. */
final class Rounds {
  private static final Percentiles UNKNOWN =
      new Percentiles(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  private Rounds() {}

  static ToDoubleFunction<Round> latency(ToDoubleFunction<Percentiles> percentile) {
    return round -> percentile.applyAsDouble(known(round.latency()));
  }

  static ToDoubleFunction<Round> late(ToDoubleFunction<Percentiles> percentile) {
    return round -> percentile.applyAsDouble(known(round.late()));
  }

  private static Percentiles known(Percentiles percentiles) {
    return percentiles == null ? UNKNOWN : percentiles;
  }
}
