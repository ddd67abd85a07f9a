package io.github.loomuring.benchmarks.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A kind of work set up for one api and number of threads. Closed when it has been measured.
 *
 * @param operations one for each thread
 * @param files that they use
 */
record Scene(List<MeasuredOperation> operations, List<Closeable> files) implements Closeable {
  @Override
  public void close() throws IOException {
    for (Closeable file : files) {
      file.close();
    }
  }
}
