package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import java.util.List;

/**
 * What a child JVM did.
 *
 * @param idleLate null if it was not asked for
 * @param lines of the combinations that were measured to the end
 * @param failure why there are no more; null if all is well
 */
record ChildOutcome(Percentiles idleLate, List<Line> lines, String failure) {}
