package io.github.loomuring.benchmarks.results;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What a run of the load harness measured, as it stands in the JSON file.
 *
 * @param machine what it ran on: name of the fact, and the fact
 * @param idleLate how late the unrelated virtual thread woke on the idle machine
 * @param lines one for each kind of work, number of threads and contender
 */
public record Results(Map<String, String> machine, Percentiles idleLate, List<Line> lines) {

  /**
   * One contender doing one kind of work with one number of threads.
   *
   * @param work for example {@code direct-read-4k}
   * @param fileSystem for example {@code ext4}
   * @param threads that call, or requests in flight for fio
   * @param contender for example {@code ring} or {@code file-channel}; {@code engine} in the file
   * @param rounds in the order in which they were run; the contenders alternate
   */
  public record Line(
      String work,
      String fileSystem,
      int threads,
      @JsonProperty("engine") String contender,
      List<Round> rounds) {}

  /**
   * One measurement. A value is NaN, or null, where the contender cannot tell it (fio).
   *
   * @param operationsPerSecond completed
   * @param latency of one operation
   * @param cpuNanosPerOperation user and system time of the whole process, its kernel workers
   *     included
   * @param allocatedBytesPerOperation of the Java heap, by all threads
   * @param contextSwitchesPerOperation voluntary and involuntary, of the whole process
   * @param late how late an unrelated virtual thread that sleeps 1 ms in a loop woke
   */
  public record Round(
      double operationsPerSecond,
      Percentiles latency,
      double cpuNanosPerOperation,
      double allocatedBytesPerOperation,
      double contextSwitchesPerOperation,
      Percentiles late) {}

  /** Of a time in nanoseconds. */
  public record Percentiles(double p50, double p90, double p99, double p999, double max) {}
}
