package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import io.github.loomuring.benchmarks.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A short run that checks that everything works, and the checks of its results. */
public final class Smoke {
  static final List<Integer> THREADS = List.of(1, 16);
  static final List<String> CONTENDERS =
      List.of(
          Contenders.RING,
          Contenders.POOL,
          Contenders.FILE_CHANNEL,
          Contenders.WATCHED,
          Contenders.PLATFORM,
          Contenders.FIO_IO_URING);
  static final int MEBIBYTES = 64;
  static final Settings SETTINGS = new Settings(1, 150, null, 10, 200);

  private Smoke() {}

  /** Reasons why the file cannot be the results of a smoke run; empty if there are none. */
  static List<String> complaints(Path output, List<Combination> combinations) throws IOException {
    return complaints(output, 1, combinations);
  }

  /**
   * As {@link #complaints(Path, List)}, of that many file systems.
   *
   * @param fileSystems number of file systems on which the combinations were measured
   */
  public static List<String> complaints(
      Path output, int fileSystems, List<Combination> combinations) throws IOException {
    Results results = ResultsFile.read(output);
    int expected =
        fileSystems * combinations.stream().mapToInt(one -> one.contenders().size()).sum();
    List<String> complaints =
        new ArrayList<>(
            results.lines().stream()
                .filter(line -> line.rounds().size() != SETTINGS.rounds() || !isPlausible(line))
                .map(line -> "not plausible: " + line)
                .toList());
    if (results.lines().size() != expected) {
      complaints.add(results.lines().size() + " lines instead of " + expected);
    }
    if (results.idleLate() == null || !isOrdered(results.idleLate())) {
      complaints.add("idleLate=" + results.idleLate());
    }
    return complaints;
  }

  private static boolean isPlausible(Line line) {
    return line.rounds().stream().allMatch(Smoke::isPlausible);
  }

  private static boolean isPlausible(Round round) {
    return round.operationsPerSecond() > 0
        && round.latency() != null
        && isOrdered(round.latency())
        && (round.late() == null || isOrdered(round.late()));
  }

  private static boolean isOrdered(Percentiles percentiles) {
    return percentiles.p50() >= 0
        && percentiles.p50() <= percentiles.p90()
        && percentiles.p90() <= percentiles.p99()
        && percentiles.p99() <= percentiles.p999()
        && percentiles.p999() <= percentiles.max();
  }
}
