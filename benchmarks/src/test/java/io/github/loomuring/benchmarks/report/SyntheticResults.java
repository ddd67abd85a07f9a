package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Invented results with a value for nearly every target. */
final class SyntheticResults {
  private static final int ROUNDS = 5;
  private static final double NANOS_PER_MILLI = 1e6;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<Line> lines = new ArrayList<>();

  private SyntheticResults() {}

  static Results create() {
    SyntheticResults results = new SyntheticResults();
    results.addDirect("direct-read-4k", List.of(1, 4, 16, 64, 256, 1_000, 10_000), 9_000);
    results.addDirect("direct-write-4k", List.of(1, 16, 64, 256, 1_000), 12_000);
    results.add("warm-read-4k", "ext4", 1, "ring", 1_200_000, 1, 0.9);
    results.add("warm-read-4k", "ext4", 1, "file-channel", 1_250_000, 1, 0.9);
    results.add("cold-read-4k", "ext4", 64, "ring", 180_000, 1, 0.4);
    results.add("cold-read-4k", "ext4", 64, "file-channel", 60_000, 1.2, 70);
    for (String fileSystem : List.of("ext4", "xfs")) {
      results.add("buffered-write-4k", fileSystem, 64, "ring", 300_000, 4, 0.3);
      results.add("buffered-write-4k", fileSystem, 64, "ring-adaptive", 690_000, 2, 12);
      results.add("buffered-write-4k", fileSystem, 64, "file-channel", 700_000, 2, 30);
    }
    for (int writers : List.of(1, 16, 64, 256)) {
      double alone = 900;
      results.add("log-append", "ext4", writers, "ring", alone * writers * 0.9, 40, 1.1);
      results.add("log-append", "ext4", writers, "file-channel", alone * 1.4, 60, 200);
    }
    results.add("open-close", "ext4", 64, "ring", 300_000, 3, 0.4);
    results.add("open-close", "ext4", 64, "file-channel", 390_000, 3, 9);
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("processor", "2 cores");
    machine.put("kernel", "6.18");
    return new Results(machine, percentiles(0.06), List.copyOf(results.lines));
  }

  private void addDirect(String work, List<Integer> threads, double alone) {
    for (int n : threads) {
      double most = alone * Math.min(n, 20 + Math.log(n));
      add(work, "ext4", n, "ring", most * (n < 16 ? 0.97 : 1.15), 9, 0.1 + n / 20_000.0);
      add(work, "ext4", n, "pool", most * 0.7, 21, 0.2 + n / 9_000.0);
      add(work, "ext4", n, "file-channel", most, 14, 0.1 + n / 10.0);
      add(work, "ext4", n, "platform", most * 0.9, 16, 0.1 + n / 400.0);
      add(work, "ext4", n, "asynchronous", most * 0.6, 25, 0.3 + n / 200.0);
      if (n <= 1_000) {
        addFio(work, n, most * 1.2);
      }
    }
  }

  private void add(
      String work,
      String fileSystem,
      int threads,
      String contender,
      double perSecond,
      double processorMicros,
      double lateMillis) {
    List<Round> rounds = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      double noise = random.nextDouble(0.95, 1.05);
      rounds.add(
          new Round(
              perSecond * noise,
              percentiles(threads / perSecond * 1e3),
              processorMicros * 1e3 * noise,
              contender.equals("ring") ? 0.2 : 48,
              random.nextDouble(0.1, 2),
              percentiles(lateMillis * noise)));
    }
    lines.add(new Line(work, fileSystem, threads, contender, rounds));
  }

  /** Fio measures neither allocation nor lateness. */
  private void addFio(String work, int depth, double perSecond) {
    Round round =
        new Round(
            perSecond,
            percentiles(depth / perSecond * 1e3),
            Double.NaN,
            Double.NaN,
            Double.NaN,
            null);
    lines.add(new Line(work, "ext4", depth, "fio-io_uring", List.of(round, round, round)));
  }

  private static Percentiles percentiles(double p99Millis) {
    double p99 = p99Millis * NANOS_PER_MILLI;
    return new Percentiles(p99 / 4, p99 / 2, p99, p99 * 1.5, p99 * 3);
  }
}
