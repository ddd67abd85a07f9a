package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects results. Writes the file after each addition, so that a crash loses nothing. */
final class Collector {
  private final Path output;
  private final Map<String, String> machine = new LinkedHashMap<>();
  private final List<Line> lines = new ArrayList<>();
  private Percentiles idleLate;

  /**
   * Begins with the results of the file if {@code append} is true, otherwise with none.
   *
   * @param output the file to write; null for none
   * @param append whether to keep the results that are in the file
   * @param facts about the machine
   */
  Collector(Path output, boolean append, Map<String, String> facts) throws IOException {
    this.output = output;
    if (append && output != null && Files.exists(output)) {
      Results before = ResultsFile.read(output);
      machine.putAll(before.machine());
      lines.addAll(before.lines());
      idleLate = before.idleLate();
    }
    machine.putAll(facts);
  }

  /** Adds lines. Each replaces an older line of the same measurement. */
  void add(Outcome outcome) throws IOException {
    for (Line line : outcome.lines()) {
      lines.removeIf(other -> isSame(line, other));
      lines.add(line);
    }
    if (outcome.idleLate() != null) {
      idleLate = outcome.idleLate();
    }
    if (output != null) {
      Files.createDirectories(output.toAbsolutePath().getParent());
      ResultsFile.write(output, new Results(machine, idleLate, lines));
    }
  }

  private static boolean isSame(Line line, Line other) {
    return line.work().equals(other.work())
        && line.fileSystem().equals(other.fileSystem())
        && line.threads() == other.threads()
        && line.contender().equals(other.contender());
  }
}
