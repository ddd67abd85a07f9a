package io.github.loomuring.benchmarks.report;

import static io.github.loomuring.benchmarks.report.Criterion.cpuTimeAtMost;
import static io.github.loomuring.benchmarks.report.Criterion.fioRatioAtLeast;
import static io.github.loomuring.benchmarks.report.Criterion.lateAsBaseline;
import static io.github.loomuring.benchmarks.report.Criterion.lateAtMost;
import static io.github.loomuring.benchmarks.report.Criterion.ratioAtLeast;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Extra;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The targets of the library. Ratios are to one shared {@code FileChannel} in the same run. */
final class Targets {
  private static final Criterion LATE = lateAtMost(2);

  static final List<Target> ALL =
      Stream.of(directReads(), directWrites(), cached(), durable(), files(), cpuTime())
          .flatMap(List::stream)
          .toList();

  /**
   * Works in which an operation must not allocate: reads and writes. Not {@code direct-ranges},
   * where a call returns a list of outcomes.
   */
  private static final List<String> WITHOUT_ALLOCATION =
      List.of("direct-read-", "direct-write-", "warm-", "cold-", "buffered-");

  private Targets() {}

  /** The rows of the whole table: {@link #ALL}, the allocation, and what was measured elsewhere. */
  static List<TargetRow> evaluate(Results results, List<Extra> extras) {
    List<TargetRow> rows = new ArrayList<>();
    for (Target target : ALL) {
      rows.addAll(target.evaluate(results));
    }
    rows.add(allocation(results));
    rows.addAll(rows(extras));
    return rows;
  }

  /** Reads and writes allocate nothing on the heap. The line that allocates most decides. */
  static TargetRow allocation(Results results) {
    Optional<Line> most =
        results.lines().stream()
            .filter(line -> line.contender().equals(Contenders.RING))
            .filter(line -> WITHOUT_ALLOCATION.stream().anyMatch(line.work()::startsWith))
            .filter(line -> Double.isFinite(allocatedBytes(line)))
            .max(Comparator.comparingDouble(Targets::allocatedBytes));
    return new TargetRow(
        "bytes allocated, an operation",
        "all",
        "< 1 in every read and write",
        most.map(Targets::allocationText).orElse(Numbers.UNKNOWN),
        Numbers.UNKNOWN,
        Verdict.of(most.map(Targets::allocatedBytes).orElse(Double.NaN), bytes -> bytes < 1));
  }

  private static double allocatedBytes(Line line) {
    return line.spread(Round::allocatedBytesPerOperation).median();
  }

  private static String allocationText(Line line) {
    String bytes = Numbers.cost(allocatedBytes(line));
    String threads = Numbers.plain(line.threads());
    return "at most %s: %s, N = %s, %s".formatted(bytes, line.work(), threads, line.fileSystem());
  }

  /** Rows for the given ones, and for those that are expected and missing. */
  static List<TargetRow> rows(List<Extra> extras) {
    List<TargetRow> rows = new ArrayList<>();
    for (Extra extra : extras) {
      rows.add(row(extra, extra.measured(), extra.met() ? Verdict.MET : Verdict.NOT_MET));
    }
    for (Extra expected : List.of(Extra.cost(Double.NaN), Extra.memory(0))) {
      if (extras.stream().noneMatch(extra -> extra.name().equals(expected.name()))) {
        rows.add(row(expected, Numbers.UNKNOWN, Verdict.NOT_MEASURED));
      }
    }
    return rows;
  }

  private static TargetRow row(Extra extra, String measured, Verdict verdict) {
    return new TargetRow(
        extra.name(), Numbers.UNKNOWN, extra.target(), measured, Numbers.UNKNOWN, verdict);
  }

  private static List<Target> directReads() {
    String work = "direct-read-4k";
    return Stream.concat(
            each(work, List.of(1, 4, 16), ratioAtLeast(0.95), LATE),
            each(
                work, List.of(64, 256, 1_000, 10_000), ratioAtLeast(1), fioRatioAtLeast(0.9), LATE))
        .toList();
  }

  private static List<Target> directWrites() {
    String work = "direct-write-4k";
    return Stream.of(
            each(work, List.of(1), ratioAtLeast(0.85), LATE),
            each(work, List.of(16), ratioAtLeast(0.95), LATE),
            each(work, List.of(64, 256, 1_000), ratioAtLeast(1), LATE))
        .flatMap(targets -> targets)
        .toList();
  }

  private static List<Target> cached() {
    String write = "buffered-write-4k";
    Criterion writeRatio = ratioAtLeast(0.9);
    return List.of(
        Target.of("warm-read-4k", 1, ratioAtLeast(0.95), lateAsBaseline()),
        Target.of("warm-read-4k", 64, ratioAtLeast(0.95), lateAsBaseline()),
        Target.of("cold-read-4k", 64, ratioAtLeast(2.5), LATE),
        Target.of(write, 1, writeRatio, LATE).on("ext4").with(Contenders.RING_ADAPTIVE),
        Target.of(write, 64, writeRatio, lateAtMost(20)).on("ext4").with(Contenders.RING_ADAPTIVE),
        Target.of(write, 1, writeRatio, LATE).on("xfs"),
        Target.of(write, 64, writeRatio, LATE).on("xfs"));
  }

  private static List<Target> durable() {
    Criterion late = lateAtMost(5);
    return List.of(
        Target.of("log-append", 1, ratioAtLeast(0.9), late),
        Target.of("log-append", 16, ratioAtLeast(1.5), late),
        Target.of("log-append", 64, ratioAtLeast(4), late),
        Target.of("log-append", 256, ratioAtLeast(8), late));
  }

  private static List<Target> files() {
    Criterion late = lateAtMost(5);
    return List.of(
        Target.of("open-close", 1, ratioAtLeast(0.7), LATE),
        Target.of("open-close", 64, ratioAtLeast(0.7), LATE),
        Target.of("small-file-write", 64, ratioAtLeast(2.5), late),
        Target.of("small-file-durable-write", 64, ratioAtLeast(1), late),
        Target.of("small-file-read", 64, ratioAtLeast(0.8), LATE),
        Target.of("whole-file-write", 1, ratioAtLeast(0.9), late).with(Contenders.RING_ADAPTIVE),
        Target.of("whole-file-write", 64, ratioAtLeast(2.7), late),
        Target.of("whole-file-durable-write", 64, ratioAtLeast(1), late),
        Target.of("whole-file-read", 64, ratioAtLeast(0.9)),
        Target.of("direct-ranges-64x4k", 1, ratioAtLeast(4)));
  }

  private static List<Target> cpuTime() {
    return each("direct-read-4k", List.of(64, 256, 1_000, 10_000), cpuTimeAtMost(0.8))
        .map(target -> target.about("CPU time"))
        .toList();
  }

  private static Stream<Target> each(String work, List<Integer> threads, Criterion... criteria) {
    return threads.stream().map(n -> Target.of(work, n, criteria));
  }
}
