package io.github.loomuring.internal.op;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/**
 * Many reads or writes of one caller, submitted together: all are in flight at once, as far as the
 * gates let them in. Those that need no request are done on the caller.
 */
final class RangesTransfer {
  private final Handle handle;
  private final Transfer transfer;

  private RangesTransfer(Handle handle, Transfer transfer) {
    this.handle = handle;
    this.transfer = transfer;
  }

  /** Transfers all ranges, and notes in each what became of it. */
  static void run(Handle handle, Transfer transfer, List<RangeTransfer> ranges) throws IOException {
    new RangesTransfer(handle, transfer).run(ranges);
  }

  /** One range, and what its operation needs. */
  private static final class Part {
    final RangeTransfer range;
    final Operation operation;
    final int length;
    Staging.Buffer staging;

    /** The buffer that the range's memory is in; null if it is in none. */
    BufferSet.Buffer leased;

    int done;

    Part(RangeTransfer range, Operation operation) {
      this.range = range;
      this.operation = operation;
      this.length = Math.min(range.buffer.remaining(), Fcntl.MAX_RW_COUNT);
    }

    long address() {
      return staging != null ? staging.address : MemorySegment.ofBuffer(range.buffer).address();
    }
  }

  private void run(List<RangeTransfer> ranges) throws IOException {
    // Made first: while requests are in flight, nothing may fail for want of memory.
    Part[] parts = new Part[ranges.size()];
    List<Part> inFlight = new ArrayList<>(parts.length);
    List<Operation> operations = new ArrayList<>(parts.length);
    int started = 0;
    try {
      for (RangeTransfer range : ranges) {
        Part part = new Part(range, handle.start());
        parts[started++] = part;
        if (part.length > 0) {
          // This may throw: nothing has moved yet.
          part.leased = handle.context.bufferSets.retain(range.buffer);
        }
      }
      for (Part part : parts) {
        if (part.length > 0 && !isDoneOnCaller(part)) {
          prepare(part);
          inFlight.add(part);
        }
      }
      if (handle.transfersOnPool) {
        for (Part part : inFlight) {
          transferOnPool(part);
        }
      } else if (!inFlight.isEmpty()) {
        submit(inFlight, operations);
        awaitAll(operations);
        for (Part part : inFlight) {
          settle(part); // now that nothing is in flight: it may throw
        }
      }
      for (Part part : parts) {
        finish(part);
      }
    } finally {
      for (int i = 0; i < started; i++) {
        end(parts[i]);
      }
    }
  }

  /** Whether the range is done, or has failed, without a request. */
  private boolean isDoneOnCaller(Part part) {
    RangeTransfer range = part.range;
    try {
      if (!range.buffer.isDirect()) {
        handle.checkAligned(0, part.length, range.offset);
        part.staging = handle.context.staging.acquire(part.length);
        if (!transfer.reading) {
          part.staging.bytes.put(0, range.buffer, range.buffer.position(), part.length);
        }
      }
      handle.checkAligned(part.address(), part.length, range.offset);
    } catch (IOException e) {
      range.failure = e;
      return true;
    }
    Operation operation = part.operation;
    long iovec = operation.scratch.iovec(part.address(), part.length);
    long n =
        transfer.reading
            ? Attempt.read(handle, operation, iovec, 1, range.offset)
            : Attempt.write(handle, operation, iovec, 1, part.length, range.offset, 0);
    if (n < 0) {
      return false; // an error comes again, with the request
    }
    part.done = (int) n;
    if (n > 0) {
      operation.callerWork.done((int) n);
    }
    return n == part.length || (transfer.reading && n == 0) || (!handle.kind.seekable() && n > 0);
  }

  private void prepare(Part part) {
    TransferRequest.prepare(
        handle,
        part.operation,
        transfer.reading,
        part.leased,
        part.address() + part.done,
        part.length - part.done,
        handle.kind.seekable() ? part.range.offset + part.done : 0,
        0);
  }

  private void submit(List<Part> parts, List<Operation> operations) throws IOException {
    for (Part part : parts) {
      handle.context.requests.enlist(part.operation, handle);
      operations.add(part.operation);
    }
    handle.context.requests.submitAll(operations);
  }

  /**
   * Waits until all have completed, whatever is thrown meanwhile. The last ones first: when they
   * have completed, most of the others have, so that the caller parks seldom more than once.
   */
  private void awaitAll(List<Operation> operations) throws IOException {
    Throwable first = null;
    for (int i = operations.size() - 1; i >= 0; i--) {
      try {
        handle.context.requests.await(operations.get(i));
      } catch (Throwable t) {
        first = first == null ? t : first;
      }
    }
    if (first != null) {
      Failures.rethrow(first);
    }
  }

  /** Notes the result of a part's request, or of the transfer in its place. */
  private void settle(Part part) throws IOException {
    Operation operation = part.operation;
    try {
      note(part, TransferRequest.finish(handle, operation, operation.result()));
    } catch (InterruptedIOException | ClosedChannelException e) {
      failed(part, e);
    }
  }

  private void transferOnPool(Part part) {
    try {
      note(part, PoolTransfer.run(handle, part.operation));
    } catch (IOException e) {
      failed(part, e);
    }
  }

  /** The bytes that have moved before are not lost; a lasting error comes with the next call. */
  private static void failed(Part part, IOException e) {
    part.range.failure = part.done == 0 ? e : null;
  }

  private void note(Part part, int result) {
    Operation operation = part.operation;
    if (result >= 0) {
      part.done += result;
    } else {
      failed(
          part, handle.failure(result, operation, transfer.name, part.range.offset, part.length));
    }
  }

  private void finish(Part part) {
    ByteBuffer buffer = part.range.buffer;
    if (transfer.reading && part.staging != null) {
      buffer.put(buffer.position(), part.staging.bytes, 0, part.done);
    }
    buffer.position(buffer.position() + part.done);
    part.range.bytes = part.done;
  }

  private void end(Part part) {
    if (part.staging != null) {
      handle.context.release(part.staging, part.operation);
    }
    TransferRequest.endLease(part.operation, part.leased);
    handle.end(part.operation, part.range.buffer);
  }
}
