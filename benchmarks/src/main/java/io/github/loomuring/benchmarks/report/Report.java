package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Extra;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.ResultsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes the results as a page with tables and a chart, and the table of targets of READMEs. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Writes results.md, its chart, and the table of targets in READMEs.")
public final class Report implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--input", required = true, description = "the results (JSON)")
  private Path input;

  @Option(
      names = "--extra",
      description =
          "further rows of the table of targets, as the command pending writes them;"
              + " by default extra.json beside the results, if it exists")
  private Path extra;

  @Option(
      names = "--output",
      required = true,
      description = "directory for results.md and the chart")
  private Path output;

  @Option(
      names = "--readme",
      description = "file that gets the table, between " + ReadmeTable.BEGIN + " and … end")
  private List<Path> readmes = List.of();

  @Override
  public Integer call() throws IOException {
    // Before the first use of AWT: it runs without a display then.
    System.setProperty("java.awt.headless", "true");
    Optional<String> problem = LatenessChart.problem();
    if (problem.isPresent()) {
      spec.commandLine().getErr().println(problem.get());
      return CommandLine.ExitCode.SOFTWARE;
    }
    for (Path file : inputs()) {
      if (!Files.isReadable(file)) {
        throw new ParameterException(spec.commandLine(), file + " cannot be read");
      }
    }
    Results results = ResultsFile.read(input);
    List<TargetRow> targets = Targets.evaluate(results, extras());
    Files.createDirectories(output);
    boolean hasChart = LatenessChart.write(results, output.resolve(LatenessChart.FILE_NAME));
    Path page = output.resolve("results.md");
    Files.writeString(page, new ResultsPage(results, targets, hasChart).text());
    PrintWriter out = spec.commandLine().getOut();
    out.println(page);
    for (Path readme : readmes) {
      boolean replaced = ReadmeTable.TARGETS.replace(readme, TargetRow.table(targets));
      out.println(readme + (replaced ? "" : " has no line " + ReadmeTable.BEGIN));
    }
    return 0;
  }

  private List<Path> inputs() {
    List<Path> inputs = new ArrayList<>(readmes);
    inputs.add(input);
    if (extra != null) {
      inputs.add(extra);
    }
    return inputs;
  }

  private List<Extra> extras() throws IOException {
    if (extra != null) {
      return Extra.read(extra);
    }
    Path beside = input.resolveSibling("extra.json");
    return Files.exists(beside) ? Extra.read(beside) : List.of();
  }
}
