package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.MemorySegment;

/** The completion queue. Only the reaper uses it. */
final class CompletionQueue {
  /** Takes one CQE; must not throw. */
  interface Consumer {
    void accept(long userData, int res);
  }

  private final RingMemory memory;
  private final MemorySegment rings;
  private final int mask;
  private int head;

  CompletionQueue(RingMemory memory) {
    this.memory = memory;
    this.rings = memory.rings;
    this.mask = memory.cqEntries - 1;
    this.head = Memory.intAcquire(rings, memory.cqHead);
  }

  /** Hands everything that is there to {@code consumer}; how many that was. */
  int drain(Consumer consumer) {
    int tail = Memory.intAcquire(rings, memory.cqTail); // pairs with the kernel's store-release
    int count = tail - head;
    while (head != tail) {
      long cqe = memory.cqes + CQE_BYTES * (head & mask);
      long userData = rings.get(JAVA_LONG, cqe + CQE_USER_DATA);
      int res = rings.get(JAVA_INT, cqe + CQE_RES);
      head++;
      // Before it is delivered: that lets another request in, whose completion needs the place.
      release();
      consumer.accept(userData, res);
    }
    return count;
  }

  private void release() {
    Memory.intRelease(rings, memory.cqHead, head); // after the loads: the kernel may overwrite now
  }
}
