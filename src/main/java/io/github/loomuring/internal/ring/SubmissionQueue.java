package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.MemorySegment;

/**
 * The submission queue. Any thread writes SQEs, under a lock; the kernel consumes them when a
 * thread enters it.
 *
 * <p>Positions are the kernel's: 32-bit counters that wrap, compared by the sign of a difference.
 */
final class SubmissionQueue {
  /** Returned by {@code offer} when the queue is full; positions are ints. */
  static final long FULL = Long.MIN_VALUE;

  private final RingMemory memory;
  private final MemorySegment rings;
  private final MemorySegment sqes;
  private final int entries;
  private final int mask;
  private final SpinLock lock = new SpinLock();
  private int tail; // guarded by lock

  SubmissionQueue(RingMemory memory) {
    this.memory = memory;
    this.rings = memory.rings;
    this.sqes = memory.sqes;
    this.entries = memory.sqEntries;
    this.mask = entries - 1;
    this.tail = Memory.intAcquire(rings, memory.sqTail);
  }

  /** Whether the kernel has consumed the SQE at {@code position}. */
  boolean isConsumed(int position) {
    return Memory.intAcquire(rings, memory.sqHead) - position > 0;
  }

  /** The position of the SQE that was written last. */
  int last() {
    return Memory.intAcquire(rings, memory.sqTail) - 1;
  }

  /** The number of SQEs that the kernel has not consumed yet. */
  int pending() {
    // Head first: read the other way round, a submission in between would make it negative.
    int head = Memory.intAcquire(rings, memory.sqHead);
    return Memory.intAcquire(rings, memory.sqTail) - head;
  }

  /** Whether the kernel keeps completions that did not fit the completion queue. */
  boolean isOverflown() {
    return (Memory.intVolatile(rings, memory.sqFlags) & IORING_SQ_CQ_OVERFLOW) != 0;
  }

  /**
   * Whether the kernel's submission thread sleeps. The caller needs a full fence between its write
   * of an SQE and this call; otherwise both sides may miss each other.
   */
  boolean isWakeUpNeeded() {
    return (Memory.intVolatile(rings, memory.sqFlags) & IORING_SQ_NEED_WAKEUP) != 0;
  }

  /** Writes the SQE of {@code request}. Returns its position, or {@link #FULL}. */
  long offer(Request request) {
    lock.lock();
    try {
      int position = tail;
      if (isFull(position)) {
        return FULL;
      }
      request.submitting();
      write(
          position,
          request.opcode,
          request.sqeFlags,
          request.fd,
          request.off,
          request.addr,
          request.len,
          request.opFlags,
          request.userData(),
          request.bufIndex);
      return publish(position);
    } finally {
      lock.unlock();
    }
  }

  /** Writes the SQE of one of the ring's own requests. Returns its position, or {@link #FULL}. */
  long offer(byte opcode, long addr, long userData) {
    lock.lock();
    try {
      int position = tail;
      if (isFull(position)) {
        return FULL;
      }
      write(position, opcode, (byte) 0, -1, 0, addr, 0, 0, userData, (short) 0);
      return publish(position);
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull(int position) {
    int used = position - Memory.intAcquire(rings, memory.sqHead);
    assert used >= 0 && used <= entries : "used=" + used + " of entries=" + entries;
    return used == entries;
  }

  private void write(
      int position,
      byte opcode,
      byte flags,
      int fd,
      long off,
      long addr,
      int len,
      int opFlags,
      long userData,
      short bufIndex) {
    long sqe = SQE_BYTES * (position & mask);
    // The whole SQE is written each time: no value of its last use may remain.
    sqes.set(JAVA_LONG, sqe, 0); // ioprio among others
    sqes.set(JAVA_BYTE, sqe + SQE_OPCODE, opcode);
    sqes.set(JAVA_BYTE, sqe + SQE_FLAGS, flags);
    sqes.set(JAVA_INT, sqe + SQE_FD, fd);
    sqes.set(JAVA_LONG, sqe + SQE_OFF, off);
    sqes.set(JAVA_LONG, sqe + SQE_ADDR, addr);
    sqes.set(JAVA_INT, sqe + SQE_LEN, len);
    sqes.set(JAVA_INT, sqe + SQE_OP_FLAGS, opFlags);
    sqes.set(JAVA_LONG, sqe + SQE_USER_DATA, userData);
    sqes.set(JAVA_INT, sqe + SQE_BUF_INDEX, Short.toUnsignedInt(bufIndex)); // and personality
    sqes.set(JAVA_INT, sqe + SQE_FILE_INDEX, 0);
    sqes.set(JAVA_LONG, sqe + SQE_ADDR3, 0);
    sqes.set(JAVA_LONG, sqe + SQE_PAD2, 0);
  }

  private int publish(int position) {
    tail = position + 1;
    Memory.intRelease(rings, memory.sqTail, tail); // the kernel loads it with acquire
    return position;
  }
}
