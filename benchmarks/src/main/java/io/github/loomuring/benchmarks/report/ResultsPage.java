package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import io.github.loomuring.benchmarks.results.Spread;
import java.util.List;

/**
 * All results as one Markdown page.
 *
 * @param targets rows of the table of targets
 * @param hasChart whether the {@link LatenessChart} is in the directory of the page
 */
record ResultsPage(Results results, List<TargetRow> targets, boolean hasChart) {
  private static final String SLOWER = "▼ ";

  String text() {
    String chart = "\n![lateness](" + LatenessChart.FILE_NAME + ")\n";
    return "# Results\n\n" + machine() + (hasChart ? chart : "") + "\n" + targetTable() + lines();
  }

  String machine() {
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

  private String targetTable() {
    return """
    ## Targets

    %d met, %d not met, %d not measured. The numbers are medians of the rounds: ratios of \
    operations per second to those of `%s`, and the 99th percentile of the lateness of an \
    unrelated virtual thread. "Late as %4$s" is met if the median is not above all rounds of %4$s.

    %s
    """
        .formatted(
            count(Verdict.MET),
            count(Verdict.NOT_MET),
            count(Verdict.NOT_MEASURED),
            Contenders.FILE_CHANNEL,
            TargetRow.table(targets));
  }

  private long count(Verdict verdict) {
    return targets.stream().filter(row -> row.verdict() == verdict).count();
  }

  String lines() {
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
    results.lines().forEach(line -> addLine(table, line));
    return """
    ## All lines

    Medians of the rounds; `max` is the maximum of all rounds. %sis slower than `%s`.

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
        Numbers.rate(line.spread(Round::operationsPerSecond).median()),
        line.contender().equals(Contenders.FILE_CHANNEL) ? "1" : ratio(line),
        Numbers.micros(line.latencyNanos(Percentiles::p50).median()),
        Numbers.micros(line.latencyNanos(Percentiles::p99).median()),
        Numbers.micros(line.spread(Round::cpuNanosPerOperation).median()),
        Numbers.cost(line.spread(Round::allocatedBytesPerOperation).median()),
        Numbers.cost(line.spread(Round::contextSwitchesPerOperation).median()),
        Numbers.millis(line.lateNanos(Percentiles::p50).median()),
        Numbers.millis(line.lateNanos(Percentiles::p99).median()),
        Numbers.millis(line.lateNanos(Percentiles::max).max()));
  }

  private String ratio(Line line) {
    Line baseline =
        results.line(line.work(), line.fileSystem(), line.threads(), Contenders.FILE_CHANNEL);
    Spread ratio = line.ratioTo(baseline);
    return (ratio.median() < 1 ? SLOWER : "") + Numbers.spread(ratio);
  }
}
