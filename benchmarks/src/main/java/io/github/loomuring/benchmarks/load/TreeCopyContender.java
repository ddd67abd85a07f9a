package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import io.github.loomuring.examples.TimedTreeCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Copies the home of the running JDK with the example TreeCopy, again and again; the operations are
 * the files. What is between the copies, such as the removal of the last one, is not measured.
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
    Counters counters = new Counters(1);
    Snapshot.take(counters); // links the calls that it makes
    Histogram times = histogram();
    Histogram late = histogram();
    Steadiness steadiness = new Steadiness();
    Snapshot sum = Snapshot.NOTHING;
    long spanNanos = TimeUnit.MILLISECONDS.toNanos(span.millis());
    boolean steady = false;
    while (!steady && sum.nanos() < spanNanos) {
      long compiledBefore = Span.compilationMillis();
      Snapshot copy = copy(counters, late);
      times.recordValue(copy.nanos());
      sum = sum.plus(copy);
      double copyMillis = copy.nanos() / 1e6;
      steady =
          span.untilSteady()
              && steadiness.add(
                  copy.operations() / copyMillis,
                  (Span.compilationMillis() - compiledBefore) / copyMillis);
    }
    return sum.since(Snapshot.NOTHING, Percentiles.of(times), Percentiles.of(late));
  }

  /** The difference that one copy makes. */
  private Snapshot copy(Counters counters, Histogram late)
      throws IOException, InterruptedException {
    Path target = site.scratch().resolve("copy");
    Sleeper sleeper = new Sleeper();
    Snapshot begin;
    Snapshot end;
    try {
      begin = Snapshot.take(counters);
      counters.set(0, begin.operations() + TimedTreeCopy.copy(engine, SOURCE, target));
      end = Snapshot.take(counters);
    } finally {
      late.add(sleeper.stop());
      sleeper.join();
    }
    Trees.delete(target);
    PageCache.writeBack(site.scratch());
    return end.minus(begin);
  }

  private static Histogram histogram() {
    return new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
  }
}
