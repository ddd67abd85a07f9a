package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads and writes byte buffers of a file of the pool: one, several in a row, or many ranges. */
final class PoolTransfers {
  private final PoolHandle handle;
  private final BufferSets bufferSets;

  PoolTransfers(PoolHandle handle, BufferSets bufferSets) {
    this.handle = handle;
    this.bufferSets = bufferSets;
  }

  // ---- one buffer

  int read(ByteBuffer dst, long offset) throws IOException {
    BufferSet.Buffer used = bufferSets.retain(dst);
    try {
      return readUsed(dst, offset);
    } finally {
      BufferSets.release(used);
    }
  }

  private int readUsed(ByteBuffer dst, long offset) throws IOException {
    int n =
        handle.seekable
            ? handle.call(() -> handle.channel.read(dst, offset))
            : handle.callInOrder(handle.readLock, () -> handle.channel.read(dst));
    return Math.max(n, 0);
  }

  int write(ByteBuffer src, long offset) throws IOException {
    BufferSet.Buffer used = bufferSets.retain(src);
    try {
      return writeUsed(src, offset);
    } finally {
      BufferSets.release(used);
    }
  }

  private int writeUsed(ByteBuffer src, long offset) throws IOException {
    if (!handle.seekable) {
      return handle.callInOrder(handle.writeLock, () -> handle.writing.write(src));
    }
    if (handle.append && handle.regular) {
      return handle.call(() -> handle.writing.write(src, 0)); // the kernel ignores the position
    }
    if (offset == EngineFile.APPEND) {
      // One append at a time; writers that do not use this file may still come in between.
      return handle.callInOrder(
          handle.writeLock, () -> handle.writing.write(src, handle.writing.size()));
    }
    return handle.call(() -> handle.writing.write(src, offset));
  }

  // ---- several buffers

  long read(ByteBuffer[] dsts, long offset) throws IOException {
    BufferSet.Buffer[] used = bufferSets.retain(dsts);
    try {
      if (!handle.seekable) {
        long n = handle.callInOrder(handle.readLock, () -> handle.channel.read(dsts));
        return Math.max(n, 0);
      }
      return handle.call(
          () -> eachInTurn(dsts, (dst, at) -> handle.channel.read(dst, offset + at)));
    } finally {
      BufferSets.release(used);
    }
  }

  long write(ByteBuffer[] srcs, long offset) throws IOException {
    BufferSet.Buffer[] used = bufferSets.retain(srcs);
    try {
      if (!handle.seekable) {
        return handle.callInOrder(handle.writeLock, () -> handle.writing.write(srcs));
      }
      if (handle.append && handle.regular) {
        return handle.call(() -> handle.writing.write(srcs)); // in one piece
      }
      return handle.call(
          () -> eachInTurn(srcs, (src, at) -> handle.writing.write(src, offset + at)));
    } finally {
      BufferSets.release(used);
    }
  }

  /** Transfers one buffer, {@code at} bytes behind the start of the first one. */
  private interface Step {
    int run(ByteBuffer buffer, long at) throws IOException;
  }

  private static long eachInTurn(ByteBuffer[] buffers, Step step) throws IOException {
    long done = 0;
    for (ByteBuffer buffer : buffers) {
      while (buffer.hasRemaining()) {
        int n;
        try {
          n = step.run(buffer, done);
        } catch (IOException e) {
          if (done > 0) {
            return done; // an error that lasts is thrown by the next call
          }
          throw e;
        }
        if (n <= 0) {
          return done;
        }
        done += n;
      }
    }
    return done;
  }

  // ---- ranges

  void readRanges(List<RangeTransfer> ranges) {
    eachRange(ranges, range -> readUsed(range.buffer, range.offset));
  }

  void writeRanges(List<RangeTransfer> ranges) {
    eachRange(ranges, range -> writeUsed(range.buffer, range.offset));
  }

  /** Transfers one range. */
  private interface RangeStep {
    int run(RangeTransfer range) throws IOException;
  }

  private void eachRange(List<RangeTransfer> ranges, RangeStep step) {
    ByteBuffer[] buffers = ranges.stream().map(r -> r.buffer).toArray(ByteBuffer[]::new);
    BufferSet.Buffer[] used = bufferSets.retain(buffers); // all, before any is transferred
    try {
      for (RangeTransfer range : ranges) {
        try {
          range.bytes = range.buffer.hasRemaining() ? step.run(range) : 0;
        } catch (IOException e) {
          range.failure = e;
        }
      }
    } finally {
      BufferSets.release(used);
    }
  }
}
