package io.github.loomuring.benchmarks.report;

/**
 * A line of the target table.
 *
 * @param name the work, or what else the target is about
 * @param fileSystem empty if the target is about none, or none was measured
 * @param threads number of threads, or what stands for it
 * @param target in words
 * @param measured in words
 * @param ratio of the rates; unknown if the target has none
 * @param minimumRatio NaN likewise
 * @param lateNanos the unrelated thread's lateness, 99th percentile; NaN if the target has none
 * @param baselineLateNanos the baseline's, likewise
 * @param verdict of all its conditions
 */
record TargetRow(
    String name,
    String fileSystem,
    String threads,
    String target,
    String measured,
    Spread ratio,
    double minimumRatio,
    double lateNanos,
    double baselineLateNanos,
    Verdict verdict) {

  /** One that is not about rates and lateness. */
  static TargetRow of(
      String name, String threads, String target, String measured, Verdict verdict) {
    double none = Double.NaN;
    return new TargetRow(
        name, "", threads, target, measured, Spread.UNKNOWN, none, none, none, verdict);
  }

  /** Name and file system. */
  String title() {
    return fileSystem.isEmpty() ? name : name + ", " + fileSystem;
  }
}
