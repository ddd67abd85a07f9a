package io.github.loomuring.benchmarks.load;

import java.util.List;

/**
 * What one JVM measures: contenders that alternate in the same work.
 *
 * @param work name of it
 * @param contenders names of them
 */
record Combination(String work, int threads, List<String> contenders) {
  @Override
  public String toString() {
    return work + " N=" + threads;
  }
}
