package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITE;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Many IORING_OP_READs or IORING_OP_WRITEs of one caller, submitted together: all are in flight at
 * once, as far as the gates let them in. What can be done on the caller is.
 */
final class Ranges {
  private final RingFile file;
  private final boolean reading;

  private Ranges(RingFile file, boolean reading) {
    this.file = file;
    this.reading = reading;
  }

  static void read(RingFile file, List<RangeTransfer> ranges) throws IOException {
    new Ranges(file, true).run(ranges);
  }

  static void write(RingFile file, List<RangeTransfer> ranges) throws IOException {
    file.markDirty();
    new Ranges(file, false).run(ranges);
  }

  /** One range, and what its operation needs. */
  private static final class Part {
    final RangeTransfer range;
    final Operation operation;
    final int length;
    Staging.Buffer staging;

    /** What the buffer is in; null for other memory. */
    BufferSet.Buffer leased;

    /** Whether its request uses the registered buffer. */
    boolean fixed;

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
        Part part = new Part(range, file.start());
        parts[started++] = part;
        if (part.length > 0) {
          part.leased = file.engine.bufferSets.begin(range.buffer); // may throw: nothing moved yet
        }
      }
      for (Part part : parts) {
        if (part.length > 0 && !isDoneOnCaller(part)) {
          inFlight.add(part);
        }
      }
      if (file.transfersOnPool) {
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

  /**
   * Waits until all have completed, whatever is thrown meanwhile. The last ones first: when they
   * have completed, most of the others have, so that the caller parks seldom more than once.
   */
  private void awaitAll(List<Operation> operations) throws IOException {
    Throwable first = null;
    for (int i = operations.size() - 1; i >= 0; i--) {
      try {
        operations.get(i).await(file.engine.slots.ring(), null, null);
      } catch (Throwable t) {
        first = first == null ? t : first;
      }
    }
    if (first != null) {
      Failures.rethrow(first);
    }
  }

  /** Whether the range is done, or has failed, without a request. */
  private boolean isDoneOnCaller(Part part) {
    RangeTransfer range = part.range;
    try {
      if (!range.buffer.isDirect()) {
        file.checkAligned(0, part.length, range.offset);
        part.staging = file.engine.staging.acquire(part.length);
        if (!reading) {
          part.staging.bytes.put(0, range.buffer, range.buffer.position(), part.length);
        }
      }
      file.checkAligned(part.address(), part.length, range.offset);
    } catch (IOException e) {
      range.failure = e;
      return true;
    }
    Operation operation = part.operation;
    long iovec = operation.iovec(part.address(), part.length);
    long n =
        reading
            ? Read.attempt(file, operation, iovec, 1, range.offset)
            : Write.attempt(file, operation, iovec, 1, part.length, range.offset);
    if (n < 0) {
      return false; // an error comes again, with the request
    }
    part.done = (int) n;
    if (n > 0) {
      operation.onCaller.done((int) n);
    }
    return n == part.length || (reading && n == 0) || (!file.seekable && n > 0);
  }

  private void submit(List<Part> parts, List<Operation> operations) throws IOException {
    for (Part part : parts) {
      Operation operation = part.operation;
      long address = part.address() + part.done;
      part.fixed = Fixed.isPossible(file, part.leased, address, part.length - part.done);
      set(part);
      operation.enlist(file.engine.slots, file);
      operations.add(operation);
    }
    try {
      file.engine.slots.ring().submitAll(operations, operations.getFirst().errno);
    } catch (Throwable t) {
      for (int i = 0; i < operations.size(); i++) {
        operations.get(i).fail(); // its SQE may be in the ring
      }
      throw t;
    }
  }

  private void set(Part part) {
    Operation operation = part.operation;
    operation.set(
        reading ? IORING_OP_READ : IORING_OP_WRITE,
        file.fd,
        part.address() + part.done,
        part.length - part.done,
        file.seekable ? part.range.offset + part.done : 0,
        0,
        reading ? file.readGate : file.writeGate);
    if (part.fixed) {
      Fixed.set(operation, part.leased, reading);
    }
    if (!file.device.local) {
      operation.setAsync();
    }
  }

  /** Notes what a part's request has done, or what goes in its place, as {@link Fixed#orPlain}. */
  private void settle(Part part) throws IOException {
    Operation operation = part.operation;
    int result = operation.result();
    if (part.fixed && Fixed.isRefused(operation, result)) {
      part.fixed = false;
      result = again(part, false);
    }
    if (file.device.local && Fixed.isForWorker(file, operation, reading, result)) {
      result = again(part, true);
    }
    if (OnPool.isFor(file, operation, result)) {
      operation.end();
      transferOnPool(part);
    } else {
      note(part, result);
    }
  }

  private int again(Part part, boolean async) throws IOException {
    part.operation.end(); // what follows is another use of the slot
    set(part);
    if (async) {
      part.operation.setAsync();
    }
    return part.operation.run(file.engine.slots, file);
  }

  private void transferOnPool(Part part) {
    long address = part.address() + part.done;
    int length = part.length - part.done;
    long offset = part.range.offset + part.done;
    try {
      note(part, OnPool.transfer(file, part.operation, reading, address, length, offset, 0));
    } catch (IOException e) {
      part.range.failure = part.done == 0 ? e : null; // as the ring says it
    }
  }

  private void note(Part part, int result) {
    Operation operation = part.operation;
    if (result >= 0) {
      part.done += result;
    } else if (part.done == 0) {
      String what = reading ? "read" : "write";
      part.range.failure = file.failure(result, operation, what, part.range.offset, part.length);
    }
  }

  private void finish(Part part) {
    ByteBuffer buffer = part.range.buffer;
    if (reading && part.staging != null) {
      buffer.put(buffer.position(), part.staging.bytes, 0, part.done);
    }
    buffer.position(buffer.position() + part.done);
    part.range.bytes = part.done;
  }

  private void end(Part part) {
    if (part.staging != null) {
      file.engine.release(part.staging, part.operation);
    }
    Fixed.end(part.operation, part.leased);
    file.end(part.operation, part.range.buffer);
  }
}
