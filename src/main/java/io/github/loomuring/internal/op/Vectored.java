package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READV;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITEV;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Fcntl;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * IORING_OP_READV and IORING_OP_WRITEV: one transfer of many buffers, after an attempt on the
 * caller as for a single one.
 *
 * <p>More buffers than a call takes, and more bytes of heap buffers than a staging buffer has room
 * for, go in several requests, one after the other; but an append, or bytes in a pipe, stay
 * together as far as the kernel allows.
 */
final class Vectored {
  private final RingFile file;
  private final boolean reading;

  /** Whether the transfer may go in several requests without that being seen. */
  private final boolean divisible;

  private Vectored(RingFile file, boolean reading) {
    this.file = file;
    this.reading = reading;
    this.divisible = file.seekable && !file.append;
  }

  static long read(RingFile file, ByteBuffer[] dsts, long offset) throws IOException {
    return new Vectored(file, true).run(dsts, offset);
  }

  static long write(RingFile file, ByteBuffer[] srcs, long offset) throws IOException {
    file.markDirty();
    return new Vectored(file, false).run(srcs, offset);
  }

  private long run(ByteBuffer[] buffers, long offset) throws IOException {
    Operation operation = file.start();
    BufferSet.Buffer[] leased = null;
    try {
      leased = file.engine.bufferSets.begin(buffers);
      long done = 0;
      for (int first = next(buffers, 0); first < buffers.length; first = next(buffers, first)) {
        long n;
        try {
          n = new Batch(operation, buffers, first).run(offset + done);
        } catch (IOException e) {
          if (done > 0) {
            return done; // what was moved is known; a lasting error comes with the next call
          }
          throw e;
        }
        done += Math.abs(n);
        if (n <= 0 || !divisible) {
          break;
        }
      }
      return done;
    } finally {
      if (operation.isReusable()) { // otherwise the kernel may not be done
        BufferSets.end(leased);
      }
      file.end(operation, buffers);
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

    /** Bytes moved; negated if the transfer is not to go on. */
    long run(long offset) throws IOException {
      iovecs = file.engine.staging.acquire(Math.toIntExact(count * Fcntl.IOVEC_BYTES));
      try {
        if (heapBytes > 0) {
          staging = file.engine.staging.acquire(heapBytes);
        }
        prepare(offset);
        return transfer(offset);
      } finally {
        file.engine.release(iovecs, operation);
        if (staging != null) {
          file.engine.release(staging, operation);
        }
      }
    }

    private void prepare(long offset) throws IOException {
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
          if (!reading) {
            staging.bytes.put(staged, buffer, buffer.position(), bytes);
          }
          staged += bytes;
        }
        file.checkAligned(address, bytes, offset);
        iovecs.segment.set(JAVA_LONG, iovec + Fcntl.IOVEC_BASE, address);
        iovecs.segment.set(JAVA_LONG, iovec + Fcntl.IOVEC_LEN, bytes);
        iovec += Fcntl.IOVEC_BYTES;
      }
    }

    private long transfer(long offset) throws IOException {
      long n =
          reading
              ? Read.attempt(file, operation, iovecs.address, count, offset)
              : Write.attempt(file, operation, iovecs.address, count, length, offset);
      if (n >= 0) {
        operation.onCaller.done((int) n);
        moved(n);
        return n; // zero is the end of the file; a short count may be the end of what is cached
      }
      int result = file.transfersOnPool ? onPool(offset) : request(offset);
      if (result < 0) {
        throw file.failure(result, operation, reading ? "read" : "write", offset, length);
      }
      operation.end(); // the next batch is another use of the slot
      moved(result);
      return result < length ? -result : result;
    }

    /** By the ring, as long as it is not the ring that fails; see {@link Fixed#orPlain}. */
    private int request(long offset) throws IOException {
      int result = request(offset, !file.device.local);
      if (file.device.local && Fixed.isForWorker(file, operation, reading, result)) {
        operation.end();
        result = request(offset, true);
      }
      if (OnPool.isFor(file, operation, result)) {
        operation.end();
        result = onPool(offset);
      }
      return result;
    }

    private int request(long offset, boolean async) throws IOException {
      operation.set(
          reading ? IORING_OP_READV : IORING_OP_WRITEV,
          file.fd,
          iovecs.address,
          count,
          file.seekable ? offset : 0,
          0,
          reading ? file.readGate : file.writeGate);
      if (async) {
        operation.setAsync();
      }
      return operation.run(file.engine.slots, file);
    }

    private int onPool(long offset) throws IOException {
      return OnPool.transferAll(file, operation, reading, iovecs, count, offset);
    }

    /** Moves the buffers' positions, and bytes that were read to where they belong. */
    private void moved(long n) {
      long left = n;
      int staged = 0;
      for (int i = first; i < end && left > 0; i++) {
        ByteBuffer buffer = buffers[i];
        int wanted = bytesOf(buffer);
        int bytes = (int) Math.min(left, wanted);
        if (reading && bytes > 0 && !buffer.isDirect()) {
          buffer.put(buffer.position(), staging.bytes, staged, bytes);
        }
        staged += buffer.isDirect() ? 0 : wanted;
        buffer.position(buffer.position() + bytes);
        left -= bytes;
      }
    }
  }
}
