package io.github.loomuring.benchmarks.targets;

import io.github.loomuring.benchmarks.load.Combination;
import io.github.loomuring.benchmarks.load.LoadOptions;
import io.github.loomuring.benchmarks.load.LoadRun;
import io.github.loomuring.benchmarks.load.LoadRun.Place;
import io.github.loomuring.benchmarks.load.Smoke;
import io.github.loomuring.benchmarks.load.Trees;
import io.github.loomuring.benchmarks.report.TargetMatrix;
import io.github.loomuring.benchmarks.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the targets on several file systems, and writes the table of them side by side. */
@Command(
    name = "targets",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Measures the targets on the machine's file system, on an ext4 with a journal and on an XFS,"
          + " and writes targets.json and targets.md. The last two are made in files, which needs"
          + " root; without it they are left out.",
      "Exit status: 0 if all that was wanted was measured, met or not, 1 if something failed, 2 if"
          + " an option is wrong."
    })
public final class TargetsCommand implements Callable<Integer> {
  private static final long MEBIBYTE = 1L << 20;

  /** Room on a file system for the small files and the tree, beside the data file. */
  private static final long ROOM_MEBIBYTES = 3072;

  @Spec private CommandSpec spec;

  @Mixin private LoadOptions options;

  @Option(
      names = "--file-systems",
      split = ",",
      paramLabel = "NAME[=DIRECTORY]",
      defaultValue = "machine,ext4-journal,xfs",
      description =
          "the file systems to measure; one with a directory is measured there, under that name")
  private List<String> fileSystems;

  @Option(
      names = "--directory",
      defaultValue = ".",
      description =
          "a directory on the machine's file system; everything that is made in it is removed")
  private Path directory;

  @Option(names = "--mebibytes", defaultValue = "1024", description = "size of the data file")
  private int mebibytes;

  @Option(
      names = "--output",
      required = true,
      description = "directory for targets.json and targets.md")
  private Path output;

  @Option(
      names = "--append",
      description = "keep the other results in targets.json: so that a run measures a part")
  private boolean append;

  @Option(
      names = "--readme",
      description = "file that gets the table, between the lines that mark its place")
  private List<Path> readmes = List.of();

  @Option(
      names = "--report-only",
      description = "measure nothing; write the table of the results that are in targets.json")
  private boolean reportOnly;

  @Option(
      names = "--smoke",
      description = "measure for moments: a check that everything runs; measures nothing")
  private boolean smoke;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path results = output.resolve("targets.json");
    List<String> failures = reportOnly ? List.of() : measure(results);
    if (Files.isReadable(results)) {
      TargetMatrix.write(ResultsFile.read(results), output.resolve("targets.md"), readmes)
          .forEach(spec.commandLine().getOut()::println);
    } else if (reportOnly) {
      throw wrong(results + " cannot be read");
    }
    failures.forEach(failure -> spec.commandLine().getErr().println("FAILED " + failure));
    return failures.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  /** Returns what failed. */
  private List<String> measure(Path results) throws IOException, InterruptedException {
    List<Combination> combinations = options.select(TargetMatrix.combinations());
    LoadRun run = smoke ? LoadRun.smoke() : options.run(mebibytes);
    List<FileSystemChoice> choices = choices();
    if (!Files.isDirectory(directory)) {
      throw wrong("--directory=" + directory + " is no directory");
    }
    if (!append) {
      Files.deleteIfExists(results);
    }
    List<String> failures = new ArrayList<>();
    int measured = 0;
    for (FileSystemChoice choice : choices) {
      measured += measure(choice, combinations, run, results, failures) ? 1 : 0;
    }
    if (measured == 0) {
      failures.add("no file system was measured");
    } else if (smoke && failures.isEmpty()) {
      failures.addAll(Smoke.complaints(results, measured, combinations));
    }
    return failures;
  }

  private List<FileSystemChoice> choices() {
    try {
      return fileSystems.stream().map(FileSystemChoice::of).toList();
    } catch (IllegalArgumentException e) {
      throw wrong("--file-systems=" + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Returns whether there is such a file system. */
  private boolean measure(
      FileSystemChoice choice,
      List<Combination> combinations,
      LoadRun run,
      Path results,
      List<String> failures)
      throws IOException, InterruptedException {
    try (Undo undo = new Undo()) {
      Path parent;
      try {
        parent = directory(choice, undo);
      } catch (IOException e) {
        spec.commandLine()
            .getErr()
            .println("not measured on " + choice.name() + ": " + e.getMessage());
        return false;
      }
      Path place = Files.createTempDirectory(parent, "loom-uring-targets-");
      undo.add(() -> Trees.delete(place));
      run.measure(new Place(place, choice.name()), combinations, results, true, System.out).stream()
          .map(failure -> choice.name() + ": " + failure)
          .forEach(failures::add);
      return true;
    }
  }

  /** A directory on the file system, which is made if it has to be. */
  private Path directory(FileSystemChoice choice, Undo undo)
      throws IOException, InterruptedException {
    if (choice.directory() != null) {
      return choice.directory().toAbsolutePath();
    }
    Path ofMachine = directory.toAbsolutePath();
    long bytes = (2L * mebibytes + ROOM_MEBIBYTES) * MEBIBYTE;
    return switch (choice.name()) {
      case "ext4-journal" -> LoopFileSystem.mount(LoopFileSystem.Kind.EXT4, ofMachine, bytes, undo);
      case "xfs" -> LoopFileSystem.mount(LoopFileSystem.Kind.XFS, ofMachine, bytes, undo);
      default -> ofMachine;
    };
  }
}
