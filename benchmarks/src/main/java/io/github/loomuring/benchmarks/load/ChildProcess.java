package io.github.loomuring.benchmarks.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a {@link ChildTask} in a separate JVM. */
final class ChildProcess {
  /** Time for everything around a measurement, such as opening files and writing back. */
  private static final int OVERHEAD_MILLIS_MAX = 10_000;

  private static final long START_MILLIS_MAX = TimeUnit.MINUTES.toMillis(2);

  private ChildProcess() {}

  /** Returns an outcome in any case; its failure tells if the child hung or crashed. */
  static ChildOutcome run(ChildTask task) throws IOException, InterruptedException {
    Path directory = task.dataFile().toAbsolutePath().getParent();
    Path scratch = Files.createTempDirectory(directory, "loom-uring-benchmark-");
    try {
      new JsonMapper().writeValue(Child.taskFile(scratch).toFile(), task);
      return run(scratch, millisMax(task));
    } finally {
      delete(scratch);
    }
  }

  private static ChildOutcome run(Path scratch, long millisMax)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command(scratch)).inheritIO().start();
    if (!process.waitFor(millisMax, TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      return failed("it had not ended after " + millisMax + " ms, and was killed");
    }
    Path outcomeFile = Child.outcomeFile(scratch);
    return Files.exists(outcomeFile)
        ? new JsonMapper().readValue(outcomeFile.toFile(), ChildOutcome.class)
        : failed("it exited with status " + process.exitValue());
  }

  private static ChildOutcome failed(String why) {
    return new ChildOutcome(null, List.of(), why);
  }

  private static long millisMax(ChildTask task) {
    long measurementMillis = Math.max(task.millis(), task.warmUpMillis()) + task.settleMillis();
    return START_MILLIS_MAX
        + task.idleMillis()
        + task.measurements() * (measurementMillis + OVERHEAD_MILLIS_MAX);
  }

  private static List<String> command(Path scratch) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx4g",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        Child.class.getName(),
        scratch.toString());
  }

  private static void delete(Path directory) throws IOException {
    List<Path> childrenFirst;
    try (Stream<Path> paths = Files.walk(directory)) {
      childrenFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : childrenFirst) {
      Files.delete(path);
    }
  }
}
