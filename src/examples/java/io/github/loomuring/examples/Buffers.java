package io.github.loomuring.examples;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * Direct buffers, reused from file to file.
 *
 * <p>Most files of a tree are small: a thousand at once with a large buffer each would take a
 * quarter of a gigabyte. So small files get small buffers, and large ones wait for one of a few.
 */
final class Buffers {
  private static final int SMALL_BYTES = 16 << 10;
  private static final int LARGE_BYTES = 256 << 10;
  private static final int LARGE_MAX = 128;

  private final ConcurrentLinkedQueue<ByteBuffer> small = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<ByteBuffer> large = new ConcurrentLinkedQueue<>();
  private final Semaphore largeLeft = new Semaphore(LARGE_MAX);

  /** Takes an empty buffer for a file of about {@code fileBytes}. Must be given back. */
  ByteBuffer take(long fileBytes) {
    boolean isSmall = fileBytes <= SMALL_BYTES;
    if (!isSmall) {
      largeLeft.acquireUninterruptibly();
    }
    ByteBuffer idle = (isSmall ? small : large).poll();
    return idle != null ? idle : ByteBuffer.allocateDirect(isSmall ? SMALL_BYTES : LARGE_BYTES);
  }

  void giveBack(ByteBuffer buffer) {
    buffer.clear();
    if (buffer.capacity() == SMALL_BYTES) {
      small.add(buffer);
    } else {
      large.add(buffer);
      largeLeft.release();
    }
  }
}
