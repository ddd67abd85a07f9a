package io.github.loomuring.internal.op;

import io.github.loomuring.internal.schedule.Turns;

/** What the owners of a slot do themselves, without the ring, one after the other. */
final class OnCaller {
  private int readsOfMissing;

  /** Of the operation that has the slot now; -1 if it has done nothing without the ring. */
  private int bytes = -1;

  /** Counts reads of files whose last attempt missed the page cache: whether it is an nth. */
  boolean isNthReadOfMissing(int n) {
    return ++readsOfMissing % n == 0;
  }

  /** The owner has transferred so many bytes, or done something else that transfers none. */
  void done(int transferred) {
    bytes = transferred;
  }

  /** The owner has worked for {@code nanos} without the ring, however much that transferred. */
  void took(long nanos) {
    long weight = nanos / Turns.OPERATION_NANOS_MAX + 1;
    bytes = (int) Math.min(weight * Turns.BYTES, Integer.MAX_VALUE);
  }

  /** What {@link #done} or {@link #took} said in this use of the slot, once; -1 if nothing. */
  int take() {
    int taken = bytes;
    bytes = -1;
    return taken;
  }
}
