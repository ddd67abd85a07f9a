package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures contenders in turn; each kind of work and number of threads has its own JVM. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Measures file I/O of many threads: rate, latency, cost, lateness of other threads.")
public final class LoadCommand implements Callable<Integer> {
  private static final String EVERY_WORK = "all";
  private static final int SETTLE_MILLIS = 100;
  private static final int IDLE_MILLIS = 2000;

  @Spec private CommandSpec spec;

  @Option(names = "--plan", defaultValue = "all", description = "one of: ${COMPLETION-CANDIDATES}")
  private Plan plan;

  @Option(
      names = "--work",
      split = ",",
      defaultValue = EVERY_WORK,
      description = "only these kinds of work of the plan")
  private List<String> works;

  @Option(
      names = "--threads",
      split = ",",
      description = "numbers of threads, instead of the plan's")
  private List<Integer> threads = List.of();

  @Option(
      names = "--engines",
      split = ",",
      description = "the contenders to measure, instead of the plan's")
  private List<String> contenders = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "number of rounds; each measures all contenders in turn")
  private int rounds;

  @Option(names = "--millis", defaultValue = "1000", description = "length of each measurement")
  private int millis;

  @Option(
      names = "--warm-up-millis",
      defaultValue = "500",
      description = "length of the warm-up of each contender before the first round; 0 for none")
  private int warmUpMillis;

  @Option(
      names = "--directory",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "a directory on the file system to measure")
  private Path directory;

  @Option(
      names = "--file-system-name",
      description = "the name of the file system in the results, instead of its type")
  private String fileSystemName;

  @Option(
      names = "--mebibytes",
      defaultValue = "2048",
      description = "size of the data file, which is kept for the next run")
  private int mebibytes;

  @Option(names = "--output", description = "file for the results (JSON)")
  private Path output;

  @Option(names = "--append", description = "keep the other results that are in the output file")
  private boolean append;

  @Option(
      names = "--smoke",
      description = "run every kind of work, but only for moments: a check that everything runs")
  private boolean smoke;

  @Override
  public Integer call() throws IOException, InterruptedException {
    String fileSystem =
        fileSystemName == null ? Files.getFileStore(directory).type() : fileSystemName;
    return smoke ? smoke(fileSystem) : measure(fileSystem);
  }

  private int measure(String fileSystem) throws IOException, InterruptedException {
    List<Combination> combinations = select(threads, contenders);
    Path dataFile = DataFile.ofSize(directory, mebibytes);
    ChildTask task =
        new ChildTask(
            dataFile,
            fileSystem,
            combinations,
            rounds,
            millis,
            warmUpMillis,
            SETTLE_MILLIS,
            IDLE_MILLIS);
    Collector collector = new Collector(output, append, Machine.facts(directory, fileSystem));
    Table table = new Table(System.out);
    List<String> failures = new ArrayList<>();
    table.printHeader();
    for (Combination combination : combinations) {
      boolean first = combination == combinations.getFirst();
      ChildOutcome outcome = ChildProcess.run(task.only(combination, first));
      table.print(outcome.lines());
      collector.add(outcome);
      if (outcome.failure() != null) {
        failures.add(combination + ": " + outcome.failure());
      }
    }
    return report(failures);
  }

  /** Measures everything in one JVM, which takes less time. */
  private int smoke(String fileSystem) throws IOException, InterruptedException {
    Path dataFile = DataFile.ofSize(directory, Smoke.MEBIBYTES);
    ChildTask task = Smoke.task(dataFile, fileSystem, select(Smoke.THREADS, Smoke.CONTENDERS));
    Path file = output == null ? Files.createTempFile("loom-uring-smoke", ".json") : output;
    try {
      ChildOutcome outcome = ChildProcess.run(task);
      new Collector(file, false, Machine.facts(directory, fileSystem)).add(outcome);
      Table table = new Table(System.out);
      table.printHeader();
      table.print(outcome.lines());
      return report(
          outcome.failure() == null ? Smoke.complaints(file, task) : List.of(outcome.failure()));
    } finally {
      if (output == null) {
        Files.delete(file);
      }
      Files.delete(dataFile);
    }
  }

  private List<Combination> select(List<Integer> ofThreads, List<String> ofContenders)
      throws InterruptedException {
    List<String> ofWorks = works.equals(List.of(EVERY_WORK)) ? List.of() : works;
    try {
      return new Selection(plan, ofWorks, ofThreads, ofContenders).combinations(Fio.isInstalled());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static int report(List<String> failures) {
    failures.forEach(failure -> System.err.println("FAILED " + failure));
    return failures.isEmpty() ? 0 : 1;
  }
}
