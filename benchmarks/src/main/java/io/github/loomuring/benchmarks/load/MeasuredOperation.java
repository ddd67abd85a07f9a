package io.github.loomuring.benchmarks.load;

import java.io.IOException;

/** The operation that one thread repeats. Confined to that thread; allocates nothing itself. */
@FunctionalInterface
interface MeasuredOperation {
  void run() throws IOException;
}
