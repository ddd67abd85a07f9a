package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The lines of a run, found by what they measured. */
final class Measurements {
  private final List<Line> lines;

  Measurements(Results results) {
    this.lines = results.lines();
  }

  List<Line> lines() {
    return lines;
  }

  Stream<Line> of(String work, String fileSystem) {
    return lines.stream()
        .filter(line -> line.work().equals(work) && line.fileSystem().equals(fileSystem));
  }

  private Stream<Line> of(String work, String fileSystem, String contender) {
    return of(work, fileSystem).filter(line -> line.contender().equals(contender));
  }

  Optional<Line> find(String work, String fileSystem, int threads, String contender) {
    return of(work, fileSystem, contender).filter(line -> line.threads() == threads).findFirst();
  }

  /** The line of the number of threads nearest to {@code threads}. */
  Optional<Line> nearest(String work, String fileSystem, int threads, String contender) {
    return of(work, fileSystem, contender)
        .min(Comparator.comparingInt(line -> Math.abs(line.threads() - threads)));
  }

  /** The baseline's line of the same work, file system and number of threads. */
  Optional<Line> baseline(Line line) {
    return find(line.work(), line.fileSystem(), line.threads(), Contenders.FILE_CHANNEL);
  }

  /** Of the rates, to the baseline's. */
  Spread ratio(Line line) {
    return baseline(line)
        .map(base -> Spread.ofRatios(line.rounds(), base.rounds(), Round::operationsPerSecond))
        .orElse(Spread.UNKNOWN);
  }

  /** On which some lines were measured, in the order of the file. */
  List<String> fileSystems(Predicate<Line> which) {
    return lines.stream().filter(which).map(Line::fileSystem).distinct().toList();
  }

  static double median(Line line, ToDoubleFunction<Round> value) {
    return Spread.of(line.rounds(), value).median();
  }
}
