package io.github.loomuring.nio;

import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.util.concurrent.ArrayBlockingQueue;

/** Buffers for transfers between a file and a channel of another class. Any thread may call. */
final class TransferBuffers {
  private static final int CAPACITY_BYTES = 128 << 10;
  private static final int PAGE_BYTES = 4096;
  private static final int IDLE_MAX = 64;

  /** Direct buffers for reuse; all rings share them, as a buffer is bound to none of them. */
  private static final ArrayBlockingQueue<ByteBuffer> IDLE = new ArrayBlockingQueue<>(IDLE_MAX);

  private TransferBuffers() {}

  /**
   * Returns a buffer for a transfer of {@code count} bytes; {@link #release} takes it back. For a
   * channel of the JDK it is a direct buffer that is reused. Any other channel might keep the
   * buffer that it is given, and gets a new heap buffer.
   */
  static ByteBuffer acquire(Channel other, long count) {
    if (other.getClass().getModule() != Object.class.getModule()) {
      return ByteBuffer.allocate((int) Math.min(CAPACITY_BYTES, count));
    }
    ByteBuffer idle = IDLE.poll();
    return idle != null ? idle : allocateAligned();
  }

  /** Allocates a buffer that a file opened with DIRECT can use. */
  private static ByteBuffer allocateAligned() {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(CAPACITY_BYTES + PAGE_BYTES)
            .alignedSlice(PAGE_BYTES)
            .slice(0, CAPACITY_BYTES);
    assert buffer.alignmentOffset(0, PAGE_BYTES) == 0 : "buffer=" + buffer;
    return buffer;
  }

  /** Takes a buffer back, for another transfer; the caller no longer uses it. */
  static void release(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      assert buffer.capacity() == CAPACITY_BYTES : "buffer=" + buffer;
      IDLE.offer(buffer);
    }
  }
}
