package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.MemorySegment;

/** The completion queue. The reaper drains it, and so does a caller that polls. */
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
   * Hands every CQE that is in the queue now to {@code consumer}.
   *
   * @param errno passed on to the consumer
   * @return how many CQEs this call handed over
   */
  int drain(Consumer consumer, MemorySegment errno) {
    int tail = Memory.intAcquire(rings, memory.cqTail); // pairs with the kernel's store-release
    int count = 0;
    while (Memory.intAcquire(rings, memory.cqHead) - tail < 0) {
      lock.lock();
      if (head - tail >= 0) { // another thread has taken the rest
        lock.unlock();
        break;
      }
      long cqe = memory.cqes + CQE_BYTES * (head & mask);
      long userData = rings.get(JAVA_LONG, cqe + CQE_USER_DATA);
      int res = rings.get(JAVA_INT, cqe + CQE_RES);
      head++;
      // Before the delivery, which lets another request in, whose completion needs the place. After
      // the loads, because the kernel may overwrite the CQE from here on.
      Memory.intRelease(rings, memory.cqHead, head);
      lock.unlock();
      consumer.accept(userData, res, errno);
      count++;
    }
    return count;
  }
}
