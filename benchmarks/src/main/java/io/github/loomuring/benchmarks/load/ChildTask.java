package io.github.loomuring.benchmarks.load;

import java.nio.file.Path;
import java.util.List;

/**
 * What a child JVM is to do.
 *
 * @param dataFile exists, on the file system to measure
 * @param fileSystem its name in the results
 * @param warmUpMillis each contender runs so long before the first round; 0 for none
 * @param settleMillis rest before each measurement
 * @param idleMillis how long to measure the idle process before all else; 0 for not at all
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

  /** The part of it that is one combination. */
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

  /** Number of measurements, warm-ups included. */
  int measurements() {
    int contenders = combinations.stream().mapToInt(one -> one.contenders().size()).sum();
    return contenders * (rounds + 1);
  }
}
