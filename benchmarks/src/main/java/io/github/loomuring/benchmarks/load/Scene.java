package io.github.loomuring.benchmarks.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A work that is set up for one file API and number of threads. Closed after the measurement.
 *
 * @param operations one for each thread
 * @param files the open files that the operations use
 */
record Scene(List<MeasuredOperation> operations, List<Closeable> files) implements Closeable {
  @Override
  public void close() throws IOException {
    for (Closeable file : files) {
      file.close();
    }
  }
}
