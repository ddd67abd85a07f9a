package io.github.loomuring.internal.op;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A read or write of one buffer: IORING_OP_READ or IORING_OP_WRITE, after an attempt on the caller
 * where {@link Placement} allows one.
 *
 * <p>Bytes of heap buffers go through staging memory, in pieces. Memory in a leased buffer may be
 * registered with the kernel, and is then used as such.
 */
final class Transfer {
  static final Transfer READ = new Transfer(true);
  static final Transfer WRITE = new Transfer(false);

  final boolean reading;

  /** The operation, for messages. */
  final String name;

  private Transfer(boolean reading) {
    this.reading = reading;
    this.name = reading ? "read" : "write";
  }

  /**
   * Transfers from the position of {@code buffer}, which moves: bytes, 0 at the end of the file.
   */
  int buffer(Handle handle, ByteBuffer buffer, long offset) throws IOException {
    int length = Math.min(buffer.remaining(), Fcntl.MAX_RW_COUNT);
    Operation operation = handle.start();
    try {
      markDirty(handle);
      if (!buffer.isDirect()) {
        return staged(handle, operation, buffer, length, offset);
      }
      long address = MemorySegment.ofBuffer(buffer).address();
      int n = direct(handle, operation, address, length, offset);
      buffer.position(buffer.position() + n);
      return n;
    } finally {
      handle.end(operation, buffer);
    }
  }

  /** As {@link #buffer}, for a memory segment. */
  long segment(Handle handle, MemorySegment segment, long offset) throws IOException {
    if (!segment.isNative()) {
      return buffer(handle, segment.asByteBuffer(), offset);
    }
    int length = (int) Math.min(segment.byteSize(), Fcntl.MAX_RW_COUNT);
    Operation operation = handle.start();
    try {
      markDirty(handle);
      return direct(handle, operation, segment.address(), length, offset);
    } finally {
      handle.end(operation, segment);
      Segments.checkStillAlive(segment);
    }
  }

  private void markDirty(Handle handle) {
    if (!reading) {
      handle.markDirty();
    }
  }

  /** To or from memory of the caller's own. */
  private int direct(Handle handle, Operation operation, long address, int length, long offset)
      throws IOException {
    handle.checkAligned(address, length, offset);
    BufferSet.Buffer leased = handle.context.bufferSets.retain(address);
    try {
      return run(handle, operation, leased, address, length, offset);
    } finally {
      TransferRequest.endLease(operation, leased);
    }
  }

  /** Through staging memory. */
  private int staged(Handle handle, Operation operation, ByteBuffer heap, int length, long offset)
      throws IOException {
    handle.checkAligned(0, length, offset);
    // In pieces only where that cannot be seen: an append, or bytes that are written to a pipe,
    // stay
    // together. A read of a pipe gives the bytes of one piece.
    boolean divisible =
        handle.kind.seekable()
            && (reading || (!handle.kind.append() && offset != EngineFile.APPEND));
    int pieceMax = divisible || reading ? Math.min(length, Staging.MAX_BYTES) : length;
    Staging.Buffer buffer = handle.context.staging.acquire(pieceMax);
    try {
      int done = 0;
      while (done < length) {
        int piece = Math.min(length - done, pieceMax);
        if (!reading) {
          buffer.bytes.put(0, heap, heap.position(), piece);
        }
        int n;
        try {
          long at = divisible ? offset + done : offset;
          n = run(handle, operation, null, buffer.address, piece, at);
        } catch (IOException e) {
          if (done > 0) {
            return done; // these bytes are not lost; a lasting error comes with the next call
          }
          throw e;
        }
        if (reading && n > 0) {
          heap.put(heap.position(), buffer.bytes, 0, n);
        }
        heap.position(heap.position() + n);
        done += n;
        if (n < piece || !divisible) {
          break;
        }
      }
      return done;
    } finally {
      handle.context.release(buffer, operation);
    }
  }

  /**
   * Transfers one piece: on the caller, and the rest by a request. Bytes moved.
   *
   * @param leased the buffer that the memory is in; null if it is in none
   */
  private int run(
      Handle handle,
      Operation operation,
      BufferSet.Buffer leased,
      long address,
      int length,
      long offset)
      throws IOException {
    return reading
        ? runRead(handle, operation, leased, address, length, offset)
        : runWrite(handle, operation, leased, address, length, offset);
  }

  private int runRead(
      Handle handle,
      Operation operation,
      BufferSet.Buffer leased,
      long address,
      int length,
      long offset)
      throws IOException {
    boolean seekable = handle.kind.seekable();
    int done = 0;
    long n = Attempt.read(handle, operation, operation.scratch.iovec(address, length), 1, offset);
    while (n > 0) {
      // A short count is the end of the file, or of what is cached: the next attempt tells.
      done += (int) n;
      if (!seekable) {
        return done;
      }
      if (done == length) {
        Attempt.hitCache(handle);
        operation.callerWork.done(done);
        return done;
      }
      long rest = operation.scratch.iovec(address + done, length - done);
      n = Attempt.readAgain(handle, operation, rest, 1, offset + done);
    }
    if (n == 0) {
      operation.callerWork.done(done);
      return done;
    }
    checkDecidedByRing(handle, operation, n, offset, length);
    TransferRequest.prepare(
        handle,
        operation,
        true,
        leased,
        address + done,
        length - done,
        seekable ? offset + done : 0,
        0);
    return done + request(handle, operation, offset, length, done);
  }

  private int runWrite(
      Handle handle,
      Operation operation,
      BufferSet.Buffer leased,
      long address,
      int length,
      long offset)
      throws IOException {
    boolean atEnd = offset == EngineFile.APPEND || handle.kind.append();
    boolean appends = atEnd && handle.kind.seekable();
    int rwFlags = appends && !handle.kind.append() ? Fcntl.RWF_APPEND : 0;
    long position = offset == EngineFile.APPEND || !handle.kind.seekable() ? 0 : offset;
    long iovec = operation.scratch.iovec(address, length);
    long n = Attempt.write(handle, operation, iovec, 1, length, position, rwFlags);
    int done = 0;
    if (n >= 0) {
      done = (int) n;
      operation.callerWork.done(done);
      if (done == length || atEnd || !handle.kind.seekable()) {
        return done; // an append stays in one piece
      }
    } else {
      checkDecidedByRing(handle, operation, n, offset, length);
    }
    TransferRequest.prepare(
        handle, operation, false, leased, address + done, length - done, position + done, rwFlags);
    return done + request(handle, operation, offset, length, done);
  }

  /** Throws if an attempt on the caller has failed for the file's own reason. */
  private void checkDecidedByRing(
      Handle handle, Operation operation, long result, long offset, int length) throws IOException {
    if (!Attempt.isDecidedByRing(result)) {
      throw handle.failure(result, operation, name, offset, length);
    }
  }

  /** Runs the prepared request for what is not {@code done} yet; bytes that it has moved. */
  private int request(Handle handle, Operation operation, long offset, int length, int done)
      throws IOException {
    int result = TransferRequest.run(handle, operation);
    if (result < 0 && done == 0) {
      throw handle.failure(result, operation, name, offset, length);
    }
    return Math.max(result, 0); // an error that lasts comes with the next call
  }
}
