package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.PrintStream;
import java.util.List;

/**
 * Prints lines of results as text: the median of the rounds, but in the last column the maximum of
 * all rounds.
 */
final class Table {
  private static final double MICRO = 1e3;
  private static final double MILLI = 1e6;
  private static final String TEXT_COLUMNS = "%-24s %6s  %-17s";
  private static final String UNKNOWN = "-";

  private final PrintStream out;

  Table(PrintStream out) {
    this.out = out;
  }

  void printHeader() {
    out.printf(TEXT_COLUMNS, "work", "N", "contender");
    out.printf(" %10s %6s %10s %10s", "ops/s", "ratio", "p50 us", "p99 us");
    out.printf(" %8s %8s %7s", "CPU us", "bytes/op", "csw/op");
    out.printf(" %9s %9s %9s%n", "late50 ms", "late99 ms", "max ms");
  }

  /** Prints lines; the ratios are to the line of {@code FileChannel} among them. */
  void print(List<Line> lines) {
    for (Line line : lines) {
      out.printf(TEXT_COLUMNS, line.work(), line.threads(), line.contender());
      print(" %10s", "%,.0f", line.spread(Round::operationsPerSecond).median());
      print(" %6s", "%.2f", ratio(line, lines));
      print(" %10s", "%,.1f", line.latencyNanos(Percentiles::p50).median() / MICRO);
      print(" %10s", "%,.1f", line.latencyNanos(Percentiles::p99).median() / MICRO);
      print(" %8s", "%,.1f", line.spread(Round::cpuNanosPerOperation).median() / MICRO);
      print(" %8s", "%,.0f", line.spread(Round::allocatedBytesPerOperation).median());
      print(" %7s", "%,.2f", line.spread(Round::contextSwitchesPerOperation).median());
      print(" %9s", "%,.2f", line.lateNanos(Percentiles::p50).median() / MILLI);
      print(" %9s", "%,.2f", line.lateNanos(Percentiles::p99).median() / MILLI);
      print(" %9s", "%,.2f", line.lateNanos(Percentiles::max).max() / MILLI);
      out.println();
    }
  }

  private void print(String column, String format, double value) {
    out.printf(column, Double.isFinite(value) ? format.formatted(value) : UNKNOWN);
  }

  private static double ratio(Line line, List<Line> lines) {
    return lines.stream()
        .filter(other -> other.contender().equals(Contenders.FILE_CHANNEL))
        .filter(other -> other.work().equals(line.work()) && other.threads() == line.threads())
        .findFirst()
        .map(baseline -> line.ratioTo(baseline).median())
        .orElse(Double.NaN);
  }
}
