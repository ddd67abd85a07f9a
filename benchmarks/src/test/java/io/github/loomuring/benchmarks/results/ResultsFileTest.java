package io.github.loomuring.benchmarks.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {
  @TempDir private Path directory;

  @Test
  void whatIsNotANumberSurvives() throws IOException {
    Percentiles some = new Percentiles(1, 2.5, Double.NaN, 4, Double.POSITIVE_INFINITY);
    Round round = new Round(1e6, some, Double.NaN, 0, Double.NaN, null);
    Results results =
        new Results(
            Map.of("kernel", "6.18"),
            some,
            List.of(new Line("mix", "ext4", 1, "ring", List.of(round))));
    Path file = directory.resolve("results.json");

    ResultsFile.write(file, results);

    assertThat(ResultsFile.read(file)).isEqualTo(results);
  }

  @Test
  void aMissingNumberIsNotZero() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("results.json"),
            """
            {"machine": {}, "idleLate": {"p50": 1, "p90": null}, "lines": []}\
            """);

    assertThat(ResultsFile.read(file).idleLate())
        .isEqualTo(new Percentiles(1, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
  }
}
