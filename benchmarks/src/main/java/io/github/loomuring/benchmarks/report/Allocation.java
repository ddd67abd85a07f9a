package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.Comparator;
import java.util.List;

/** The target that reads and writes leave nothing on the heap. */
final class Allocation {
  static final double BYTES_BELOW = 1;

  /** Not {@code direct-ranges}: a call for many ranges answers with a list of outcomes. */
  private static final List<String> WORKS =
      List.of("direct-read-", "direct-write-", "warm-", "cold-", "buffered-write-");

  private Allocation() {}

  /** One row, of the line that allocates most. */
  static TargetRow evaluate(Measurements measurements) {
    String name = "bytes allocated, an operation";
    String target = "< " + Numbers.limit(BYTES_BELOW) + " in every read and write";
    return measurements.lines().stream()
        .filter(line -> line.contender().equals(Contenders.RING))
        .filter(line -> WORKS.stream().anyMatch(line.work()::startsWith))
        .filter(line -> Double.isFinite(bytes(line)))
        .max(Comparator.comparingDouble(Allocation::bytes))
        .map(
            line ->
                TargetRow.of(
                    name,
                    "all",
                    target,
                    "at most %s: %s, N = %s, %s"
                        .formatted(
                            Numbers.cost(bytes(line)),
                            line.work(),
                            Numbers.plain(line.threads()),
                            line.fileSystem()),
                    Verdict.of(bytes(line) < BYTES_BELOW)))
        .orElse(TargetRow.of(name, "all", target, Numbers.UNKNOWN, Verdict.NOT_MEASURED));
  }

  private static double bytes(Line line) {
    return Measurements.median(line, Round::allocatedBytesPerOperation);
  }
}
