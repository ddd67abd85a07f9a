package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.concurrent.Stripes;
import io.github.loomuring.internal.ring.Completions;
import io.github.loomuring.internal.ring.Ring;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The operations of a ring, found by the slot number in a CQE's user_data.
 *
 * <p>It grows with the number of operations that are open at once, and does not shrink. Any thread
 * acquires and releases; the reaper completes.
 */
public final class SlotTable implements Completions {
  private static final int CHUNK = 256;
  private static final int SLOTS_MAX = 1 << 22;

  /**
   * Tables of rings that have failed, kept for ever: at any time the kernel may write to what their
   * operations hold. A list of links of their own, because there may be no memory for others.
   */
  private static SlotTable failedTables; // guarded by the class

  private SlotTable nextFailed; // guarded by the class

  private final Stripes<Operation> near = new Stripes<>();
  private final SpinLock lock = new SpinLock();
  private int[] free = new int[CHUNK]; // guarded by lock
  private int freeCount; // guarded by lock
  private volatile Operation[][] chunks = new Operation[0][];
  private final AtomicLong strays = new AtomicLong();
  private final AtomicLong retries = new AtomicLong();
  private volatile boolean closed;
  private Ring ring; // set once, before any operation is acquired

  void attach(Ring ring) {
    this.ring = ring;
  }

  Ring ring() {
    return ring;
  }

  /**
   * A slot for the calling thread. {@link #release} gives it back.
   *
   * @throws ClosedChannelException if the ring is closed
   */
  Operation acquire() throws IOException {
    if (closed) {
      throw new ClosedRingException();
    }
    return acquireAlways();
  }

  /** As {@link #acquire}, also on a closed ring: for the slot's scratch, not for a request. */
  Operation acquireAlways() throws IOException {
    Operation operation = near.poll();
    if (operation != null) {
      return operation;
    }
    for (; ; ) {
      int index = pop();
      if (index >= 0) {
        return chunks[index / CHUNK][index % CHUNK];
      }
      grow();
    }
  }

  /** Gives a slot back after {@link Operation#end}. */
  void release(Operation operation) {
    if (!operation.isReusable()) {
      return; // it is kept with the table
    }
    if (near.offer(operation)) {
      return;
    }
    lock.lock();
    free[freeCount++] = operation.index; // free is as long as there are slots
    lock.unlock();
  }

  private int pop() {
    lock.lock();
    int index = freeCount == 0 ? -1 : free[--freeCount];
    lock.unlock();
    return index;
  }

  private synchronized void grow() throws IOException {
    lock.lock();
    boolean enough = freeCount > 0;
    lock.unlock();
    if (enough) {
      return; // another thread grew the table meanwhile
    }
    int first = chunks.length * CHUNK;
    if (first >= SLOTS_MAX) {
      throw new IOException(first + " operations are open at once on one ring, which is its limit");
    }
    // Scratch lives as long as the operations that use it, whatever becomes of the ring.
    MemorySegment scratch = Arena.ofAuto().allocate(CHUNK * Operation.SCRATCH_BYTES, 64);
    Operation[] chunk = new Operation[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
      chunk[i] =
          new Operation(
              first + i, scratch.asSlice(i * Operation.SCRATCH_BYTES, Operation.SCRATCH_BYTES));
    }
    Operation[][] longer = Arrays.copyOf(chunks, chunks.length + 1);
    longer[chunks.length] = chunk;
    int[] indices = new int[first + CHUNK];
    chunks = longer; // nothing fails from here on: otherwise the slots would be in no list
    lock.lock();
    System.arraycopy(free, 0, indices, 0, freeCount);
    for (int i = CHUNK - 1; i >= 0; i--) {
      indices[freeCount++] = first + i;
    }
    free = indices;
    lock.unlock();
  }

  /** Throws if the ring is closed, for a caller who has no slot: he came after that. */
  void checkOpen() throws IOException {
    if (closed) {
      throw new ClosedRingException();
    }
  }

  /**
   * Throws if {@code subject} (a file; null for none) or the ring is closed, for a caller who has a
   * slot: he came before that.
   */
  void checkStillOpen(Object subject) throws IOException {
    if (closed) {
      throw new AsynchronousCloseException();
    }
    if (subject instanceof RingFile file) {
      file.checkNotClosing();
    }
  }

  /** Asks the owners of all operations on {@code subject} to cancel them. */
  void cancelAll(Object subject, int cause) {
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        operation.requestCancel(subject, cause);
      }
    }
  }

  /** Refuses new operations and cancels all that are open. */
  void close() {
    closed = true;
    cancelAll(null, Operation.CAUSE_RING_CLOSED);
  }

  boolean isClosed() {
    return closed;
  }

  // ---- completions

  @Override
  public void completed(long userData, int res, MemorySegment errno) throws IOException {
    int index = (int) userData;
    Operation[][] all = chunks;
    if (index < 0
        || index >= all.length * CHUNK
        || !all[index / CHUNK][index % CHUNK].complete(this, userData, res, errno)) {
      strays.incrementAndGet();
    }
  }

  void retried() {
    retries.incrementAndGet();
  }

  @Override
  public boolean isIdle() {
    return inUse() == 0;
  }

  @Override
  public void failed(Throwable cause) {
    keepForever(this);
    closed = true;
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        operation.fail();
      }
    }
  }

  private static synchronized void keepForever(SlotTable table) {
    if (table.nextFailed == null && failedTables != table) {
      table.nextFailed = failedTables;
      failedTables = table;
    }
  }

  // ---- what tests and people look at

  /** Operations that are submitted, waiting at a gate, or completed and not yet let go. */
  public int inUse() {
    int count = 0;
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        count += operation.isFree() ? 0 : 1;
      }
    }
    return count;
  }

  /** CQEs that belonged to no operation, and were ignored. */
  public long strays() {
    return strays.get();
  }

  /** Requests submitted again because the kernel gave them up unasked. */
  public long retries() {
    return retries.get();
  }

  /** The ring was closed, though perhaps not the file. */
  static final class ClosedRingException extends ClosedChannelException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      return "the Uring is closed";
    }
  }
}
