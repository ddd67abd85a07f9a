package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;

/**
 * A row of the {@link TargetMatrix}: what a contender has to reach in one kind of work, on each
 * file system.
 *
 * @param work name of the work in the results
 * @param threads number of threads
 * @param contender the contender that has to reach it
 * @param baseline the contender that it is compared with
 * @param limits what it has to reach
 * @param ofMachine the same on the machine's own file system
 */
record MatrixTarget(
    String work, int threads, String contender, String baseline, Limits limits, Limits ofMachine) {
  /** The name of the machine's own file system in the results. */
  static final String MACHINE = "machine";

  static MatrixTarget of(String work, int threads, Limits limits) {
    return new MatrixTarget(
        work, threads, Contenders.RING, Contenders.FILE_CHANNEL, limits, limits);
  }

  MatrixTarget onMachine(Limits other) {
    return new MatrixTarget(work, threads, contender, baseline, limits, other);
  }

  MatrixTarget with(String other) {
    return new MatrixTarget(work, threads, other, baseline, limits, ofMachine);
  }

  MatrixTarget against(String other) {
    return new MatrixTarget(work, threads, contender, other, limits, ofMachine);
  }

  /** The target in words. */
  String target() {
    boolean isUsual = baseline.equals(Contenders.FILE_CHANNEL) && !limits.equals(Limits.NONE);
    String against = isUsual ? "" : "of " + baseline + ": ";
    String other = ofMachine.equals(limits) ? "" : "; " + MACHINE + ": " + ofMachine;
    return against + limits + other;
  }

  MatrixCell evaluate(Results results, String fileSystem) {
    return new MatrixCell(
        line(results, fileSystem, contender),
        line(results, fileSystem, baseline),
        line(results, fileSystem, Contenders.PLATFORM),
        fileSystem.equals(MACHINE) ? ofMachine : limits);
  }

  private Line line(Results results, String fileSystem, String of) {
    return results.line(work, fileSystem, threads, of);
  }
}
