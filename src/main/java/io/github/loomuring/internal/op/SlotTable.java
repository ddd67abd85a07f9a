package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.concurrent.Stripes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;

/**
 * The operations of a ring, found by the slot number in a CQE's user_data.
 *
 * <p>It grows with the number of operations that are open at once, and does not shrink. Any thread
 * acquires and releases.
 */
public final class SlotTable {
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
  private volatile boolean closed;

  /**
   * A slot for the calling thread. {@link #release} gives it back.
   *
   * @throws ClosedChannelException if the ring is closed
   */
  Operation acquire() throws IOException {
    if (closed) {
      throw new ClosedRingException();
    }
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
    MemorySegment memory = Arena.ofAuto().allocate(CHUNK * Scratch.BYTES, 64);
    Operation[] chunk = new Operation[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
      Scratch scratch = new Scratch(memory.asSlice(i * Scratch.BYTES, Scratch.BYTES));
      chunk[i] = new Operation(first + i, scratch);
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

  /** Throws if the ring is closed, for a caller without a slot, whose call began after that. */
  void checkOpen() throws IOException {
    if (closed) {
      throw new ClosedRingException();
    }
  }

  /**
   * Throws if {@code subject}, which may be null, or the ring is closed, for a caller with a slot,
   * whose call began before that.
   */
  void checkStillOpen(Subject subject) throws AsynchronousCloseException {
    if (closed) {
      throw new AsynchronousCloseException();
    }
    if (subject != null) {
      subject.checkStillOpen();
    }
  }

  /** Asks the owners of all operations on {@code subject} (null: of all) to cancel them. */
  void cancelAll(Subject subject, int cause) {
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        operation.requestCancel(subject, cause);
      }
    }
  }

  /** Refuses new operations and cancels all that are open. */
  void close() {
    closed = true;
    cancelAll(null, Causes.RING_CLOSED);
  }

  boolean isClosed() {
    return closed;
  }

  /** The operation in a slot; null if there is no such slot. */
  Operation find(int index) {
    Operation[][] all = chunks;
    return index < 0 || index >= all.length * CHUNK ? null : all[index / CHUNK][index % CHUNK];
  }

  /** The ring has failed: so do all operations, now. */
  void fail() {
    keepForever(this);
    closed = true;
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        try {
          operation.fail();
        } catch (Throwable t) {
          // The owners of the other slots must not wait for ever.
        }
      }
    }
  }

  private static synchronized void keepForever(SlotTable table) {
    if (table.nextFailed == null && failedTables != table) {
      table.nextFailed = failedTables;
      failedTables = table;
    }
  }

  /** Operations that are submitted, waiting at a gate, or completed and not yet given back. */
  public int inUse() {
    int count = 0;
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        count += operation.isFree() ? 0 : 1;
      }
    }
    return count;
  }

  /** Operations that their owners have left, and whose requests have not ended. */
  int abandoned() {
    int count = 0;
    for (Operation[] chunk : chunks) {
      for (Operation operation : chunk) {
        count += operation.state.is(StateWord.ABANDONED) ? 1 : 0;
      }
    }
    return count;
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
