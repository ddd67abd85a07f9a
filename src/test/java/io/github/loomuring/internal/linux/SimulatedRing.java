package io.github.loomuring.internal.linux;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The kernel's side of a ring in Java memory: submission queue, completion queue and the list of
 * completions that did not fit. Guarded by the monitor of the {@link SimulatedKernel}.
 */
final class SimulatedRing {
  // Deliberately not where Linux has them: the library has to read the offsets.
  private static final int SQ_HEAD = 192;
  private static final int SQ_TAIL = 320;
  private static final int SQ_FLAGS = 64;
  private static final int CQ_HEAD = 384;
  private static final int CQ_TAIL = 256;
  private static final int CQES = 512;
  private static final byte POISON = (byte) 0xA5;

  final int flags;
  final int sqEntries;
  final int cqEntries;
  final MemorySegment rings;
  final MemorySegment sqes;
  private final int array;
  private final Queue<long[]> overflow = new ArrayDeque<>();
  private int overflowNext;

  SimulatedRing(int flags, int sqEntries, int cqEntries, int sqPosition, int cqPosition) {
    this.flags = flags;
    this.sqEntries = sqEntries;
    this.cqEntries = cqEntries;
    this.array = CQES + (int) CQE_BYTES * cqEntries;
    this.rings = Arena.ofAuto().allocate(array + 4L * sqEntries, 4096);
    this.sqes = Arena.ofAuto().allocate(SQE_BYTES * sqEntries, 4096);
    rings.fill((byte) 0xff); // an index that is not set leads out of the queue
    sqes.fill((byte) 0xff);
    for (int offset : new int[] {SQ_HEAD, SQ_TAIL}) {
      Memory.intRelease(rings, offset, sqPosition);
    }
    for (int offset : new int[] {CQ_HEAD, CQ_TAIL}) {
      Memory.intRelease(rings, offset, cqPosition);
    }
    Memory.intRelease(rings, SQ_FLAGS, 0);
  }

  void describe(MemorySegment params, int features) {
    params.set(JAVA_INT, PARAMS_SQ_ENTRIES, sqEntries);
    params.set(JAVA_INT, PARAMS_CQ_ENTRIES, cqEntries);
    params.set(JAVA_INT, PARAMS_FEATURES, features);
    params.set(JAVA_INT, PARAMS_SQ_OFF_HEAD, SQ_HEAD);
    params.set(JAVA_INT, PARAMS_SQ_OFF_TAIL, SQ_TAIL);
    params.set(JAVA_INT, PARAMS_SQ_OFF_FLAGS, SQ_FLAGS);
    params.set(JAVA_INT, PARAMS_SQ_OFF_ARRAY, hasArray() ? array : 0);
    params.set(JAVA_INT, PARAMS_CQ_OFF_HEAD, CQ_HEAD);
    params.set(JAVA_INT, PARAMS_CQ_OFF_TAIL, CQ_TAIL);
    params.set(JAVA_INT, PARAMS_CQ_OFF_CQES, CQES);
  }

  private boolean hasArray() {
    return (flags & IORING_SETUP_NO_SQARRAY) == 0;
  }

  /** Bytes that the library has to map for the queues to be inside. */
  long ringBytes() {
    return hasArray() ? rings.byteSize() : array;
  }

  int submitted() {
    return Memory.intAcquire(rings, SQ_TAIL) - Memory.intAcquire(rings, SQ_HEAD);
  }

  /** Takes the next SQE; there must be one. */
  Sqe take() {
    int head = Memory.intAcquire(rings, SQ_HEAD);
    int index = head & (sqEntries - 1);
    if (hasArray()) {
      index = rings.get(JAVA_INT, array + 4L * index);
    }
    Sqe sqe = Sqe.at(sqes, SQE_BYTES * index);
    Memory.intRelease(rings, SQ_HEAD, head + 1);
    return sqe;
  }

  int head() {
    return Memory.intAcquire(rings, CQ_HEAD);
  }

  /** Completions that have been written since, or that were there, when {@code head} was. */
  int postedSince(int head) {
    return Memory.intAcquire(rings, CQ_TAIL) - head;
  }

  private int ready() {
    return Memory.intAcquire(rings, CQ_TAIL) - Memory.intAcquire(rings, CQ_HEAD);
  }

  boolean isOverflown() {
    return !overflow.isEmpty();
  }

  /** The next {@code count} completions do not go to the queue, whatever room it has. */
  void overflowNext(int count) {
    overflowNext = count;
  }

  void post(long userData, int res) {
    if (overflowNext > 0 || isOverflown() || ready() == cqEntries) {
      overflowNext = Math.max(0, overflowNext - 1);
      overflow.add(new long[] {userData, res});
      Memory.intRelease(rings, SQ_FLAGS, IORING_SQ_CQ_OVERFLOW);
    } else {
      write(userData, res);
    }
  }

  /** What an entry with GETEVENTS does first. */
  void flushOverflow() {
    while (isOverflown() && ready() < cqEntries) {
      long[] cqe = overflow.remove();
      write(cqe[0], (int) cqe[1]);
    }
    Memory.intRelease(rings, SQ_FLAGS, isOverflown() ? IORING_SQ_CQ_OVERFLOW : 0);
  }

  private void write(long userData, int res) {
    int tail = Memory.intAcquire(rings, CQ_TAIL);
    long cqe = CQES + CQE_BYTES * (tail & (cqEntries - 1));
    rings.set(JAVA_LONG, cqe + CQE_USER_DATA, userData);
    rings.set(JAVA_INT, cqe + CQE_RES, res);
    Memory.intRelease(rings, CQ_TAIL, tail + 1);
  }

  static void poison(MemorySegment unmapped) {
    unmapped.fill(POISON);
  }

  /** Whether somebody has written to memory after it was unmapped. */
  static boolean isWritten(MemorySegment unmapped) {
    for (long i = 0; i < unmapped.byteSize(); i++) {
      if (unmapped.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i) != POISON) {
        return true;
      }
    }
    return false;
  }
}
