package io.github.loomuring.internal.op;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Fcntl;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A read or write of many buffers, one after the other in the file: IORING_OP_READV or
 * IORING_OP_WRITEV, after an attempt on the caller as for a single one.
 *
 * <p>More buffers than a call takes, and more bytes of heap buffers than a staging buffer has room
 * for, go in several requests, one after the other; but an append, or bytes in a pipe, stay
 * together as far as the kernel allows.
 */
final class VectoredTransfer {
  private final Handle handle;
  private final Transfer transfer;

  /** Whether the transfer may go in several requests without that being seen. */
  private final boolean divisible;

  private VectoredTransfer(Handle handle, Transfer transfer) {
    this.handle = handle;
    this.transfer = transfer;
    this.divisible = handle.kind.seekable() && !handle.kind.append();
  }

  /**
   * Transfers from the positions of {@code buffers}, which move: bytes, 0 at the end of the file.
   */
  static long run(Handle handle, Transfer transfer, ByteBuffer[] buffers, long offset)
      throws IOException {
    return new VectoredTransfer(handle, transfer).run(buffers, offset);
  }

  private long run(ByteBuffer[] buffers, long offset) throws IOException {
    Operation operation = handle.start();
    BufferSet.Buffer[] leased = null;
    try {
      leased = handle.context.bufferSets.retain(buffers);
      long done = 0;
      for (int first = next(buffers, 0); first < buffers.length; first = next(buffers, first)) {
        Batch batch = new Batch(operation, buffers, first);
        long n;
        try {
          n = batch.run(offset + done);
        } catch (IOException e) {
          if (done > 0) {
            return done; // these bytes are not lost; a lasting error comes with the next call
          }
          throw e;
        }
        done += n;
        if (batch.isLast || n == 0 || !divisible) {
          break;
        }
      }
      return done;
    } finally {
      if (operation.isReusable()) { // otherwise the kernel may not be done
        BufferSets.release(leased);
      }
      handle.end(operation, buffers);
    }
  }

  /** The first buffer, from {@code index} on, that has room or bytes. */
  private static int next(ByteBuffer[] buffers, int index) {
    int next = index;
    while (next < buffers.length && !buffers[next].hasRemaining()) {
      next++;
    }
    return next;
  }

  /** The buffers of one request: as many as it takes. */
  private final class Batch {
    private final Operation operation;
    private final ByteBuffer[] buffers;
    private final int first;
    private int end;
    private int count;
    private long length;
    private int heapBytes;
    private Staging.Buffer staging;
    private Staging.Buffer iovecs;

    /** Whether the request has moved less than it was to: the transfer does not go on. */
    private boolean isLast;

    Batch(Operation operation, ByteBuffer[] buffers, int first) {
      this.operation = operation;
      this.buffers = buffers;
      this.first = first;
      this.end = first;
      boolean whole = true;
      while (whole && end < buffers.length && count < Fcntl.UIO_MAXIOV) {
        int before = count;
        whole = take(buffers[end]);
        end += whole || count > before ? 1 : 0;
      }
    }

    private boolean take(ByteBuffer buffer) {
      int bytes = bytesOf(buffer);
      boolean isTooMuch =
          length + bytes > Fcntl.MAX_RW_COUNT
              || (divisible && !buffer.isDirect() && heapBytes + (long) bytes > Staging.MAX_BYTES);
      if (isTooMuch && length > 0) {
        return false;
      }
      heapBytes += buffer.isDirect() ? 0 : bytes;
      length += bytes;
      count += bytes > 0 ? 1 : 0;
      return bytes == buffer.remaining(); // the rest of a large one goes with the next batch
    }

    private int bytesOf(ByteBuffer buffer) {
      boolean inPieces = divisible && !buffer.isDirect();
      return Math.min(buffer.remaining(), inPieces ? Staging.MAX_BYTES : Fcntl.MAX_RW_COUNT);
    }

    /** Bytes moved. */
    long run(long offset) throws IOException {
      iovecs = handle.context.staging.acquire(Math.toIntExact(count * Fcntl.IOVEC_BYTES));
      try {
        if (heapBytes > 0) {
          staging = handle.context.staging.acquire(heapBytes);
        }
        fillIovecs(offset);
        long n = move(offset);
        moved(n);
        return n;
      } finally {
        handle.context.release(iovecs, operation);
        if (staging != null) {
          handle.context.release(staging, operation);
        }
      }
    }

    private void fillIovecs(long offset) throws IOException {
      long iovec = 0;
      int staged = 0;
      for (int i = first; i < end; i++) {
        ByteBuffer buffer = buffers[i];
        int bytes = bytesOf(buffer);
        if (bytes == 0) {
          continue;
        }
        long address;
        if (buffer.isDirect()) {
          address = MemorySegment.ofBuffer(buffer).address();
        } else {
          address = staging.address + staged;
          if (!transfer.reading) {
            staging.bytes.put(staged, buffer, buffer.position(), bytes);
          }
          staged += bytes;
        }
        handle.checkAligned(address, bytes, offset);
        iovecs.segment.set(JAVA_LONG, iovec + Fcntl.IOVEC_BASE, address);
        iovecs.segment.set(JAVA_LONG, iovec + Fcntl.IOVEC_LEN, bytes);
        iovec += Fcntl.IOVEC_BYTES;
      }
    }

    private long move(long offset) throws IOException {
      long n =
          transfer.reading
              ? Attempt.read(handle, operation, iovecs.address, count, offset)
              : Attempt.write(handle, operation, iovecs.address, count, length, offset, 0);
      if (n >= 0) {
        operation.callerWork.done((int) n);
        return n; // zero is the end of the file; a short count may be the end of what is cached
      }
      int result = request(handle.kind.seekable() ? offset : 0);
      if (result < 0) {
        throw handle.failure(result, operation, transfer.name, offset, length);
      }
      operation.end(); // the next batch is another use of the slot
      isLast = result < length;
      return result;
    }

    private int request(long position) throws IOException {
      TransferRequest.prepareVectored(
          handle, operation, transfer.reading, iovecs.address, count, position);
      int result = TransferRequest.run(handle, operation);
      if (!handle.transfersOnPool || !Attempt.isRefusedCall(result)) {
        return result;
      }
      // A profile of seccomp that knows the calls of the JDK only: one buffer, a short transfer.
      long address = iovecs.segment.get(JAVA_LONG, Fcntl.IOVEC_BASE);
      int bytes = (int) iovecs.segment.get(JAVA_LONG, Fcntl.IOVEC_LEN);
      TransferRequest.prepare(
          handle, operation, transfer.reading, null, address, bytes, position, 0);
      return TransferRequest.run(handle, operation);
    }

    /** Moves the buffers' positions, and bytes that were read to where they belong. */
    private void moved(long n) {
      long left = n;
      int staged = 0;
      for (int i = first; i < end && left > 0; i++) {
        ByteBuffer buffer = buffers[i];
        int wanted = bytesOf(buffer);
        int bytes = (int) Math.min(left, wanted);
        if (transfer.reading && bytes > 0 && !buffer.isDirect()) {
          buffer.put(buffer.position(), staging.bytes, staged, bytes);
        }
        staged += buffer.isDirect() ? 0 : wanted;
        buffer.position(buffer.position() + bytes);
        left -= bytes;
      }
    }
  }
}
