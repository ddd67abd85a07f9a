package io.github.loomuring.internal.op;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * IORING_OP_READ, after an attempt on the caller with {@code preadv2(2)} and RWF_NOWAIT, which
 * returns what is in the page cache and never waits for a device.
 */
final class Read {
  /**
   * Of the reads of a file whose last attempt missed the page cache, one in so many tries again.
   */
  private static final int ATTEMPT_EVERY = 8;

  private Read() {}

  static int read(RingFile file, ByteBuffer dst, long offset) throws IOException {
    int length = Math.min(dst.remaining(), Fcntl.MAX_RW_COUNT);
    Operation operation = file.start();
    try {
      int n;
      if (dst.isDirect()) {
        n = direct(file, operation, MemorySegment.ofBuffer(dst).address(), length, offset);
        if (n > 0) {
          dst.position(dst.position() + n);
        }
      } else {
        n = staged(file, operation, dst, length, offset);
      }
      return n;
    } finally {
      file.end(operation, dst);
    }
  }

  static long read(RingFile file, MemorySegment dst, long offset) throws IOException {
    if (!dst.isNative()) {
      return read(file, dst.asByteBuffer(), offset);
    }
    int length = (int) Math.min(dst.byteSize(), Fcntl.MAX_RW_COUNT);
    Operation operation = file.start();
    try {
      return direct(file, operation, dst.address(), length, offset);
    } finally {
      file.end(operation, dst);
      Segments.checkStillAlive(dst);
    }
  }

  /** Into memory of the caller's own. */
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
      RingFile file, Operation operation, ByteBuffer dst, int length, long offset)
      throws IOException {
    file.checkAligned(0, length, offset);
    Staging.Buffer buffer = file.engine.staging.acquire(Math.min(length, Staging.MAX_BYTES));
    try {
      int done = 0;
      while (done < length) {
        int piece = Math.min(length - done, Staging.MAX_BYTES);
        int n;
        try {
          n = transfer(file, operation, null, buffer.address, piece, offset + done);
        } catch (IOException e) {
          if (done > 0) {
            return done; // what was read is not lost; a lasting error comes with the next call
          }
          throw e;
        }
        if (n > 0) {
          dst.put(dst.position(), buffer.bytes, 0, n);
          dst.position(dst.position() + n);
          done += n;
        }
        if (n < piece || !file.seekable) {
          break;
        }
      }
      return done;
    } finally {
      file.engine.release(buffer, operation);
    }
  }

  /** Bytes read, 0 at the end of the file. {@code leased} is what the memory is in, or null. */
  private static int transfer(
      RingFile file,
      Operation operation,
      BufferSet.Buffer leased,
      long address,
      int length,
      long offset)
      throws IOException {
    int done = 0;
    if (mayTryInline(file, operation)) {
      while (done < length) {
        long position = file.seekable ? offset + done : -1;
        long n =
            file.kernel()
                .preadv2(
                    operation.errno,
                    file.fd,
                    operation.iovec(address + done, length - done),
                    1,
                    position,
                    Fcntl.RWF_NOWAIT);
        if (n > 0) {
          // A short count is the end of the file, or of what is cached: the next attempt tells.
          done += (int) n;
          if (!file.seekable) {
            return done;
          }
        } else if (n == 0) {
          operation.onCaller.done(done);
          return done;
        } else {
          if (!isDecidedByRing(file, operation, n)) {
            throw file.failure(n, operation, "read", offset, length);
          }
          break;
        }
      }
      if (done == length) {
        operation.onCaller.done(done);
        if (file.missedCache) { // written only when it changes: all readers share its cache line
          file.missedCache = false;
        }
        return done;
      }
    }
    long position = file.seekable ? offset + done : 0;
    int n =
        Fixed.orPlain(file, operation, leased, true, address + done, length - done, position, 0);
    if (n < 0) {
      if (done > 0) {
        return done;
      }
      throw file.failure(n, operation, "read", offset, length);
    }
    return done + n;
  }

  /** Bytes that an attempt on the caller has read, 0 at the end of the file, or an errno. */
  static long attempt(RingFile file, Operation operation, long iovecs, int count, long offset) {
    if (!mayTryInline(file, operation)) {
      return Errno.EAGAIN.negated();
    }
    long position = file.seekable ? offset : -1;
    long n =
        file.kernel().preadv2(operation.errno, file.fd, iovecs, count, position, Fcntl.RWF_NOWAIT);
    if (n < 0) {
      isDecidedByRing(file, operation, n); // an error comes again, with the request
    }
    return n;
  }

  private static boolean mayTryInline(RingFile file, Operation operation) {
    if (!file.engine.inlineReads || file.memoryAlignment != 0 || !file.device.nowaitReads()) {
      return false;
    }
    if (!file.seekable) {
      return file.fifo && file.readGate.inside() == 0; // it must not overtake reads that wait
    }
    // An attempt that misses is lost time, and starts read-ahead, which takes room on the device
    // outside the gate.
    return !file.missedCache
        || (operation.onCaller.isNthReadOfMissing(ATTEMPT_EVERY) && !file.readGate.isFull());
  }

  /** Notes what an attempt says of file and device. */
  private static boolean isDecidedByRing(RingFile file, Operation operation, long result) {
    if (Attempt.isRefused(result)) {
      file.device.readRefused(file.kernel(), operation.errno, result);
    } else if (Attempt.isForLater(result) && !Errno.EINTR.is(result)) {
      file.missedCache = true;
    }
    return Attempt.isDecidedByRing(result);
  }
}
