package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.schedule.Carriers;

/** The spare carriers: raises and lowers the scheduler's parallelism. Used by the watcher alone. */
final class Spares {
  /*
   * A program may set the parallelism itself. So the watch adds to what it finds, and takes away
   * only what it has added. If it does not find the value that it has set, the program has set
   * another one, which is without spares.
   */

  /** See java.util.concurrent.ForkJoinPool.setParallelism. */
  private static final int PARALLELISM_MAX = 32_767;

  private volatile int countMax = Integer.MAX_VALUE; // written by any thread
  private int count;
  private int set; // the value that was set for count; has a meaning if that is not 0

  private boolean lowering;
  private long loweringNanos;
  private int wanted; // the most since then

  /** The parallelism without spares. */
  int base() {
    int parallelism = Carriers.parallelism();
    if (count > 0 && parallelism != set) {
      count = 0;
    }
    return parallelism - count;
  }

  int count() {
    return count;
  }

  /** Sets how many spares there may be, from the next raise on. Any thread may call. */
  void bound(int max) {
    countMax = max;
  }

  /** Makes sure that there are {@code spares}, if the pool may be so large. */
  void raise(int spares) {
    lowering = false;
    int permitted = Math.min(spares, countMax);
    if (permitted > count) {
      change(permitted);
    }
  }

  /** Lowers the number to {@code spares} if that has been enough for {@code nanos}. */
  void lower(int spares, long nanos) {
    if (count > countMax) {
      change(countMax);
    }
    if (count == 0 || spares >= count) {
      lowering = false;
      return;
    }
    long now = System.nanoTime();
    if (!lowering) {
      lowering = true;
      loweringNanos = now;
      wanted = spares;
    }
    wanted = Math.max(wanted, spares);
    if (now - loweringNanos >= nanos) {
      lowering = false;
      change(wanted);
    }
  }

  private void change(int spares) {
    int base = base();
    int target = Math.min(base + spares, Math.max(base, parallelismMax()));
    if (target != base + count) {
      Carriers.setParallelism(target);
      set = target;
      count = target - base;
    }
  }

  /** The JDK's own limit, see java.lang.VirtualThread.createDefaultScheduler. */
  private static int parallelismMax() {
    int max = Integer.getInteger("jdk.virtualThreadScheduler.maxPoolSize", 256);
    return Math.min(max, PARALLELISM_MAX);
  }
}
