package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Changes the space of a file of the pool. Without fallocate(2), space is allocated and ranges are
 * zeroed by writing zeros.
 */
final class PoolSpace {
  private static final int ZEROS_BYTES = 1 << 20;

  /**
   * The same zeros for every file and engine: they are read-only. Made at their first use, or at a
   * later one if there was no memory for them.
   */
  private static volatile ByteBuffer zeros;

  private final PoolHandle handle;

  PoolSpace(PoolHandle handle) {
    this.handle = handle;
  }

  void change(Space change, long offset, long length) throws IOException {
    handle.checkMayStart();
    // With APPEND, all bytes that are written go to the end of the file.
    boolean possible = change == Space.ALLOCATE || (!handle.append && !change.movesBytes());
    if (!handle.seekable || !possible) {
      throw new UnsupportedOperationException(
          handle.path
              + ": "
              + change
              + " at offset="
              + offset
              + " of length="
              + length
              + (handle.seekable ? ": this needs io_uring" : ": this is no regular file"));
    }
    if (change == Space.ALLOCATE) {
      allocate(offset + length);
    } else {
      zero(offset, offset + length);
    }
  }

  /** Makes the file {@code size} bytes long if it is shorter. */
  private void allocate(long size) throws IOException {
    boolean grown = true;
    while (grown) {
      grown = handle.callInOrder(handle.writeLock, () -> appendZeros(size - handle.writing.size()));
    }
  }

  /** Writes some of {@code missing} zeros at the end; false if none is missing. */
  private boolean appendZeros(long missing) throws IOException {
    if (missing <= 0) {
      return false;
    }
    handle.writing.write(zeros(missing), handle.append ? 0 : handle.writing.size());
    return true;
  }

  /** Zeros the bytes from {@code start} to {@code end}, or to the end of the file. */
  private void zero(long start, long end) throws IOException {
    for (long at = start; at < end; ) {
      long from = at;
      int n = handle.call(() -> writeZeros(from, Math.min(end, handle.writing.size())));
      if (n == 0) {
        return;
      }
      at += n;
    }
  }

  /** Writes some zeros at {@code from}; none at {@code end}. */
  private int writeZeros(long from, long end) throws IOException {
    return from >= end ? 0 : handle.writing.write(zeros(end - from), from);
  }

  private static ByteBuffer zeros(long bytesMax) {
    ByteBuffer known = zeros;
    if (known == null) {
      known = PoolSegments.aligned(ZEROS_BYTES).asReadOnlyBuffer();
      zeros = known; // another thread may replace it by an equal one
    }
    return known.slice(0, (int) Math.min(bytesMax, known.capacity()));
  }
}
