package io.github.loomuring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.benchmarks.load.Combination;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetMatrixTest {
  private static final double NAN = Double.NaN;
  private static final Limits LIMITS = Limits.ratio(0.9).late(5).cpu(1.15);

  @TempDir private Path directory;

  @Test
  void aCellIsMetIfEveryLimitIs() {
    assertThat(cell(64, 95, 4, 11).verdict()).isEqualTo(Verdict.MET);
    assertThat(cell(64, 80, 4, 11).verdict()).isEqualTo(Verdict.NOT_MET);
    assertThat(cell(64, 95, 6, 11).verdict()).isEqualTo(Verdict.NOT_MET);
    assertThat(cell(64, 95, 4, 12).verdict()).isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void theRateOfManyPlatformThreadsIsEnough() {
    Line slowerThanChannel = line("ring", 64, 80, 4, 11);

    assertThat(cell(64, slowerThanChannel, line("platform", 64, 82, 1, 10)).verdict())
        .isEqualTo(Verdict.MET);
    assertThat(cell(64, slowerThanChannel, line("platform", 64, 83, 1, 10)).verdict())
        .isEqualTo(Verdict.NOT_MET);
    // It is no excuse for being late.
    assertThat(cell(64, line("ring", 64, 80, 6, 11), line("platform", 64, 80, 1, 10)).verdict())
        .isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void oneThreadIsComparedWithFileChannelOnly() {
    assertThat(cell(1, line("ring", 1, 80, 4, 11), line("platform", 1, 80, 1, 10)).verdict())
        .isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void anotherBaselineHasNoPlatformThreads() {
    MatrixTarget target = MatrixTarget.of("work", 64, Limits.ratio(1.1)).against("files");
    Results results =
        of(
            line("ring", 64, 100, 1, 1),
            line("files", 64, 100, 1, 1),
            line("platform", 64, 50, 1, 1));

    assertThat(target.target()).isEqualTo("of files: ≥ 1.1");
    assertThat(target.evaluate(results, "xfs").verdict()).isEqualTo(Verdict.NOT_MET);
  }

  @Test
  void theMachinesFileSystemHasLimitsOfItsOwn() {
    MatrixTarget target = MatrixTarget.of("work", 1, Limits.ratio(0.9)).onMachine(Limits.ratio(2));

    assertThat(target.target()).isEqualTo("≥ 0.9; machine: ≥ 2");
    assertThat(target.evaluate(onBoth(), "xfs").verdict()).isEqualTo(Verdict.MET);
    assertThat(target.evaluate(onBoth(), "machine").verdict()).isEqualTo(Verdict.NOT_MET);
    assertThat(target.onMachine(Limits.NONE).evaluate(onBoth(), "machine").verdict())
        .isEqualTo(Verdict.NO_TARGET);
  }

  @Test
  void whatWasNotMeasuredIsNeitherMetNorNot() {
    MatrixTarget target = MatrixTarget.of("work", 1, LIMITS);
    Results withoutBaseline = of(line("ring", 1, 100, 1, 1));

    MatrixCell cell = target.evaluate(withoutBaseline, "xfs");

    assertThat(cell.verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(cell).hasToString("–");
  }

  @Test
  void aCellShowsItsNumbers() {
    assertThat(cell(64, line("ring", 64, 95, 4, 11), line("platform", 64, 120, 1, 10)))
        .hasToString("0.95 (0.95–0.95); platform 1.20; late 4.00 (900); CPU 1.10; yes");
    assertThat(cell(1, 80, 4, 12))
        .hasToString("0.80 (0.80–0.80); late 4.00 (900); CPU 1.20; **no**");
  }

  @Test
  void everyTargetIsMeasured() {
    List<Combination> combinations = TargetMatrix.combinations();

    assertThat(combinations).doesNotHaveDuplicates();
    for (MatrixTarget target : TargetMatrix.ALL) {
      assertThat(combinations)
          .filteredOn(one -> one.work().equals(target.work()))
          .filteredOn(one -> one.threads() == target.threads())
          .singleElement()
          .satisfies(
              one ->
                  assertThat(one.contenders())
                      .contains(target.contender(), target.baseline(), "file-channel"));
    }
  }

  @Test
  void thePoolHasNoTargetsThatNeedTheRing() {
    assertThat(TargetMatrix.ALL)
        .filteredOn(target -> target.contender().equals("pool"))
        .extracting(MatrixTarget::work)
        .contains("warm-read-4k", "tree-copy", "log-append")
        .doesNotContain("direct-read-4k", "cold-read-4k", "carrier-held-sleep");
  }

  @Test
  void writesThePageAndTheReadme() throws IOException {
    Path readme =
        Files.writeString(
            directory.resolve("README.md"),
            "a\n<!-- target matrix begin -->\nold\n<!-- target matrix end -->\n");
    Path other = Files.writeString(directory.resolve("other.md"), "nothing\n");
    Path page = directory.resolve("new/targets.md");
    Results results =
        new Results(
            Map.of("kernel", "6.18"),
            null,
            List.of(
                line("warm-read-4k", "xfs", "ring", 1, 100, 1, 1),
                line("warm-read-4k", "xfs", "file-channel", 1, 100, 1, 1),
                line("warm-read-4k", "machine", "ring", 1, 90, 1, 1),
                line("warm-read-4k", "machine", "file-channel", 1, 100, 1, 1)));

    assertThat(TargetMatrix.write(results, page, List.of(readme, other)))
        .containsExactly(page.toString(), readme.toString(), other + " has no place for the table");

    assertThat(page)
        .content()
        .contains("- kernel: 6.18", "1 met, 1 not met", "## All lines", "Not measured: ")
        .containsPattern("\\| engine +\\| target +\\| machine +\\| xfs +\\|")
        .containsPattern("\\| warm-read-4k +\\| +1 \\| ring ")
        .doesNotContain("NaN", "null");
    assertThat(readme)
        .content()
        .startsWith("a\n")
        .contains("| warm-read-4k")
        .doesNotContain("\nold\n");
    assertThat(other).hasContent("nothing\n");
  }

  private static MatrixCell cell(int threads, double perSecond, double lateMillis, double cpu) {
    return cell(threads, line("ring", threads, perSecond, lateMillis, cpu));
  }

  /** A cell of these lines, compared with 100 operations of 10 ns. */
  private static MatrixCell cell(int threads, Line... lines) {
    List<Line> all = new ArrayList<>(List.of(lines));
    all.add(line("file-channel", threads, 100, 900, 10));
    return MatrixTarget.of("work", threads, LIMITS)
        .evaluate(new Results(Map.of(), null, all), "xfs");
  }

  private static Results onBoth() {
    return of(
        line("work", "xfs", "ring", 1, 100, 1, 1),
        line("work", "xfs", "file-channel", 1, 100, 1, 1),
        line("work", "machine", "ring", 1, 100, 1, 1),
        line("work", "machine", "file-channel", 1, 100, 1, 1));
  }

  private static Results of(Line... lines) {
    return new Results(Map.of(), null, List.of(lines));
  }

  private static Line line(
      String contender, int threads, double perSecond, double lateMillis, double cpu) {
    return line("work", "xfs", contender, threads, perSecond, lateMillis, cpu);
  }

  private static Line line(
      String work,
      String fileSystem,
      String contender,
      int threads,
      double perSecond,
      double lateMillis,
      double cpu) {
    Percentiles late = new Percentiles(NAN, NAN, lateMillis * 1e6, NAN, NAN);
    Round round = new Round(perSecond, null, cpu, NAN, NAN, late);
    return new Line(work, fileSystem, threads, contender, List.of(round, round, round));
  }
}
