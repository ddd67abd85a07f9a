package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import io.github.loomuring.benchmarks.results.Spread;
import java.util.function.Function;

/**
 * One condition of a target.
 *
 * @param text the condition in words
 * @param judge whether the measured lines meet it
 */
record Criterion(String text, Function<Measured, Judgement> judge) {
  private static final double NANOS_PER_MILLI = 1e6;

  /**
   * The lines that a condition is judged by. A line that was not measured has no rounds.
   *
   * @param ours the line of the contender that has the target
   * @param baseline the line of {@code FileChannel}
   * @param fio the line of fio with the nearest number of requests in flight
   */
  record Measured(Line ours, Line baseline, Line fio) {}

  /**
   * The result for one condition.
   *
   * @param measured the number that decided; empty if it is the lateness
   * @param late the lateness of ours and of the baseline; empty if the condition is not about it
   */
  record Judgement(String measured, String late, Verdict verdict) {}

  /** The rate is at least so many times the rate of the baseline. */
  static Criterion ratioAtLeast(double minimum) {
    return new Criterion(
        "≥ " + Numbers.limit(minimum),
        lines -> {
          Spread ratio = lines.ours.ratioTo(lines.baseline);
          Verdict verdict = Verdict.of(ratio.median(), median -> median >= minimum);
          return new Judgement(Numbers.spread(ratio), "", verdict);
        });
  }

  /** The rate is at least so many times the rate of fio. */
  static Criterion fioRatioAtLeast(double minimum) {
    return new Criterion(
        "≥ " + Numbers.limit(minimum) + " of fio",
        lines -> {
          double ratio = lines.ours.ratioTo(lines.fio).median();
          int requests = lines.fio.threads();
          String with = requests == lines.ours.threads() ? "" : " with " + Numbers.plain(requests);
          Verdict verdict = Verdict.of(ratio, value -> value >= minimum);
          return new Judgement(Numbers.gain(ratio) + " of fio" + with, "", verdict);
        });
  }

  /** The CPU time of an operation is at most so many times that of the baseline. */
  static Criterion cpuTimeAtMost(double maximum) {
    return new Criterion(
        "CPU ≤ " + Numbers.limit(maximum),
        lines -> {
          double ratio =
              Spread.ofRatios(
                      lines.ours.rounds(), lines.baseline.rounds(), Round::cpuNanosPerOperation)
                  .median();
          Verdict verdict = Verdict.of(ratio, value -> value <= maximum);
          return new Judgement("CPU " + Numbers.cost(ratio), "", verdict);
        });
  }

  /** The 99th percentile of the lateness is at most so many milliseconds. */
  static Criterion lateAtMost(double millis) {
    return new Criterion(
        "late ≤ " + Numbers.limit(millis) + " ms",
        lines -> {
          double lateMillis = late(lines.ours).median() / NANOS_PER_MILLI;
          return new Judgement("", lateText(lines), Verdict.of(lateMillis, late -> late <= millis));
        });
  }

  /**
   * The 99th percentile of the lateness is no worse than that of the baseline: its median is not
   * above all rounds of the baseline. If both are the same, the order of the two medians is chance.
   */
  static Criterion lateAsBaseline() {
    return new Criterion(
        "late as " + Contenders.FILE_CHANNEL,
        lines -> {
          double excessNanos = late(lines.ours).median() - late(lines.baseline).max();
          return new Judgement("", lateText(lines), Verdict.of(excessNanos, nanos -> nanos <= 0));
        });
  }

  private static Spread late(Line line) {
    return line.lateNanos(Percentiles::p99);
  }

  private static String lateText(Measured lines) {
    Spread late = late(lines.ours);
    return late.isKnown()
        ? "%s (%s)"
            .formatted(Numbers.millis(late.median()), Numbers.millis(late(lines.baseline).median()))
        : Numbers.UNKNOWN;
  }
}
