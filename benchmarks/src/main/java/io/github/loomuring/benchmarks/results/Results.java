package io.github.loomuring.benchmarks.results;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.HdrHistogram.AbstractHistogram;

/**
 * The results of a run of the load harness, as they are in the JSON file.
 *
 * @param machine facts about the machine, by name
 * @param idleLate lateness of the unrelated virtual thread on the idle machine
 * @param lines one for each kind of work, file system, number of threads and contender
 */
public record Results(Map<String, String> machine, Percentiles idleLate, List<Line> lines) {

  /** The lines of a kind of work on a file system. */
  public Stream<Line> lines(String work, String fileSystem) {
    return lines.stream()
        .filter(line -> line.work().equals(work) && line.fileSystem().equals(fileSystem));
  }

  /** The line of a contender; a line without rounds if there is none. */
  public Line line(String work, String fileSystem, int threads, String contender) {
    return lines(work, fileSystem)
        .filter(line -> line.threads() == threads && line.contender().equals(contender))
        .findFirst()
        .orElse(new Line(work, fileSystem, threads, contender, List.of()));
  }

  /**
   * One contender with one kind of work and number of threads.
   *
   * @param work for example {@code direct-read-4k}
   * @param fileSystem for example {@code ext4}
   * @param threads number of threads that call at once; for fio the number of requests in flight
   * @param contender for example {@code ring} or {@code file-channel}; {@code engine} in the file
   * @param rounds in the order in which they ran; the contenders are measured in turn
   */
  public record Line(
      String work,
      String fileSystem,
      int threads,
      @JsonProperty("engine") String contender,
      List<Round> rounds) {

    /** The operations per second of this line, divided by those of the other line. */
    public Spread ratioTo(Line other) {
      return Spread.ofRatios(rounds, other.rounds, Round::operationsPerSecond);
    }

    /** The spread of a value over the rounds. */
    public Spread spread(ToDoubleFunction<Round> value) {
      return Spread.of(rounds.stream().mapToDouble(value));
    }

    /** The spread of a percentile of the latency over the rounds. */
    public Spread latencyNanos(ToDoubleFunction<Percentiles> percentile) {
      return spread(Round::latency, percentile);
    }

    /** The spread of a percentile of the lateness over the rounds. */
    public Spread lateNanos(ToDoubleFunction<Percentiles> percentile) {
      return spread(Round::late, percentile);
    }

    private Spread spread(
        Function<Round, Percentiles> which, ToDoubleFunction<Percentiles> percentile) {
      return Spread.of(rounds.stream().map(which).filter(Objects::nonNull).mapToDouble(percentile));
    }
  }

  /**
   * One measurement. A value is NaN, or null, if the contender cannot tell it (fio).
   *
   * @param operationsPerSecond rate of completed operations
   * @param latency of one operation
   * @param cpuNanosPerOperation user and system time of the whole process, including the workers
   *     that the kernel runs for it
   * @param allocatedBytesPerOperation bytes that all threads allocated on the Java heap
   * @param contextSwitchesPerOperation voluntary and involuntary ones of the whole process
   * @param late how late an unrelated virtual thread wakes that sleeps 1 ms in a loop
   */
  public record Round(
      double operationsPerSecond,
      Percentiles latency,
      double cpuNanosPerOperation,
      double allocatedBytesPerOperation,
      double contextSwitchesPerOperation,
      Percentiles late) {}

  /** Percentiles of a time in nanoseconds. */
  public record Percentiles(double p50, double p90, double p99, double p999, double max) {

    /** The percentiles of recorded times; null if none was recorded. */
    public static Percentiles of(AbstractHistogram nanos) {
      if (nanos.getTotalCount() == 0) {
        return null;
      }
      return new Percentiles(
          nanos.getValueAtPercentile(50),
          nanos.getValueAtPercentile(90),
          nanos.getValueAtPercentile(99),
          nanos.getValueAtPercentile(99.9),
          nanos.getMaxValue());
    }
  }
}
