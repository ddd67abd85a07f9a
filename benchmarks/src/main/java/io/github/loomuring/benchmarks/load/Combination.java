package io.github.loomuring.benchmarks.load;

import java.util.List;

/**
 * What one JVM measures: contenders in turn, with the same work and number of threads.
 *
 * @param work name of the work
 * @param threads number of threads that call at once
 * @param contenders names of the contenders
 */
public record Combination(String work, int threads, List<String> contenders) {
  @Override
  public String toString() {
    return work + " N=" + threads;
  }
}
