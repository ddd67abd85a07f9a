package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.Comparator;
import java.util.List;

/** The whole of the results as one Markdown page. */
final class ResultsMarkdown {
  private static final String SLOWER = "▼ ";

  /** The contenders of the library. */
  private static final List<String> OURS =
      List.of(
          Contenders.RING,
          Contenders.RING_ADAPTIVE,
          Contenders.RING_REGISTERED,
          Contenders.RING_CHANNEL,
          Contenders.POOL);

  private final Results results;
  private final Measurements measurements;
  private final List<TargetRow> targets;
  private final List<String> charts;

  /**
   * @param charts names of the files to show, in the directory of the page
   */
  ResultsMarkdown(Results results, List<TargetRow> targets, List<String> charts) {
    this.results = results;
    this.measurements = new Measurements(results);
    this.targets = targets;
    this.charts = charts;
  }

  @Override
  public String toString() {
    return String.join("\n", "# Results\n", machine(), targets(), charts(), losing(), lines());
  }

  private String machine() {
    StringBuilder text = new StringBuilder();
    results.machine().forEach((name, fact) -> text.append("- %s: %s\n".formatted(name, fact)));
    Percentiles idle = results.idleLate();
    if (idle != null) {
      text.append(
          "- lateness when idle: p50 %s ms, p99 %s ms, at most %s ms\n"
              .formatted(
                  Numbers.millis(idle.p50()),
                  Numbers.millis(idle.p99()),
                  Numbers.millis(idle.max())));
    }
    return text.toString();
  }

  private String targets() {
    return """
    ## Targets

    %d met, %d not met, %d not measured. A ratio is the median of the rounds' ratios of \
    operations a second to those of `%s`, with the lowest and the highest in brackets; \
    `late` is how late an unrelated virtual thread woke, 99th percentile, median of the \
    rounds. "Late as %4$s" is met if it is not above all of its rounds.

    %s\
    """
        .formatted(
            count(Verdict.MET),
            count(Verdict.NOT_MET),
            count(Verdict.NOT_MEASURED),
            Contenders.FILE_CHANNEL,
            TargetTable.full(targets));
  }

  private long count(Verdict verdict) {
    return targets.stream().filter(row -> row.verdict() == verdict).count();
  }

  private String charts() {
    StringBuilder text = new StringBuilder("## Charts\n\n");
    charts.forEach(chart -> text.append("![%s](%s)\n\n".formatted(chart, chart)));
    return text.toString();
  }

  private String losing() {
    List<Line> losing =
        measurements.lines().stream()
            .filter(line -> OURS.contains(line.contender()))
            .filter(line -> measurements.ratio(line).median() < 1)
            .sorted(
                Comparator.<Line>comparingInt(line -> OURS.indexOf(line.contender()))
                    .thenComparingDouble(line -> measurements.ratio(line).median()))
            .toList();
    MarkdownTable table = new MarkdownTable("contender", "work", "file system", ">N", ">ratio");
    for (Line line : losing) {
      table.row(
          line.contender(),
          line.work(),
          line.fileSystem(),
          Numbers.plain(line.threads()),
          Numbers.spread(measurements.ratio(line)));
    }
    return "## Where the library is slower than `%s`\n\n%s"
        .formatted(Contenders.FILE_CHANNEL, losing.isEmpty() ? "Nowhere.\n" : table);
  }

  private String lines() {
    MarkdownTable table =
        new MarkdownTable(
            "work",
            "file system",
            ">N",
            "contender",
            ">operations/s",
            ">ratio",
            ">latency p50, µs",
            ">p99, µs",
            ">CPU µs/op",
            ">bytes/op",
            ">switches/op",
            ">late p50, ms",
            ">p99, ms",
            ">max, ms");
    measurements.lines().forEach(line -> addLine(table, line));
    return """
    ## All lines

    Medians of the rounds; of `max` the largest. %sis slower than `%s`.

    %s\
    """
        .formatted(SLOWER, Contenders.FILE_CHANNEL, table);
  }

  private void addLine(MarkdownTable table, Line line) {
    table.row(
        line.work(),
        line.fileSystem(),
        Numbers.plain(line.threads()),
        line.contender(),
        Numbers.rate(Measurements.median(line, Round::operationsPerSecond)),
        line.contender().equals(Contenders.FILE_CHANNEL) ? "1" : ratio(line),
        Numbers.micros(Measurements.median(line, Rounds.latency(Percentiles::p50))),
        Numbers.micros(Measurements.median(line, Rounds.latency(Percentiles::p99))),
        Numbers.micros(Measurements.median(line, Round::cpuNanosPerOperation)),
        Numbers.cost(Measurements.median(line, Round::allocatedBytesPerOperation)),
        Numbers.cost(Measurements.median(line, Round::contextSwitchesPerOperation)),
        Numbers.millis(Measurements.median(line, Rounds.late(Percentiles::p50))),
        Numbers.millis(Measurements.median(line, Rounds.late(Percentiles::p99))),
        Numbers.millis(Spread.of(line.rounds(), Rounds.late(Percentiles::max)).max()));
  }

  private String ratio(Line line) {
    Spread ratio = measurements.ratio(line);
    if (!ratio.isKnown()) {
      return Numbers.UNKNOWN;
    }
    return (ratio.median() < 1 ? SLOWER : "") + Numbers.spread(ratio);
  }
}
