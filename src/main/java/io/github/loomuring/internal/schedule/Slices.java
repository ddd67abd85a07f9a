package io.github.loomuring.internal.schedule;

/**
 * The slices of {@link Turns}: for how long threads have run. Any thread may call.
 *
 * <p>All threads of a stripe share one slice, without memory ordering: they rarely run at once, and
 * the only harm is a turn that is taken too early or too late.
 */
final class Slices {
  private static final int STRIPES =
      Integer.highestOneBit(Math.max(32, 8 * Runtime.getRuntime().availableProcessors()));

  /** Puts stripes on cache lines of their own. */
  private static final int SPACING = 16;

  // The fields of a slice.

  /** The weight of the operations since the last look. */
  static final int WEIGHT = 0;

  static final int LOOKED_NANOS = 1;
  static final int STARTED_NANOS = 2;

  /** Whether others wanted the carrier at the last look: 0 or 1. */
  static final int WANTED = 3;

  /** For how long the thread had run when it last began to wait; less than a long slice. */
  static final int RAN_NANOS = 4;

  static final long[] ALL = new long[STRIPES * SPACING];

  private Slices() {}

  /** Where the fields of the calling thread's slice begin in {@link #ALL}. */
  static int ofCurrentThread() {
    return ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPACING;
  }

  /** The thread has done something else, or nothing at all, before. */
  static void start(int slice, long now) {
    ALL[slice + LOOKED_NANOS] = now;
    ALL[slice + STARTED_NANOS] = now;
    ALL[slice + WANTED] = 0;
    ALL[slice + RAN_NANOS] = 0;
  }
}
