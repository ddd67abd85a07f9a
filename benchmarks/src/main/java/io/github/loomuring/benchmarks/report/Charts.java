package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.report.LinesChart.Level;
import io.github.loomuring.benchmarks.report.LinesChart.Scale;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;

/** The charts of a run. */
final class Charts {
  private static final int WIDTH_PIXELS = 900;
  private static final int HEIGHT_PIXELS = 520;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Results results;
  private final Measurements measurements;
  private final Path directory;
  private final List<String> written = new ArrayList<>();

  private Charts(Results results, Path directory) {
    this.results = results;
    this.measurements = new Measurements(results);
    this.directory = directory;
  }

  /**
   * Writes those of which something was measured.
   *
   * @return names of the files
   */
  static List<String> write(Results results, List<TargetRow> targets, Path directory)
      throws IOException {
    Charts charts = new Charts(results, directory);
    charts.writeLateness();
    charts.writeThroughput("direct-read", "Direct reads of 4 KiB");
    charts.writeThroughput("direct-write", "Direct writes of 4 KiB");
    charts.writeLogAppend();
    RatiosChart ratios = new RatiosChart(targets);
    charts.write("ratios.svg", ratios.draw(), ratios.heightPixels());
    return charts.written;
  }

  private void writeLateness() throws IOException {
    ToDoubleFunction<Round> late = Rounds.late(Percentiles::p99);
    LinesChart chart =
        new LinesChart(
            "direct-read-4k",
            "How late an unrelated virtual thread wakes while others read",
            "threads that read at once",
            "lateness, 99th percentile, ms (logarithmic)",
            Scale.LOGARITHMIC,
            round -> late.applyAsDouble(round) / NANOS_PER_MILLI);
    write("late.svg", chart.draw(measurements, idle()), HEIGHT_PIXELS);
  }

  private Optional<Level> idle() {
    return Optional.ofNullable(results.idleLate())
        .map(Percentiles::p99)
        .filter(nanos -> nanos > 0)
        .map(
            nanos ->
                new Level(
                    nanos / NANOS_PER_MILLI, "idle machine: " + Numbers.millis(nanos) + " ms"));
  }

  private void writeThroughput(String work, String title) throws IOException {
    LinesChart chart =
        new LinesChart(
            work + "-4k",
            title,
            "threads, or requests in flight of fio",
            "operations a second",
            Scale.LINEAR,
            Round::operationsPerSecond);
    write("throughput-" + work + ".svg", chart.draw(measurements, Optional.empty()), HEIGHT_PIXELS);
  }

  private void writeLogAppend() throws IOException {
    LinesChart chart =
        new LinesChart(
            "log-append",
            "Appends to a log, each on the device before it returns",
            "threads that append at once",
            "commits a second (logarithmic)",
            Scale.LOGARITHMIC,
            Round::operationsPerSecond);
    write("log-append.svg", chart.draw(measurements, Optional.empty()), HEIGHT_PIXELS);
  }

  private void write(String name, Optional<JFreeChart> chart, int heightPixels) throws IOException {
    if (chart.isPresent()) {
      ChartFile.write(directory.resolve(name), chart.get(), WIDTH_PIXELS, heightPixels);
      written.add(name);
    }
  }
}
