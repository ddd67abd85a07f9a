package io.github.loomuring.internal.op;

import java.lang.foreign.MemorySegment;

/** Checks of a caller's memory segment after an operation. */
final class Segments {
  private Segments() {}

  /**
   * Throws if the segment's arena was closed while the kernel used its memory.
   *
   * <p>Nothing can undo that: the memory may have been given to somebody else before the kernel
   * wrote to it. So it is said as loudly as it can be, and the result is not returned.
   */
  static void checkStillAlive(MemorySegment segment) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "the arena of segment="
              + segment
              + " was closed while the kernel used its memory; that memory may be corrupt");
    }
  }
}
