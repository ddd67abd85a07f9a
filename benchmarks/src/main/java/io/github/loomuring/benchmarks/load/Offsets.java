package io.github.loomuring.benchmarks.load;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** The file offsets, in bytes, of the operations of one thread. Confined to that thread. */
final class Offsets {
  private Offsets() {}

  /** Random blocks of the first {@code bytes}. The order depends on the thread alone. */
  static LongSupplier random(int thread, long bytes, int blockBytes) {
    SplittableRandom random = new SplittableRandom(thread);
    long blocks = bytes / blockBytes;
    return () -> random.nextLong(blocks) * blockBytes;
  }

  /** Block after block of the {@code bytes} from {@code begin} on, over and over. */
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
