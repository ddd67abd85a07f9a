package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.MemorySegment;

/**
 * The completion queue, emptied by the reaper, and by a caller that looks for its own completion.
 */
final class CompletionQueue {
  /** Takes one CQE; must not throw. */
  interface Consumer {
    void accept(long userData, int res, MemorySegment errno);
  }

  private final RingMemory memory;
  private final MemorySegment rings;
  private final int mask;
  private final SpinLock lock = new SpinLock();
  private int head; // guarded by lock

  CompletionQueue(RingMemory memory) {
    this.memory = memory;
    this.rings = memory.rings;
    this.mask = memory.cqEntries - 1;
    this.head = Memory.intAcquire(rings, memory.cqHead);
  }

  /**
   * Hands everything that is there to {@code consumer}; how many that was.
   *
   * @param errno handed on
   */
  int drain(Consumer consumer, MemorySegment errno) {
    int tail = Memory.intAcquire(rings, memory.cqTail); // pairs with the kernel's store-release
    int count = 0;
    while (Memory.intAcquire(rings, memory.cqHead) - tail < 0) {
      lock.lock();
      if (head - tail >= 0) { // somebody else has taken the rest
        lock.unlock();
        break;
      }
      long cqe = memory.cqes + CQE_BYTES * (head & mask);
      long userData = rings.get(JAVA_LONG, cqe + CQE_USER_DATA);
      int res = rings.get(JAVA_INT, cqe + CQE_RES);
      head++;
      // Before it is delivered: that lets another request in, whose completion needs the place.
      Memory.intRelease(
          rings, memory.cqHead, head); // after the loads: the kernel overwrites it now
      lock.unlock();
      consumer.accept(userData, res, errno);
      count++;
    }
    return count;
  }
}
