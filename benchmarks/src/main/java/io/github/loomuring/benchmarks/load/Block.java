package io.github.loomuring.benchmarks.load;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The memory that one thread reads into and writes from. It is page-aligned and outside the heap.
 * Its bytes are random at first, so that no device can compress them.
 *
 * @param buffer for Java's I/O
 * @param segment the same memory, for C functions
 */
record Block(ByteBuffer buffer, MemorySegment segment) {
  private static final int ALIGNMENT_BYTES = 4096;

  static Block ofSize(int bytes) {
    int roomBytes = Math.ceilDiv(bytes, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(roomBytes + ALIGNMENT_BYTES)
            .alignedSlice(ALIGNMENT_BYTES)
            .slice(0, bytes);
    SplittableRandom random = new SplittableRandom(bytes);
    while (buffer.remaining() >= Long.BYTES) {
      buffer.putLong(random.nextLong());
    }
    buffer.clear();
    return new Block(buffer, MemorySegment.ofBuffer(buffer));
  }

  /** The buffer, with position 0 and the limit at its capacity. */
  ByteBuffer whole() {
    return buffer.clear();
  }

  int bytes() {
    return buffer.capacity();
  }
}
