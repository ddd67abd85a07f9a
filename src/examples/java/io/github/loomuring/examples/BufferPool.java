package io.github.loomuring.examples;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * Direct buffers that are reused from file to file. For use by any thread.
 *
 * <p>Most files of a tree are small, and a thousand large buffers would take a quarter of a
 * gigabyte. Small files therefore get small buffers, and large files share a limited number of
 * large buffers.
 */
final class BufferPool {
  private static final int SMALL_BYTES = 16 << 10;
  private static final int LARGE_BYTES = 256 << 10;
  private static final int LARGE_MAX = 32;

  private final ConcurrentLinkedQueue<ByteBuffer> small = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<ByteBuffer> large = new ConcurrentLinkedQueue<>();
  private final Semaphore largePermits = new Semaphore(LARGE_MAX);

  /**
   * Returns an empty buffer for a file of about {@code fileBytes}, to be released by the caller.
   * Waits while all large buffers are in use, if the file needs one.
   */
  ByteBuffer acquire(long fileBytes) {
    boolean isSmall = fileBytes <= SMALL_BYTES;
    if (!isSmall) {
      largePermits.acquireUninterruptibly();
    }
    ByteBuffer idle = (isSmall ? small : large).poll();
    return idle != null ? idle : ByteBuffer.allocateDirect(isSmall ? SMALL_BYTES : LARGE_BYTES);
  }

  void release(ByteBuffer buffer) {
    buffer.clear();
    if (buffer.capacity() == SMALL_BYTES) {
      small.add(buffer);
    } else {
      large.add(buffer);
      largePermits.release();
    }
  }
}
