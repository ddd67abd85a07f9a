package io.github.loomuring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.ResultsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command {@code report}, from the results file to the page, the chart and the README. */
class ReportTest {
  private static final String README =
      "before\n" + ReadmeTable.BEGIN + "\nobsolete\n" + ReadmeTable.END + "\nafter\n";

  @TempDir private Path directory;

  @BeforeAll
  static void needsFonts() {
    System.setProperty("java.awt.headless", "true");
    Optional<String> problem = LatenessChart.problem();
    assumeTrue(problem.isEmpty(), problem.orElse(""));
  }

  @Test
  void writesPageChartAndReadme() throws IOException {
    Path input = directory.resolve("results.json");
    ResultsFile.write(input, SyntheticResults.create());
    Files.writeString(
        directory.resolve("extra.json"),
        """
        [{"name": "memory of a waiting read", "target": "≤ 512 bytes", \
        "measured": "431 bytes", "met": true}]\
        """);
    Path readme = Files.writeString(directory.resolve("README.md"), README);
    Path output = outputDirectory();

    assertThat(run(input, output, readme)).isZero();

    assertThat(output.resolve("results.md"))
        .content()
        .contains("## Targets", "direct-read-4k CPU time", "- processor: 2 cores")
        .contains("431 bytes", "cost of a read while 100,000 others wait")
        .contains("![lateness](late.svg)", "| ▼ 0.")
        .doesNotContain("NaN", "null");
    assertThat(output.resolve("late.svg"))
        .content()
        .startsWith("<svg")
        .contains("file-channel", "platform")
        .doesNotContain("NaN", "fio");
    assertThat(readme).content().contains("| warm-read-4k, ext4 ").doesNotContain("obsolete");
  }

  @Test
  void writesAPageOfEmptyResults() throws IOException {
    Path input = directory.resolve("results.json");
    ResultsFile.write(input, new Results(Map.of(), null, List.of()));
    Path readme = Files.writeString(directory.resolve("README.md"), "no table\n");

    assertThat(run(input, directory.resolve("output"), readme)).isZero();

    assertThat(directory.resolve("output/results.md")).content().contains("0 met, 0 not met");
    assertThat(directory.resolve("output/late.svg")).doesNotExist();
    assertThat(readme).hasContent("no table\n");
  }

  @Test
  void aMissingFileIsAnErrorOfTheCommandLine() {
    Path missing = directory.resolve("missing.json");

    assertThat(run(missing, directory.resolve("output"), missing))
        .isEqualTo(CommandLine.ExitCode.USAGE);
  }

  /** {@code -Dreport.output=…} keeps the page and the chart in that directory. */
  private Path outputDirectory() {
    String chosen = System.getProperty("report.output");
    return chosen == null ? directory.resolve("output") : Path.of(chosen);
  }

  private static int run(Path input, Path output, Path readme) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return new CommandLine(new Report())
        .setOut(nowhere)
        .setErr(nowhere)
        .execute("--input", "" + input, "--output", "" + output, "--readme", "" + readme);
  }
}
