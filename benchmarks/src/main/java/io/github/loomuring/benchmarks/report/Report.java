package io.github.loomuring.benchmarks.report;

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

/** Makes a page, charts, and the table of a README out of what was measured. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Writes results.md and charts, and the table of targets into READMEs.")
public final class Report implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--input", required = true, description = "the results, as JSON")
  private Path input;

  @Option(
      names = "--extra",
      description =
          "lines for the table of targets, a JSON array of {name, target, measured, met};"
              + " by default extra.json beside the results, if there is one")
  private Path extra;

  @Option(names = "--output", required = true, description = "directory to write to")
  private Path output;

  @Option(
      names = "--readme",
      description = "to put the table in, between the lines " + ReadmeTable.BEGIN + " and … end")
  private List<Path> readmes = List.of();

  @Override
  public Integer call() throws IOException {
    // Before the first class of AWT: there need not be a display.
    System.setProperty("java.awt.headless", "true");
    Optional<String> problem = Fonts.problem();
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
    List<TargetRow> targets = Targets.evaluate(new Measurements(results), extras());
    Files.createDirectories(output);
    List<String> charts = Charts.write(results, targets, output);
    Path page = output.resolve("results.md");
    Files.writeString(page, new ResultsMarkdown(results, targets, charts).toString());
    PrintWriter out = spec.commandLine().getOut();
    out.println(page);
    charts.forEach(chart -> out.println(output.resolve(chart)));
    for (Path readme : readmes) {
      boolean replaced = ReadmeTable.replace(readme, TargetTable.compact(targets));
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
