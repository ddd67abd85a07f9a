package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import io.github.loomuring.examples.TimedTreeCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Copies the home of the running JDK with the example TreeCopy. A round is one copy, whatever its
 * length; its operations are the files.
 *
 * @param engine the engine of the example
 */
record TreeCopyContender(String engine, Site site) implements Contender {
  private static final Path SOURCE = Path.of(System.getProperty("java.home"));

  /** The contender that copies as {@code name} does. */
  static TreeCopyContender of(String name, Site site) {
    return switch (name) {
      case Contenders.RING -> new TreeCopyContender("ring", site);
      case Contenders.POOL -> new TreeCopyContender("pool", site);
      case Contenders.FILE_CHANNEL, Contenders.WATCHED -> new TreeCopyContender("jdk", site);
      default -> throw new IllegalArgumentException(name + " copies no tree");
    };
  }

  @Override
  public Round measure(Work work, int threads, Span span) throws IOException, InterruptedException {
    Round round = copy();
    if (span.untilSteady()) {
      long begunNanos = System.nanoTime();
      Steadiness steadiness = new Steadiness();
      long compiledBefore = Span.compilationMillis();
      while (System.nanoTime() - begunNanos < TimeUnit.MILLISECONDS.toNanos(span.millis())) {
        round = copy();
        long compiled = Span.compilationMillis();
        double copyMillis = round.latency().max() / 1e6;
        if (steadiness.add(round.operationsPerSecond(), (compiled - compiledBefore) / copyMillis)) {
          break;
        }
        compiledBefore = compiled;
      }
    }
    return round;
  }

  private Round copy() throws IOException, InterruptedException {
    Path target = site.scratch().resolve("copy");
    Counters counters = new Counters(1);
    Snapshot.take(counters); // links the calls that it makes
    Sleeper sleeper = new Sleeper();
    Percentiles late;
    Snapshot begin;
    Snapshot end;
    try {
      begin = Snapshot.take(counters);
      counters.set(0, TimedTreeCopy.copy(engine, SOURCE, target));
      end = Snapshot.take(counters);
    } finally {
      late = Percentiles.of(sleeper.stop());
      sleeper.join();
    }
    Trees.delete(target);
    PageCache.writeBack(site.scratch());
    Histogram time = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
    time.recordValue(end.nanos() - begin.nanos());
    return end.since(begin, Percentiles.of(time), late);
  }
}
