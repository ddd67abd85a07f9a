package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.load.LoadRun.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures contenders in turn; each kind of work and number of threads has its own JVMs. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Measures file I/O of many threads: rate, latency, cost, lateness of other threads.")
public final class LoadCommand implements Callable<Integer> {
  @Option(names = "--plan", defaultValue = "all", description = "one of: ${COMPLETION-CANDIDATES}")
  private Plan plan;

  @Mixin private LoadOptions options;

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
    List<Combination> combinations = options.select(plan.combinations());
    return report(
        options
            .run(mebibytes)
            .measure(new Place(directory, fileSystem), combinations, output, append, System.out));
  }

  /** Measures everything in the same JVMs, which takes less time. */
  private int smoke(String fileSystem) throws IOException, InterruptedException {
    List<Combination> combinations =
        options.select(plan.combinations(), Smoke.THREADS, Smoke.CONTENDERS);
    Path file = output == null ? Files.createTempFile("loom-uring-smoke", ".json") : output;
    try {
      List<String> failures =
          LoadRun.smoke()
              .measure(new Place(directory, fileSystem), combinations, file, false, System.out);
      return report(failures.isEmpty() ? Smoke.complaints(file, combinations) : failures);
    } finally {
      if (output == null) {
        Files.delete(file);
      }
      Files.delete(DataFile.ofSize(directory, Smoke.MEBIBYTES));
    }
  }

  private static int report(List<String> failures) {
    failures.forEach(failure -> System.err.println("FAILED " + failure));
    return failures.isEmpty() ? 0 : 1;
  }
}
