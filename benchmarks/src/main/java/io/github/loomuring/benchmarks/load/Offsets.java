package io.github.loomuring.benchmarks.load;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** Where in a file the operations of one thread go, in bytes. Confined to that thread. */
final class Offsets {
  private Offsets() {}

  /** Any block of the first {@code bytes}, in an order that only depends on the thread. */
  static LongSupplier random(int thread, long bytes, int blockBytes) {
    SplittableRandom random = new SplittableRandom(thread);
    long blocks = bytes / blockBytes;
    return () -> random.nextLong(blocks) * blockBytes;
  }

  /** Block after block of the {@code bytes} from {@code begin}, and again from there. */
  static LongSupplier sequential(long begin, long bytes, int blockBytes) {
    return new LongSupplier() {
      private long next;

      @Override
      public long getAsLong() {
        long offset = begin + next;
        next = next + blockBytes < bytes ? next + blockBytes : 0;
        return offset;
      }
    };
  }
}
