package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import io.github.loomuring.benchmarks.results.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * What was measured for a {@link MatrixTarget} on one file system. A line that was not measured has
 * no rounds.
 *
 * <p>With many threads, {@code FileChannel} lets as many virtual threads run as there are carriers,
 * and starves the others. So a contender that is as fast as many platform threads, which the kernel
 * schedules, is fast enough.
 *
 * @param ours the line of the contender
 * @param theirs the line of the baseline
 * @param platform the line of platform threads
 */
record MatrixCell(Line ours, Line theirs, Line platform, Limits limits) {
  static final double PLATFORM_RATIO_MIN = 0.97;

  private static final double NANOS_PER_MILLI = 1e6;

  /** The verdict on all limits; that there is no target, if none of them is one. */
  Verdict verdict() {
    if (limits.equals(Limits.NONE)) {
      return Verdict.NO_TARGET;
    }
    List<Verdict> verdicts = new ArrayList<>();
    if (!Double.isNaN(limits.ratioMin())) {
      Verdict byRatio = Verdict.of(ratio().median(), value -> value >= limits.ratioMin());
      verdicts.add(isFastEnough() ? Verdict.MET : byRatio);
    }
    if (!Double.isNaN(limits.lateMillisMax())) {
      verdicts.add(
          Verdict.of(late(ours) / NANOS_PER_MILLI, value -> value <= limits.lateMillisMax()));
    }
    if (!Double.isNaN(limits.cpuRatioMax())) {
      verdicts.add(Verdict.of(cpuRatio(), value -> value <= limits.cpuRatioMax()));
    }
    return Verdict.ofAll(verdicts);
  }

  boolean isMeasured() {
    return !ours.rounds().isEmpty() && !theirs.rounds().isEmpty();
  }

  /** Whether it is fast enough by the rate of platform threads. */
  private boolean isFastEnough() {
    return ours.threads() == TargetMatrix.MANY
        && theirs.contender().equals(Contenders.FILE_CHANNEL)
        && ours.ratioTo(platform).median() >= PLATFORM_RATIO_MIN;
  }

  private Spread ratio() {
    return ours.ratioTo(theirs);
  }

  private double cpuRatio() {
    return Spread.ofRatios(ours.rounds(), theirs.rounds(), Round::cpuNanosPerOperation).median();
  }

  private static double late(Line line) {
    return line.lateNanos(Percentiles::p99).median();
  }

  /** The numbers, the verdict last. */
  @Override
  public String toString() {
    if (!isMeasured()) {
      return Numbers.UNKNOWN;
    }
    List<String> parts = new ArrayList<>();
    parts.add(Numbers.spread(ratio()));
    if (!platform.rounds().isEmpty()) {
      parts.add("platform " + Numbers.gain(platform.ratioTo(theirs).median()));
    }
    parts.add("late %s (%s)".formatted(Numbers.millis(late(ours)), Numbers.millis(late(theirs))));
    parts.add("CPU " + Numbers.cost(cpuRatio()));
    parts.add(verdict().text());
    return String.join("; ", parts);
  }
}
