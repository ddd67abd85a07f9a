package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import java.util.List;

/**
 * What a child JVM measured.
 *
 * @param idleLate lateness in the idle process; null if the task did not ask for it
 * @param lines one for each contender of the combinations that were measured completely
 * @param failure why lines are missing; null if none are
 */
record ChildOutcome(Percentiles idleLate, List<Line> lines, String failure) {}
