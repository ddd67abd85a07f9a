package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;

/** What is measured against others: a file API that this JVM calls, or another program. */
interface Contender extends AutoCloseable {
  /** Measures once. Nothing of it goes on when this returns. */
  Round measure(Work work, int threads, int millis) throws IOException, InterruptedException;

  @Override
  default void close() {}
}
