package io.github.loomuring.benchmarks.load;

/**
 * What the parent asks of a child JVM: a measurement.
 *
 * @param contender name of the contender; null to measure how late the unrelated thread is when
 *     nothing else runs
 * @param work name of the work
 * @param threads number of threads
 * @param millis see {@link Span}
 * @param untilSteady see {@link Span}
 * @param settleMillis pause before the measurement
 */
record ChildRequest(
    String contender, String work, int threads, int millis, boolean untilSteady, int settleMillis) {
  static ChildRequest idle(int millis) {
    return new ChildRequest(null, null, 0, millis, false, 0);
  }
}
