package io.github.loomuring.benchmarks.load;

import java.nio.file.Path;
import java.util.List;

/**
 * The task of a child JVM.
 *
 * @param dataFile an existing file on the file system to measure
 * @param fileSystem name of that file system in the results
 * @param rounds number of measurements of each contender
 * @param millis length of each measurement
 * @param warmUpMillis length of the warm-up of each contender before the first round; 0 for none
 * @param settleMillis pause before each measurement
 * @param idleMillis how long to measure the idle process before the works; 0 for not at all
 */
record ChildTask(
    Path dataFile,
    String fileSystem,
    List<Combination> combinations,
    int rounds,
    int millis,
    int warmUpMillis,
    int settleMillis,
    int idleMillis) {

  /** The part of this task that is about one combination. */
  ChildTask only(Combination combination, boolean withIdle) {
    return new ChildTask(
        dataFile,
        fileSystem,
        List.of(combination),
        rounds,
        millis,
        warmUpMillis,
        settleMillis,
        withIdle ? idleMillis : 0);
  }

  /** Number of measurements, including warm-ups. */
  int measurements() {
    int contenders = combinations.stream().mapToInt(one -> one.contenders().size()).sum();
    return contenders * (rounds + 1);
  }
}
