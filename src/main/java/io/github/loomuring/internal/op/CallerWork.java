package io.github.loomuring.internal.op;

import io.github.loomuring.internal.schedule.Turns;

/**
 * The work that the owners of a slot do without the ring, one after the other, for {@link Turns}.
 */
final class CallerWork {
  /** The time in which {@link Turns#BYTES} bytes are copied, with the call that does it. */
  private static final long NANOS = 5_000;

  private int readsOfMissing;

  /** Work of the operation that has the slot now, in bytes; -1 if it has done none. */
  private int countedBytes = -1;

  private long countedNanos;

  /** Counts reads of files whose last attempt missed the page cache: whether it is an nth. */
  boolean isNthReadOfMissing(int n) {
    return ++readsOfMissing % n == 0;
  }

  /** The owner has kept its carrier for so long. */
  void lasted(long nanos) {
    countedNanos = nanos;
  }

  /** The owner has transferred so many bytes, or done something else that transfers none. */
  void done(int transferred) {
    countedBytes = transferred;
  }

  /** Work of {@code nanos}, counted as the bytes that take about as long. */
  static int bytesOf(long nanos) {
    return (int) Math.min(nanos / NANOS * Turns.BYTES, Integer.MAX_VALUE);
  }

  /** Returns the work that was counted in this use of the slot, and forgets it; -1 if none was. */
  int take() {
    int taken = countedBytes < 0 ? -1 : Math.max(countedBytes, bytesOf(countedNanos));
    countedBytes = -1;
    countedNanos = 0;
    return taken;
  }
}
