package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Results.Line;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one engine is to reach in one kind of work.
 *
 * @param work as in the results
 * @param aspect what the target is about if not the rate, otherwise empty
 * @param fileSystem the only one it is meant for; empty for every one that was measured
 * @param threads number of threads
 * @param engine that has to reach it
 * @param criteria all of which have to hold
 */
record Target(
    String work,
    String aspect,
    String fileSystem,
    int threads,
    String engine,
    List<Criterion> criteria) {

  static Target of(String work, int threads, Criterion... criteria) {
    return new Target(work, "", "", threads, Engines.RING, List.of(criteria));
  }

  Target on(String fileSystem) {
    return new Target(work, aspect, fileSystem, threads, engine, criteria);
  }

  Target with(String engine) {
    return new Target(work, aspect, fileSystem, threads, engine, criteria);
  }

  Target about(String aspect) {
    return new Target(work, aspect, fileSystem, threads, engine, criteria);
  }

  /** A row for each file system, or a single one that says that nothing was measured. */
  List<TargetRow> evaluate(Measurements measurements) {
    List<String> fileSystems =
        fileSystem.isEmpty()
            ? measurements.fileSystems(
                line ->
                    line.work().equals(work)
                        && line.threads() == threads
                        && line.engine().equals(engine))
            : List.of(fileSystem);
    if (fileSystems.isEmpty()) {
      return List.of(notMeasured());
    }
    return fileSystems.stream()
        .map(
            name ->
                measurements
                    .find(work, name, threads, engine)
                    .map(line -> judge(measurements, line))
                    .orElseGet(this::notMeasured))
        .toList();
  }

  private TargetRow judge(Measurements measurements, Line line) {
    Optional<Line> fio = measurements.nearest(work, line.fileSystem(), threads, Engines.FIO);
    Criterion.Measured measured = new Criterion.Measured(line, measurements.baseline(line), fio);
    List<Criterion.Outcome> outcomes =
        criteria.stream().map(criterion -> criterion.judge(measured)).toList();
    boolean aboutRates = has(Criterion.RatioAtLeast.class);
    boolean aboutLateness = has(Criterion.LateAtMost.class) || has(Criterion.LateAsBaseline.class);
    return new TargetRow(
        name(),
        line.fileSystem(),
        Numbers.plain(threads),
        text(),
        outcomes.stream()
            .map(Criterion.Outcome::measured)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(", ")),
        aboutRates ? measurements.ratio(line) : Spread.UNKNOWN,
        minimumRatio(),
        aboutLateness ? measured.lateP99().median() : Double.NaN,
        aboutLateness ? measured.baselineLateP99().median() : Double.NaN,
        Verdict.ofAll(outcomes.stream().map(Criterion.Outcome::verdict).toList()));
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
    return engine.equals(Engines.RING) ? name : name + " (" + engine + ")";
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
