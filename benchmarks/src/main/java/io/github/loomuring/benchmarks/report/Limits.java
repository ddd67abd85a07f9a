package io.github.loomuring.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The limits of a {@link MatrixTarget}. One that is NaN is none.
 *
 * @param ratioMin the least rate, divided by that of the baseline
 * @param lateMillisMax the most lateness of an unrelated thread, 99th percentile
 * @param cpuRatioMax the most processor time of an operation, divided by that of the baseline
 */
record Limits(double ratioMin, double lateMillisMax, double cpuRatioMax) {
  static final Limits NONE = new Limits(Double.NaN, Double.NaN, Double.NaN);

  static Limits ratio(double minimum) {
    return new Limits(minimum, Double.NaN, Double.NaN);
  }

  Limits late(double millisMax) {
    return new Limits(ratioMin, millisMax, cpuRatioMax);
  }

  Limits cpu(double ratioMax) {
    return new Limits(ratioMin, lateMillisMax, ratioMax);
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (!Double.isNaN(ratioMin)) {
      parts.add("≥ " + Numbers.limit(ratioMin));
    }
    if (!Double.isNaN(lateMillisMax)) {
      parts.add("late ≤ " + Numbers.limit(lateMillisMax) + " ms");
    }
    if (!Double.isNaN(cpuRatioMax)) {
      parts.add("CPU ≤ " + Numbers.limit(cpuRatioMax));
    }
    return parts.isEmpty() ? "no target" : String.join(", ", parts);
  }
}
