package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;

/**
 * The answer of a child JVM to a {@link ChildRequest}.
 *
 * @param round what was measured; null if that failed, or if the process was to be idle
 * @param idleLate the lateness in the idle process; null for other requests
 * @param failure why it failed; null if it did not
 */
record ChildReply(Round round, Percentiles idleLate, String failure) {
  static ChildReply failed(String why) {
    return new ChildReply(null, null, why);
  }
}
