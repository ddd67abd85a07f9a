package io.github.loomuring.benchmarks.report;

import static io.github.loomuring.benchmarks.load.Contenders.RING_ADAPTIVE;

import io.github.loomuring.benchmarks.report.Criterion.FioRatioAtLeast;
import io.github.loomuring.benchmarks.report.Criterion.LateAsBaseline;
import io.github.loomuring.benchmarks.report.Criterion.LateAtMost;
import io.github.loomuring.benchmarks.report.Criterion.ProcessorTimeAtMost;
import io.github.loomuring.benchmarks.report.Criterion.RatioAtLeast;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the library is to reach. Ratios are to one shared {@code FileChannel} in the same run. */
final class Targets {
  private static final LateAtMost LATE = new LateAtMost(2);

  static final List<Target> ALL =
      Stream.of(directReads(), directWrites(), cached(), durable(), files(), processorTime())
          .flatMap(List::stream)
          .toList();

  private Targets() {}

  /** The whole table: {@link #ALL}, the allocation, and what was measured elsewhere. */
  static List<TargetRow> evaluate(Measurements measurements, List<Extra> extras) {
    List<TargetRow> rows = new ArrayList<>();
    for (Target target : ALL) {
      rows.addAll(target.evaluate(measurements));
    }
    rows.add(Allocation.evaluate(measurements));
    rows.addAll(Extra.rows(extras));
    return rows;
  }

  private static List<Target> directReads() {
    String work = "direct-read-4k";
    return Stream.concat(
            each(work, List.of(1, 4, 16), new RatioAtLeast(0.95), LATE),
            each(
                work,
                List.of(64, 256, 1_000, 10_000),
                new RatioAtLeast(1),
                new FioRatioAtLeast(0.9),
                LATE))
        .toList();
  }

  private static List<Target> directWrites() {
    String work = "direct-write-4k";
    return Stream.of(
            each(work, List.of(1), new RatioAtLeast(0.85), LATE),
            each(work, List.of(16), new RatioAtLeast(0.95), LATE),
            each(work, List.of(64, 256, 1_000), new RatioAtLeast(1), LATE))
        .flatMap(targets -> targets)
        .toList();
  }

  private static List<Target> cached() {
    String write = "buffered-write-4k";
    RatioAtLeast writeRatio = new RatioAtLeast(0.9);
    return List.of(
        Target.of("warm-read-4k", 1, new RatioAtLeast(0.95), new LateAsBaseline()),
        Target.of("warm-read-4k", 64, new RatioAtLeast(0.95), new LateAsBaseline()),
        Target.of("cold-read-4k", 64, new RatioAtLeast(2.5), LATE),
        Target.of(write, 1, writeRatio, LATE).on("ext4").with(RING_ADAPTIVE),
        Target.of(write, 64, writeRatio, new LateAtMost(20)).on("ext4").with(RING_ADAPTIVE),
        Target.of(write, 1, writeRatio, LATE).on("xfs"),
        Target.of(write, 64, writeRatio, LATE).on("xfs"));
  }

  private static List<Target> durable() {
    LateAtMost late = new LateAtMost(5);
    return List.of(
        Target.of("log-append", 1, new RatioAtLeast(0.9), late),
        Target.of("log-append", 16, new RatioAtLeast(1.5), late),
        Target.of("log-append", 64, new RatioAtLeast(4), late),
        Target.of("log-append", 256, new RatioAtLeast(8), late));
  }

  private static List<Target> files() {
    LateAtMost late = new LateAtMost(5);
    return List.of(
        Target.of("open-close", 1, new RatioAtLeast(0.7), LATE),
        Target.of("open-close", 64, new RatioAtLeast(0.7), LATE),
        Target.of("small-file-write", 64, new RatioAtLeast(2.5), late),
        Target.of("small-file-durable-write", 64, new RatioAtLeast(1), late),
        Target.of("small-file-read", 64, new RatioAtLeast(0.8), LATE),
        Target.of("whole-file-write", 1, new RatioAtLeast(0.9), late).with(RING_ADAPTIVE),
        Target.of("whole-file-write", 64, new RatioAtLeast(2.7), late),
        Target.of("whole-file-durable-write", 64, new RatioAtLeast(1), late),
        Target.of("whole-file-read", 64, new RatioAtLeast(0.9)),
        Target.of("direct-ranges-64x4k", 1, new RatioAtLeast(4)));
  }

  private static List<Target> processorTime() {
    return each("direct-read-4k", List.of(64, 256, 1_000, 10_000), new ProcessorTimeAtMost(0.8))
        .map(target -> target.about("CPU time"))
        .toList();
  }

  private static Stream<Target> each(String work, List<Integer> threads, Criterion... criteria) {
    return threads.stream().map(n -> Target.of(work, n, criteria));
  }
}
