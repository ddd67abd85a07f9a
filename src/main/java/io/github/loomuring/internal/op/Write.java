package io.github.loomuring.internal.op;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * IORING_OP_WRITE, after an attempt on the caller where the ring's policy allows one: with {@code
 * pwritev2(2)} and RWF_NOWAIT, which never waits, or without it as long as that is quick.
 */
final class Write {
  /** A plain write on the caller that took longer than this has waited, or lost its processor. */
  static final long SLOW_NANOS = 500_000;

  /** The most bytes a plain write on the caller may copy. */
  static final int INLINE_BYTES_MAX = 256 << 10;

  private static final int NOWAIT_ATTEMPTS = 8;

  private Write() {}

  static int write(RingFile file, ByteBuffer src, long offset) throws IOException {
    int length = Math.min(src.remaining(), Fcntl.MAX_RW_COUNT);
    Operation operation = file.start();
    try {
      file.markDirty();
      int n;
      if (src.isDirect()) {
        n = direct(file, operation, MemorySegment.ofBuffer(src).address(), length, offset);
        src.position(src.position() + n);
      } else {
        n = staged(file, operation, src, length, offset);
      }
      return n;
    } finally {
      file.end(operation, src);
    }
  }

  static long write(RingFile file, MemorySegment src, long offset) throws IOException {
    if (!src.isNative()) {
      return write(file, src.asByteBuffer(), offset);
    }
    int length = (int) Math.min(src.byteSize(), Fcntl.MAX_RW_COUNT);
    Operation operation = file.start();
    try {
      file.markDirty();
      return direct(file, operation, src.address(), length, offset);
    } finally {
      file.end(operation, src);
      Segments.checkStillAlive(src);
    }
  }

  /** From memory of the caller's own. */
  private static int direct(
      RingFile file, Operation operation, long address, int length, long offset)
      throws IOException {
    file.checkAligned(address, length, offset);
    BufferSet.Buffer leased = file.engine.bufferSets.begin(address);
    try {
      return transfer(file, operation, leased, address, length, offset);
    } finally {
      Fixed.end(operation, leased);
    }
  }

  private static int staged(
      RingFile file, Operation operation, ByteBuffer src, int length, long offset)
      throws IOException {
    file.checkAligned(0, length, offset);
    // In pieces only where that cannot be seen: an append, or bytes in a pipe, stay together.
    boolean divisible = file.seekable && !file.append && offset != EngineFile.APPEND;
    int pieceMax = divisible ? Math.min(length, Staging.MAX_BYTES) : length;
    Staging.Buffer buffer = file.engine.staging.acquire(pieceMax);
    try {
      int done = 0;
      while (done < length) {
        int piece = Math.min(length - done, pieceMax);
        buffer.bytes.put(0, src, src.position(), piece);
        int n;
        try {
          long at = divisible ? offset + done : offset;
          n = transfer(file, operation, null, buffer.address, piece, at);
        } catch (IOException e) {
          if (done > 0) {
            return done; // what was written is known; a lasting error comes with the next call
          }
          throw e;
        }
        src.position(src.position() + n);
        done += n;
        if (n < piece || !divisible) {
          break;
        }
      }
      return done;
    } finally {
      file.engine.release(buffer, operation);
    }
  }

  /** {@code leased} is what the memory is in, or null. */
  private static int transfer(
      RingFile file,
      Operation operation,
      BufferSet.Buffer leased,
      long address,
      int length,
      long offset)
      throws IOException {
    boolean atEnd = offset == EngineFile.APPEND;
    int flags = atEnd && file.seekable && !file.append ? Fcntl.RWF_APPEND : 0;
    long position = atEnd || !file.seekable ? 0 : offset;
    int done = 0;
    long n = inline(file, operation, operation.iovec(address, length), 1, length, position, flags);
    if (n >= 0) {
      done = (int) n;
      operation.onCaller.done(done);
      if (done == length || atEnd || file.append || !file.seekable) {
        return done;
      }
    } else if (!Attempt.isDecidedByRing(n)) {
      throw file.failure(n, operation, "write", offset, length);
    }
    int result =
        Fixed.orPlain(
            file, operation, leased, false, address + done, length - done, position + done, flags);
    if (result < 0) {
      if (done > 0) {
        return done;
      }
      throw file.failure(result, operation, "write", offset, length);
    }
    return done + result;
  }

  /** Bytes of {@code count} iovecs that an attempt on the caller has written, or an errno. */
  static long attempt(
      RingFile file, Operation operation, long iovecs, int count, long length, long offset) {
    return inline(file, operation, iovecs, count, length, offset, 0);
  }

  /** Bytes written on the caller, or EAGAIN. */
  private static long inline(
      RingFile file,
      Operation operation,
      long iovecs,
      int count,
      long length,
      long position,
      int flags) {
    Device device = file.device;
    if (!file.engine.inlineWrites
        || file.memoryAlignment != 0
        || file.synchronous
        || !file.seekable
        || file.writeGate.isFull()) {
      return Errno.EAGAIN.negated();
    }
    if (device.nowaitWrites()) {
      long n = nowait(file, operation, iovecs, count, position, flags);
      if (Attempt.isRefused(n)) {
        device.writeRefused(file.kernel(), operation.errno, n);
      }
      if (n >= 0 || !file.engine.adaptiveWrites) {
        return n;
      }
    }
    if (!file.engine.adaptiveWrites || length > INLINE_BYTES_MAX) {
      return Errno.EAGAIN.negated();
    }
    return timed(file, operation, iovecs, count, position, flags);
  }

  /**
   * An attempt that does not wait; a few, because another write of the file, which holds its lock
   * for some microseconds, is a reason to refuse one.
   */
  private static long nowait(
      RingFile file, Operation operation, long iovecs, int count, long position, int flags) {
    int nowait = flags | Fcntl.RWF_NOWAIT;
    for (int attempt = 1; ; attempt++) {
      long n = file.kernel().pwritev2(operation.errno, file.fd, iovecs, count, position, nowait);
      if (!Errno.EAGAIN.is(n) || attempt == NOWAIT_ATTEMPTS) {
        return n;
      }
      Thread.onSpinWait();
    }
  }

  private static long timed(
      RingFile file, Operation operation, long iovecs, int count, long position, int flags) {
    long begun = System.nanoTime();
    if (!file.device.local || !file.device.inlineWrites(begun)) {
      return Errno.EAGAIN.negated();
    }
    long n = file.kernel().pwritev2(operation.errno, file.fd, iovecs, count, position, flags);
    long ended = System.nanoTime();
    if (ended - begun > SLOW_NANOS) {
      file.device.inlineWriteWasSlow(ended - begun, ended);
    }
    return n;
  }
}
