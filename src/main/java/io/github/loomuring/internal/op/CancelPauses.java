package io.github.loomuring.internal.op;

/**
 * The pauses of an owner between the cancels that it sends for one operation. They grow, so that an
 * operation which cannot be cancelled costs little. Part of the slot, as nothing may be made while
 * a request is in flight.
 */
final class CancelPauses {
  private static final long FIRST_NANOS = 1_000_000;
  private static final long LONGEST_NANOS = 100_000_000;

  /** After so long an operation that may be abandoned is given up: the cancels had their chance. */
  static final long ENOUGH_NANOS = 20_000_000;

  private long nextNanos;

  /** The sum of the pauses after cancels that were sent. */
  private long cancelledNanos;

  /** Begins with the shortest pause. */
  void begin() {
    nextNanos = FIRST_NANOS;
    cancelledNanos = 0;
  }

  /** The next pause, which is longer than the one before. */
  long nextNanos() {
    long nanos = nextNanos;
    nextNanos = Math.min(2 * nanos, LONGEST_NANOS);
    return nanos;
  }

  /** A cancel was sent, and a pause of {@code nanos} follows. */
  void cancelled(long nanos) {
    cancelledNanos += nanos;
  }

  /** Whether the cancels have had time enough. */
  boolean areEnough() {
    return cancelledNanos >= ENOUGH_NANOS;
  }
}
