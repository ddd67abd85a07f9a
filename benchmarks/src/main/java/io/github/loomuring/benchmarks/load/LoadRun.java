package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A run of the load harness. Each combination has JVMs of its own. */
public final class LoadRun {
  /**
   * Where to measure.
   *
   * @param directory a directory, in which the data file stays for the next run
   * @param fileSystem name of its file system in the results
   */
  public record Place(Path directory, String fileSystem) {}

  private final Settings settings;
  private final int mebibytes;
  private final boolean freshJvms;

  LoadRun(Settings settings, int mebibytes) {
    this(settings, mebibytes, true);
  }

  private LoadRun(Settings settings, int mebibytes, boolean freshJvms) {
    this.settings = settings;
    this.mebibytes = mebibytes;
    this.freshJvms = freshJvms;
  }

  /**
   * A run that only shows whether everything works: in moments, all combinations in the same JVMs.
   */
  public static LoadRun smoke() {
    return new LoadRun(Smoke.SETTINGS, Smoke.MEBIBYTES, false);
  }

  /**
   * Measures combinations, prints the results, and writes them after each combination.
   *
   * @param output the file to write (JSON); null for none
   * @param append whether to keep other results that are in the file
   * @return what failed; empty if nothing did
   */
  public List<String> measure(
      Place place, List<Combination> combinations, Path output, boolean append, PrintStream out)
      throws IOException, InterruptedException {
    Path dataFile = DataFile.ofSize(place.directory, mebibytes);
    Collector collector =
        new Collector(output, append, Machine.facts(place.directory, place.fileSystem));
    Table table = new Table(out);
    List<String> failures = new ArrayList<>();
    out.println(place.fileSystem + ":");
    table.printHeader();
    Runner runner = new Runner(dataFile, place.fileSystem, settings);
    try {
      if (settings.idleMillis() > 0) {
        take(runner.measureIdle(), collector, table, failures);
      }
      for (Combination combination : combinations) {
        if (freshJvms) {
          runner.close(); // the next ones start when they are needed
        }
        take(runner.measure(combination), collector, table, failures);
      }
    } finally {
      runner.close();
    }
    return failures;
  }

  private static void take(Outcome outcome, Collector collector, Table table, List<String> failures)
      throws IOException {
    table.print(outcome.lines());
    collector.add(outcome);
    failures.addAll(outcome.failures());
  }
}
