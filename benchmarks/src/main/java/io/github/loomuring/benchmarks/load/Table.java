package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Prints lines of results for people: medians of the rounds, but the largest of all in the last
 * column.
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

  void print(List<Line> lines) {
    for (Line line : lines) {
      List<Round> rounds = line.rounds();
      out.printf(TEXT_COLUMNS, line.work(), line.threads(), line.contender());
      print(" %10s", "%,.0f", median(rounds, Round::operationsPerSecond));
      print(" %6s", "%.2f", ratio(line, lines));
      print(" %10s", "%,.1f", median(rounds, Round::latency, Percentiles::p50) / MICRO);
      print(" %10s", "%,.1f", median(rounds, Round::latency, Percentiles::p99) / MICRO);
      print(" %8s", "%,.1f", median(rounds, Round::cpuNanosPerOperation) / MICRO);
      print(" %8s", "%,.0f", median(rounds, Round::allocatedBytesPerOperation));
      print(" %7s", "%,.2f", median(rounds, Round::contextSwitchesPerOperation));
      print(" %9s", "%,.2f", median(rounds, Round::late, Percentiles::p50) / MILLI);
      print(" %9s", "%,.2f", median(rounds, Round::late, Percentiles::p99) / MILLI);
      print(" %9s", "%,.2f", largest(rounds, Round::late) / MILLI);
      out.println();
    }
  }

  private void print(String column, String format, double value) {
    out.printf(column, Double.isFinite(value) ? format.formatted(value) : UNKNOWN);
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return Statistics.median(rounds.stream().mapToDouble(value));
  }

  private static double median(
      List<Round> rounds, Function<Round, Percentiles> which, ToDoubleFunction<Percentiles> value) {
    return median(rounds, round -> orNaN(which.apply(round), value));
  }

  private static double largest(List<Round> rounds, Function<Round, Percentiles> which) {
    return rounds.stream()
        .mapToDouble(round -> orNaN(which.apply(round), Percentiles::max))
        .reduce(Double.NEGATIVE_INFINITY, Math::max);
  }

  private static double orNaN(Percentiles percentiles, ToDoubleFunction<Percentiles> value) {
    return percentiles == null ? Double.NaN : value.applyAsDouble(percentiles);
  }

  /** Median of the ratios to the baseline within each round. */
  private static double ratio(Line line, List<Line> lines) {
    return lines.stream()
        .filter(other -> other.contender().equals(Contenders.FILE_CHANNEL))
        .filter(other -> other.work().equals(line.work()) && other.threads() == line.threads())
        .findFirst()
        .map(baseline -> Statistics.median(ratios(line.rounds(), baseline.rounds())))
        .orElse(Double.NaN);
  }

  private static DoubleStream ratios(List<Round> rounds, List<Round> baseline) {
    return IntStream.range(0, rounds.size())
        .mapToDouble(
            i -> rounds.get(i).operationsPerSecond() / baseline.get(i).operationsPerSecond());
  }
}
