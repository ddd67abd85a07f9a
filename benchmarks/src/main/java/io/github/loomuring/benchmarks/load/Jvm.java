package io.github.loomuring.benchmarks.load;

import io.github.loomuring.SpareCarriers;

/** The kinds of JVM that contenders run in: what they need of the whole process. */
enum Jvm {
  PLAIN {
    @Override
    void prepare() {}
  },
  /** Every blocked carrier is replaced, whatever blocks it. */
  WATCHED {
    @Override
    void prepare() {
      SpareCarriers.start();
    }
  },
  /** The kernel refuses io_uring, as the default profiles of containers do. */
  WITHOUT_IO_URING {
    @Override
    void prepare() {
      Seccomp.refuseIoUring();
    }
  };

  /** Called once in the child JVM, before anything else. */
  abstract void prepare();
}
