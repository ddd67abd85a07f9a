package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.linux.ErrorNumber;
import io.github.loomuring.internal.linux.Fcntl;
import java.io.IOException;

/**
 * The request of a transfer, and the other ways it may go: if it fails for its way alone, it is
 * sent without the registered buffer, then to a worker of the kernel, and in the end to the pool.
 * On a FIFO it is sent again after a poll.
 */
final class TransferRequest {
  /** The way of a transfer after a request has failed. */
  enum Next {
    WITHOUT_REGISTERED_BUFFER,
    IN_WORKER,
    ON_POOL,
    /** When the pipe has bytes, or room. */
    AFTER_POLL,
    /** It is the answer, as nothing else would give another. */
    NOTHING
  }

  private TransferRequest() {}

  /**
   * Prepares a read or write of one buffer.
   *
   * @param leased the buffer that the memory is in; null if it is in none
   * @param rwFlags of {@code pwritev2(2)}
   */
  static void prepare(
      Handle handle,
      Operation operation,
      boolean reading,
      BufferSet.Buffer leased,
      long address,
      int bytes,
      long offset,
      int rwFlags) {
    if (reading) {
      Sqe.prepRead(operation, handle.fd, address, bytes, offset, handle.readGate);
    } else {
      Sqe.prepWrite(operation, handle.fd, address, bytes, offset, rwFlags, handle.writeGate);
    }
    // Files that cannot seek may have no way of taking the kernel's kind of buffer.
    if (leased != null
        && leased.index() >= 0
        && handle.kind.seekable()
        && leased.contains(address, bytes)) {
      Sqe.prepFixed(operation, leased.index());
    }
    placeIt(handle, operation);
  }

  /** Prepares a read or write of {@code count} buffers, which iovecs tell. */
  static void prepareVectored(
      Handle handle, Operation operation, boolean reading, long iovecs, int count, long offset) {
    if (reading) {
      Sqe.prepReadv(operation, handle.fd, iovecs, count, offset, handle.readGate);
    } else {
      Sqe.prepWritev(operation, handle.fd, iovecs, count, offset, handle.writeGate);
    }
    placeIt(handle, operation);
  }

  private static void placeIt(Handle handle, Operation operation) {
    if (Placement.isForWorker(handle)) {
      operation.setAsync();
    }
  }

  /** Runs the prepared request: bytes moved, or a negated errno. */
  static int run(Handle handle, Operation operation) throws IOException {
    return handle.transfersOnPool
        ? PoolTransfer.run(handle, operation)
        : finish(handle, operation, submit(handle, operation));
  }

  private static int submit(Handle handle, Operation operation) throws IOException {
    return Placement.isPolled(handle) && !Sqe.isVectored(operation)
        ? handle.context.requests.runPolled(operation, handle)
        : handle.run(operation);
  }

  /** Goes on where a request has ended with {@code first}: bytes moved, or a negated errno. */
  static int finish(Handle handle, Operation operation, int first) throws IOException {
    int result = first;
    boolean inWorker = Placement.isForWorker(handle);
    while (result < 0 && operation.causes() == 0) {
      Next next = next(handle, operation, result, inWorker);
      if (next == Next.NOTHING) {
        break;
      }
      operation.end(); // the following is another use of the slot
      if (next == Next.ON_POOL) {
        return PoolTransfer.run(handle, operation);
      }
      if (next == Next.IN_WORKER) {
        inWorker = true;
      } else if (next == Next.AFTER_POLL) {
        awaitReady(handle, Sqe.isRead(operation));
      } else {
        Sqe.prepPlain(operation);
      }
      if (inWorker) {
        operation.setAsync();
      } else {
        operation.clearAsync(); // it may have been moved to a worker for EAGAIN
      }
      result = submit(handle, operation);
    }
    return result;
  }

  private static Next next(Handle handle, Operation operation, int result, boolean inWorker) {
    boolean fixed = Sqe.isFixed(operation);
    return switch (ErrorNumber.of(result)) {
      // The memory, or the file, is not one for registered buffers.
      case EFAULT, EINVAL -> fixed ? Next.WITHOUT_REGISTERED_BUFFER : Next.NOTHING;
      // The same; or the file system takes no transfers from io_uring at all.
      case EOPNOTSUPP ->
          fixed
              ? Next.WITHOUT_REGISTERED_BUFFER
              : handle.kind.seekable() ? Next.ON_POOL : Next.NOTHING;
      // No memory could be had without waiting for it. Not for writes that go to the disk before
      // they return: what failed may have been that, which the kernel says once; and if they
      // append, bytes would be there twice.
      case ENOMEM ->
          !inWorker && (Sqe.isRead(operation) || !handle.kind.synchronous())
              ? Next.IN_WORKER
              : Next.NOTHING;
      // An older kernel: a request does not wait where the descriptor does not block.
      case EAGAIN -> handle.kind.fifo() ? Next.AFTER_POLL : Next.NOTHING;
      default -> Next.NOTHING;
    };
  }

  /** Waits until a pipe has bytes to read, or room to write; or its other side has gone. */
  private static void awaitReady(Handle handle, boolean reading) throws IOException {
    Operation poll = handle.context.slots.acquire();
    try {
      int events = reading ? Fcntl.POLLIN : Fcntl.POLLOUT;
      Sqe.prepPollAdd(poll, handle.fd, events, reading ? handle.readGate : handle.writeGate);
      int result = handle.run(poll);
      if (result < 0) {
        throw handle.failure(result, poll, reading ? "read" : "write");
      }
    } finally {
      poll.end();
      handle.context.slots.release(poll);
    }
  }

  /** The operation is done with {@code leased}, which may be null. */
  static void endLease(Operation operation, BufferSet.Buffer leased) {
    assert leased == null || !operation.isInFlight() : operation;
    if (leased != null && operation.isReusable()) { // otherwise the kernel may not be done
      leased.release();
    }
  }
}
