package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.util.List;

/** A kind of work for the threads of a measurement. Immutable. */
sealed interface Work permits BlockWork, FileWork, LogAppend, RangesWork {
  /** As it is called on the command line, and in the results. */
  String name();

  /** More than these make no sense for it. */
  int threadsMax();

  boolean writes();

  /** The latency of every how many-th operation is taken: more than one if they are quick. */
  int latencyInterval();

  /** Virtual threads that only use the processor meanwhile. */
  default int burners() {
    return 0;
  }

  /** Names of the contenders that can do it. */
  List<String> contenders();

  /** Opens what the threads need and brings the page cache into its state at the beginning. */
  <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException;
}
