package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.Optional;

/** One condition of a target. */
sealed interface Criterion {
  /**
   * What a condition is judged by.
   *
   * @param ours the line of the contender that has the target
   * @param baseline the line of {@link Contenders#FILE_CHANNEL}, likewise
   * @param fio the line of {@link Contenders#FIO_IO_URING} with the nearest number of requests in
   *     flight
   */
  record Measured(Line ours, Optional<Line> baseline, Optional<Line> fio) {
    Spread lateP99() {
      return Spread.of(ours.rounds(), Rounds.late(Percentiles::p99));
    }

    Spread baselineLateP99() {
      return baseline
          .map(line -> Spread.of(line.rounds(), Rounds.late(Percentiles::p99)))
          .orElse(Spread.UNKNOWN);
    }
  }

  /** The text is empty if the table has a column for it. */
  record Judgement(String measured, Verdict verdict) {}

  /** The condition in words. */
  String text();

  Judgement judge(Measured measured);

  /** The rate is at least so many times the baseline's. */
  record RatioAtLeast(double minimum) implements Criterion {
    @Override
    public String text() {
      return "≥ " + Numbers.limit(minimum);
    }

    @Override
    public Judgement judge(Measured measured) {
      Spread ratio = Criterion.ratio(measured.ours(), measured.baseline());
      if (!ratio.isKnown()) {
        return new Judgement(Numbers.UNKNOWN, Verdict.NOT_MEASURED);
      }
      return new Judgement(Numbers.spread(ratio), Verdict.of(ratio.median() >= minimum));
    }
  }

  /** The rate is at least so many times that of fio with as many requests in flight. */
  record FioRatioAtLeast(double minimum) implements Criterion {
    @Override
    public String text() {
      return "≥ " + Numbers.limit(minimum) + " of fio";
    }

    @Override
    public Judgement judge(Measured measured) {
      Spread ratio = Criterion.ratio(measured.ours(), measured.fio());
      if (!ratio.isKnown()) {
        return new Judgement("fio " + Numbers.UNKNOWN, Verdict.NOT_MEASURED);
      }
      int depth = measured.fio().orElseThrow().threads();
      String note = depth == measured.ours().threads() ? "" : " with " + Numbers.plain(depth);
      return new Judgement(
          Numbers.gain(ratio.median()) + " of fio" + note, Verdict.of(ratio.median() >= minimum));
    }
  }

  /** The unrelated thread's lateness, 99th percentile, is at most so many milliseconds. */
  record LateAtMost(double millis) implements Criterion {
    @Override
    public String text() {
      return "late ≤ " + Numbers.limit(millis) + " ms";
    }

    @Override
    public Judgement judge(Measured measured) {
      Spread late = measured.lateP99();
      return new Judgement(
          "", late.isKnown() ? Verdict.of(late.median() / 1e6 <= millis) : Verdict.NOT_MEASURED);
    }
  }

  /**
   * The lateness is no worse than the baseline's: its median is not above all rounds of the
   * baseline. Two medians of the same thing would be in the wrong order every other time.
   */
  record LateAsBaseline() implements Criterion {
    @Override
    public String text() {
      return "late as " + Contenders.FILE_CHANNEL;
    }

    @Override
    public Judgement judge(Measured measured) {
      Spread late = measured.lateP99();
      Spread baseline = measured.baselineLateP99();
      return new Judgement(
          "",
          late.isKnown() && baseline.isKnown()
              ? Verdict.of(late.median() <= baseline.max())
              : Verdict.NOT_MEASURED);
    }
  }

  /** CPU time an operation is at most so many times the baseline's. */
  record ProcessorTimeAtMost(double maximum) implements Criterion {
    @Override
    public String text() {
      return "CPU ≤ " + Numbers.limit(maximum);
    }

    @Override
    public Judgement judge(Measured measured) {
      Spread ratio =
          measured
              .baseline()
              .map(
                  line ->
                      Spread.ofRatios(
                          measured.ours().rounds(), line.rounds(), Round::cpuNanosPerOperation))
              .orElse(Spread.UNKNOWN);
      if (!ratio.isKnown()) {
        return new Judgement("CPU " + Numbers.UNKNOWN, Verdict.NOT_MEASURED);
      }
      return new Judgement(
          "CPU " + Numbers.cost(ratio.median()), Verdict.of(ratio.median() <= maximum));
    }
  }

  private static Spread ratio(Line ours, Optional<Line> theirs) {
    return theirs
        .map(line -> Spread.ofRatios(ours.rounds(), line.rounds(), Round::operationsPerSecond))
        .orElse(Spread.UNKNOWN);
  }
}
