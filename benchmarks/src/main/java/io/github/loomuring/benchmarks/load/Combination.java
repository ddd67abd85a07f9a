package io.github.loomuring.benchmarks.load;

import java.util.List;

/**
 * What one JVM measures: engines that alternate in the same work.
 *
 * @param work name of it
 * @param engines names of them
 */
record Combination(String work, int threads, List<String> engines) {
  @Override
  public String toString() {
    return work + " N=" + threads;
  }
}
