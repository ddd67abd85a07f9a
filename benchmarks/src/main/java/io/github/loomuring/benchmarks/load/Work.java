package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.util.List;

/** A kind of work for the threads of a measurement. Immutable. */
sealed interface Work
    permits BlockWork,
        BufferedAppend,
        CarrierHeld,
        FileWork,
        LogAppend,
        PathWork,
        RangesWork,
        TreeCopyWork {
  /** The name on the command line and in the results. */
  String name();

  /** The largest number of threads that makes sense for this work. */
  int threadsMax();

  boolean writes();

  /** The latency of one in this many operations is recorded; more than 1 for quick operations. */
  int latencyInterval();

  /** Number of virtual threads that compute meanwhile. */
  default int burners() {
    return 0;
  }

  /** Names of the contenders that can do this work. */
  List<String> contenders();

  /** Opens the files that the threads use, and prepares the page cache. */
  <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException;
}
