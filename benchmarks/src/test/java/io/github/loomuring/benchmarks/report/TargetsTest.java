package io.github.loomuring.benchmarks.report;

import static io.github.loomuring.benchmarks.report.Criterion.cpuTimeAtMost;
import static io.github.loomuring.benchmarks.report.Criterion.fioRatioAtLeast;
import static io.github.loomuring.benchmarks.report.Criterion.lateAsBaseline;
import static io.github.loomuring.benchmarks.report.Criterion.lateAtMost;
import static io.github.loomuring.benchmarks.report.Criterion.ratioAtLeast;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.benchmarks.results.Extra;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final double NAN = Double.NaN;

  @Test
  void isMetIfAllHolds() {
    Target target = Target.of("work", 64, ratioAtLeast(1), lateAtMost(2));

    TargetRow row = only(target, line(64, "ring", 110, 2, 1), line(64, "file-channel", 100, 50, 1));

    assertThat(row.verdict()).isEqualTo(Verdict.MET);
    assertThat(row.target()).isEqualTo("≥ 1, late ≤ 2 ms");
    assertThat(row.measured()).isEqualTo("1.10 (1.10–1.10)");
    assertThat(row.work()).isEqualTo("work, ext4");
    assertThat(row.late()).isEqualTo("2.00 (50.0)");
  }

  @Test
  void isNotMetIfOneFails() {
    Target target = Target.of("work", 64, ratioAtLeast(1), lateAtMost(2));
    Line baseline = line(64, "file-channel", 100, 50, 1);

    assertThat(only(target, line(64, "ring", 99, 1, 1), baseline).verdict())
        .isEqualTo(Verdict.NOT_MET);
    assertThat(only(target, line(64, "ring", 110, 2.1, 1), baseline).verdict())
        .isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void isNotMeasuredWithoutTheLineOrTheBaselineOrTheLateness() {
    Target target = Target.of("work", 64, ratioAtLeast(1), lateAtMost(2));

    assertThat(only(target).verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(only(target, line(64, "ring", 110, 1, 1)).verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(
            only(target, line(64, "ring", 110, NAN, 1), line(64, "file-channel", 100, 1, 1))
                .verdict())
        .isEqualTo(Verdict.NOT_MEASURED);
    // One condition that fails decides, even if another was not measured.
    assertThat(
            only(target, line(64, "ring", 90, NAN, 1), line(64, "file-channel", 100, 1, 1))
                .verdict())
        .isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void fioIsComparedAtTheNearestDepth() {
    Target target = Target.of("work", 10_000, fioRatioAtLeast(0.9));
    Line ring = line(10_000, "ring", 95, 1, 1);
    Line far = line(64, "fio-io_uring", 10, NAN, NAN);

    TargetRow row = only(target, ring, far, line(1_000, "fio-io_uring", 100, NAN, NAN));

    assertThat(row.verdict()).isEqualTo(Verdict.MET);
    assertThat(row.measured()).isEqualTo("0.95 of fio with 1,000");
  }

  @Test
  void latenessWithinTheBaselinesRoundsIsAsTheBaselines() {
    Target target = Target.of("work", 1, lateAsBaseline());
    Line baseline = line("ext4", 1, "file-channel", late(1), late(1), late(1.2));

    assertThat(only(target, line("ext4", 1, "ring", late(1.1)), baseline).verdict())
        .isEqualTo(Verdict.MET);
    assertThat(only(target, line("ext4", 1, "ring", late(1.3)), baseline).verdict())
        .isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void cpuTimeHasALimit() {
    Target target = Target.of("work", 64, cpuTimeAtMost(0.8)).about("CPU time");
    Line baseline = line(64, "file-channel", 100, 1, 10);

    TargetRow met = only(target, line(64, "ring", 100, 1, 8), baseline);
    assertThat(met.verdict()).isEqualTo(Verdict.MET);
    assertThat(met.work()).isEqualTo("work CPU time, ext4");
    assertThat(met.late()).isEqualTo("–");
    assertThat(only(target, line(64, "ring", 100, 1, 9), baseline).verdict())
        .isEqualTo(Verdict.NOT_MET);
    assertThat(only(target, line(64, "ring", 100, 1, NAN), baseline).verdict())
        .isEqualTo(Verdict.NOT_MEASURED);
  }

  @Test
  void everyFileSystemThatWasMeasuredHasARow() {
    Target target = Target.of("work", 1, ratioAtLeast(1));
    Results results = of(line("ext4", 1, "ring", rate(1)), line("xfs", 1, "ring", rate(1)));

    assertThat(target.evaluate(results))
        .extracting(TargetRow::work)
        .containsExactly("work, ext4", "work, xfs");
    assertThat(target.on("xfs").evaluate(results))
        .extracting(TargetRow::work)
        .containsExactly("work, xfs");
    assertThat(target.on("btrfs").evaluate(results))
        .extracting(TargetRow::verdict)
        .containsExactly(Verdict.NOT_MEASURED);
  }

  @Test
  void theLineThatAllocatesMostDecides() {
    Line little = allocating("direct-read-4k", 0.1);
    Line much = allocating("warm-read-4k", 24);
    Line other = allocating("open-close", 400);

    assertThat(Targets.allocation(of(little, other)).verdict()).isEqualTo(Verdict.MET);
    TargetRow row = Targets.allocation(of(little, much, other));
    assertThat(row.verdict()).isEqualTo(Verdict.NOT_MET);
    assertThat(row.measured()).isEqualTo("at most 24.0: warm-read-4k, N = 1, ext4");
    assertThat(Targets.allocation(of(other)).verdict()).isEqualTo(Verdict.NOT_MEASURED);
  }

  @Test
  void whatWasNotMeasuredElsewhereIsInTheTableToo() {
    Extra extra = new Extra("memory of a waiting read", "≤ 512 bytes", "431 bytes", true);

    assertThat(Targets.rows(List.of(extra)))
        .extracting(TargetRow::verdict)
        .containsExactly(Verdict.MET, Verdict.NOT_MEASURED);
  }

  private static TargetRow only(Target target, Line... lines) {
    List<TargetRow> rows = target.evaluate(of(lines));
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }

  private static Results of(Line... lines) {
    return new Results(Map.of(), null, List.of(lines));
  }

  private static Line line(
      int threads, String contender, double perSecond, double lateMillis, double processorNanos) {
    Round round = round(perSecond, lateMillis, processorNanos, NAN);
    return line("ext4", threads, contender, round, round, round);
  }

  private static Line line(String fileSystem, int threads, String contender, Round... rounds) {
    return new Line("work", fileSystem, threads, contender, Arrays.asList(rounds));
  }

  private static Line allocating(String work, double bytes) {
    return new Line(work, "ext4", 1, "ring", List.of(round(1, NAN, NAN, bytes)));
  }

  private static Round rate(double perSecond) {
    return round(perSecond, NAN, NAN, NAN);
  }

  private static Round late(double millis) {
    return round(NAN, millis, NAN, NAN);
  }

  private static Round round(
      double perSecond, double lateMillis, double processorNanos, double bytes) {
    Percentiles late = new Percentiles(NAN, NAN, lateMillis * 1e6, NAN, NAN);
    return new Round(perSecond, null, processorNanos, bytes, NAN, late);
  }
}
