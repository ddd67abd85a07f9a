package io.github.loomuring.benchmarks.load;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The memory one thread reads into and writes from: page-aligned, outside the heap, and random at
 * first, so that no device can store it in less.
 *
 * @param buffer as Java's I/O takes it
 * @param segment the same bytes, as C functions take them
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

  /** The buffer, ready to be filled or written as a whole. */
  ByteBuffer whole() {
    return buffer.clear();
  }

  int bytes() {
    return buffer.capacity();
  }
}
