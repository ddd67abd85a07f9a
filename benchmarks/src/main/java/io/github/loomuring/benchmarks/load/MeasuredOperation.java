package io.github.loomuring.benchmarks.load;

import java.io.IOException;

/** What one thread does over and over. Confined to that thread, and allocates nothing itself. */
@FunctionalInterface
interface MeasuredOperation {
  void run() throws IOException;
}
