package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.report.Criterion.Judgement;
import io.github.loomuring.benchmarks.report.Criterion.Measured;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A target of one contender in one kind of work.
 *
 * @param work name of the work in the results
 * @param aspect the subject of the target; empty for the rate and the lateness
 * @param fileSystem the only file system that it is for; empty for each one that was measured
 * @param threads number of threads
 * @param contender the contender that has to meet it
 * @param criteria conditions, all of which have to be met
 */
record Target(
    String work,
    String aspect,
    String fileSystem,
    int threads,
    String contender,
    List<Criterion> criteria) {

  static Target of(String work, int threads, Criterion... criteria) {
    return new Target(work, "", "", threads, Contenders.RING, List.of(criteria));
  }

  Target on(String fileSystem) {
    return new Target(work, aspect, fileSystem, threads, contender, criteria);
  }

  Target with(String contender) {
    return new Target(work, aspect, fileSystem, threads, contender, criteria);
  }

  Target about(String aspect) {
    return new Target(work, aspect, fileSystem, threads, contender, criteria);
  }

  /** A row for each file system, or one row that says that nothing was measured. */
  List<TargetRow> evaluate(Results results) {
    if (!fileSystem.isEmpty()) {
      return List.of(evaluate(results, fileSystem));
    }
    List<TargetRow> rows =
        results.lines().stream()
            .filter(line -> line.work().equals(work))
            .filter(line -> line.threads() == threads && line.contender().equals(contender))
            .map(line -> evaluate(results, line.fileSystem()))
            .toList();
    return rows.isEmpty() ? List.of(evaluate(results, "")) : rows;
  }

  private TargetRow evaluate(Results results, String onFileSystem) {
    Measured measured =
        new Measured(
            results.line(work, onFileSystem, threads, contender),
            results.line(work, onFileSystem, threads, Contenders.FILE_CHANNEL),
            nearestFio(results, onFileSystem));
    List<Judgement> judgements =
        criteria.stream().map(criterion -> criterion.judge().apply(measured)).toList();
    String decisive =
        judgements.stream()
            .map(Judgement::measured)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(", "));
    String late = judgements.stream().map(Judgement::late).collect(Collectors.joining());
    return new TargetRow(
        name() + (onFileSystem.isEmpty() ? "" : ", " + onFileSystem),
        Numbers.plain(threads),
        criteria.stream().map(Criterion::text).collect(Collectors.joining(", ")),
        measured.ours().rounds().isEmpty() ? Numbers.UNKNOWN : decisive,
        late.isEmpty() ? Numbers.UNKNOWN : late,
        Verdict.ofAll(judgements.stream().map(Judgement::verdict).toList()));
  }

  private Line nearestFio(Results results, String onFileSystem) {
    return results
        .lines(work, onFileSystem)
        .filter(line -> line.contender().equals(Contenders.FIO_IO_URING))
        .min(Comparator.comparingInt(line -> Math.abs(line.threads() - threads)))
        .orElse(new Line(work, onFileSystem, threads, Contenders.FIO_IO_URING, List.of()));
  }

  private String name() {
    String name = aspect.isEmpty() ? work : work + " " + aspect;
    return contender.equals(Contenders.RING) ? name : name + " (" + contender + ")";
  }
}
