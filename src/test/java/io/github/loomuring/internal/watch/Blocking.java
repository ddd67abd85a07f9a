package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.linux.LinuxKernel;

/** A call that blocks the carrier in the kernel. */
final class Blocking {
  private Blocking() {}

  /** Sleeps in usleep(3), for less than a second. */
  static void sleep(int micros) {
    LinuxKernel.INSTANCE.usleep(micros);
  }

  /** The same in a marked call. */
  static void markedSleep(int micros) {
    int token = CarrierWatch.begin();
    sleep(micros);
    CarrierWatch.end(token);
  }

  /** Keeps a processor busy. */
  static void spin(int micros) {
    long end = System.nanoTime() + micros * 1000L;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
