package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results.Line;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one contender is to reach in one kind of work.
 *
 * @param work as in the results
 * @param aspect what the target is about if not the rate, otherwise empty
 * @param fileSystem the only one it is meant for; empty for every one that was measured
 * @param threads number of threads
 * @param contender that has to reach it
 * @param criteria all of which have to hold
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

  /** A row for each file system, or a single one that says that nothing was measured. */
  List<TargetRow> evaluate(Measurements measurements) {
    List<String> fileSystems =
        fileSystem.isEmpty()
            ? measurements.fileSystems(
                line ->
                    line.work().equals(work)
                        && line.threads() == threads
                        && line.contender().equals(contender))
            : List.of(fileSystem);
    if (fileSystems.isEmpty()) {
      return List.of(notMeasured());
    }
    return fileSystems.stream()
        .map(
            name ->
                measurements
                    .find(work, name, threads, contender)
                    .map(line -> judge(measurements, line))
                    .orElseGet(this::notMeasured))
        .toList();
  }

  private TargetRow judge(Measurements measurements, Line line) {
    Optional<Line> fio =
        measurements.nearest(work, line.fileSystem(), threads, Contenders.FIO_IO_URING);
    Criterion.Measured measured = new Criterion.Measured(line, measurements.baseline(line), fio);
    List<Criterion.Judgement> outcomes =
        criteria.stream().map(criterion -> criterion.judge(measured)).toList();
    boolean aboutRates = has(Criterion.RatioAtLeast.class);
    boolean aboutLateness = has(Criterion.LateAtMost.class) || has(Criterion.LateAsBaseline.class);
    return new TargetRow(
        name(),
        line.fileSystem(),
        Numbers.plain(threads),
        text(),
        outcomes.stream()
            .map(Criterion.Judgement::measured)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(", ")),
        aboutRates ? measurements.ratio(line) : Spread.UNKNOWN,
        minimumRatio(),
        aboutLateness ? measured.lateP99().median() : Double.NaN,
        aboutLateness ? measured.baselineLateP99().median() : Double.NaN,
        Verdict.ofAll(outcomes.stream().map(Criterion.Judgement::verdict).toList()));
  }

  private TargetRow notMeasured() {
    return new TargetRow(
        name(),
        fileSystem,
        Numbers.plain(threads),
        text(),
        Numbers.UNKNOWN,
        Spread.UNKNOWN,
        minimumRatio(),
        Double.NaN,
        Double.NaN,
        Verdict.NOT_MEASURED);
  }

  private String name() {
    String name = aspect.isEmpty() ? work : work + " " + aspect;
    return contender.equals(Contenders.RING) ? name : name + " (" + contender + ")";
  }

  private String text() {
    return criteria.stream().map(Criterion::text).collect(Collectors.joining(", "));
  }

  private double minimumRatio() {
    return criteriaOf(Criterion.RatioAtLeast.class)
        .mapToDouble(Criterion.RatioAtLeast::minimum)
        .findFirst()
        .orElse(Double.NaN);
  }

  private boolean has(Class<? extends Criterion> type) {
    return criteriaOf(type).findAny().isPresent();
  }

  private <C extends Criterion> Stream<C> criteriaOf(Class<C> type) {
    return criteria.stream().filter(type::isInstance).map(type::cast);
  }
}
