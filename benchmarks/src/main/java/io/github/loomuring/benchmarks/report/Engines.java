package io.github.loomuring.benchmarks.report;

import java.util.List;

/** Names of the engines that have a part of their own in the report. */
final class Engines {
  static final String RING = "ring";
  static final String RING_ADAPTIVE = "ring-adaptive";

  /** What every ratio is against: one {@code FileChannel} shared by the virtual threads. */
  static final String BASELINE = "file-channel";

  static final String FIO = "fio-io_uring";

  /** Those of the library. */
  static final List<String> OURS =
      List.of(RING, RING_ADAPTIVE, "ring-registered", "ring-channel", "pool");

  private Engines() {}
}
