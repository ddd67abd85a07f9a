package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import java.util.List;

/**
 * What was measured of a combination.
 *
 * @param idleLate lateness in the idle process; null if it was not measured
 * @param lines one for each contender that was measured completely
 * @param failures why lines are missing
 */
record Outcome(Percentiles idleLate, List<Line> lines, List<String> failures) {}
