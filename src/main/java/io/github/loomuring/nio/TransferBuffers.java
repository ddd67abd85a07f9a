package io.github.loomuring.nio;

import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.util.concurrent.ArrayBlockingQueue;

/** Buffers through which bytes go between a file and a channel of somebody else. */
final class TransferBuffers {
  private static final int BYTES = 128 << 10;
  private static final int PAGE_BYTES = 4096;
  private static final int IDLE_MAX = 64;
  private static final ArrayBlockingQueue<ByteBuffer> IDLE = new ArrayBlockingQueue<>(IDLE_MAX);

  private TransferBuffers() {}

  /**
   * A buffer for a transfer of {@code count} bytes: a direct one that is used again, or, as a
   * channel that is not the JDK's might keep what it is given, one of its own.
   */
  static ByteBuffer take(Channel other, long count) {
    if (other.getClass().getModule() != Object.class.getModule()) {
      return ByteBuffer.allocate((int) Math.min(BYTES, count));
    }
    ByteBuffer idle = IDLE.poll();
    return idle != null ? idle : aligned();
  }

  /** As a file opened with DIRECT needs it. */
  private static ByteBuffer aligned() {
    return ByteBuffer.allocateDirect(BYTES + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, BYTES);
  }

  static void giveBack(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      IDLE.offer(buffer);
    }
  }
}
