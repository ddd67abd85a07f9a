package io.github.loomuring.benchmarks.load;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The file offsets, in bytes, of operations. Confined to one thread, unless said otherwise. */
final class Offsets {
  /** A prime, so that it visits each of any smaller number of blocks. */
  private static final long STRIDE = 1_000_000_007;

  private Offsets() {}

  /** Random blocks of the first {@code bytes}. The order depends on the thread alone. */
  static LongSupplier random(int thread, long bytes, int blockBytes) {
    SplittableRandom random = new SplittableRandom(thread);
    long blocks = bytes / blockBytes;
    return () -> random.nextLong(blocks) * blockBytes;
  }

  /**
   * All blocks of the first {@code bytes}, far from one to the next, and then again: no block a
   * second time before each had its first. Any number of threads may share it.
   */
  static LongSupplier scattered(long bytes, int blockBytes) {
    AtomicLong next = new AtomicLong();
    long blocks = bytes / blockBytes;
    return () -> next.getAndIncrement() % blocks * STRIDE % blocks * blockBytes;
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
