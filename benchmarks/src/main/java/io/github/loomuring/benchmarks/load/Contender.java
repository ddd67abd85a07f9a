package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;

/** A subject of a measurement: a file API that this JVM calls, or another program. */
interface Contender extends AutoCloseable {
  /** Measures once. All threads and processes of the measurement have ended when this returns. */
  Round measure(Work work, int threads, Span span) throws IOException, InterruptedException;

  @Override
  default void close() {}
}
