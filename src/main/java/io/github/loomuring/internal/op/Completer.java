package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.ring.Completions;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.ring.Ring;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Delivers the ring's completions to the operations of a {@link SlotTable}. Called by the reaper,
 * and by callers that look for their own completion.
 */
final class Completer implements Completions {
  private final SlotTable slots;
  private final AtomicLong strays = new AtomicLong();
  private final AtomicLong retries = new AtomicLong();
  private Ring ring; // set once, before any operation is submitted

  Completer(SlotTable slots) {
    this.slots = slots;
  }

  void attach(Ring ring) {
    this.ring = ring;
  }

  /** CQEs that belonged to no operation, and were ignored. */
  long strays() {
    return strays.get();
  }

  /** Requests submitted again because the kernel gave them up unasked. */
  long retries() {
    return retries.get();
  }

  @Override
  public void completed(long userData, int res, MemorySegment errno) throws IOException {
    Operation operation = slots.find((int) userData);
    if (operation == null || !complete(operation, userData, res, errno)) {
      strays.incrementAndGet();
    }
  }

  @Override
  public boolean isIdle() {
    return slots.inUse() == 0;
  }

  @Override
  public boolean isAwaited() {
    return slots.inUse() > slots.abandoned();
  }

  @Override
  public void failed(Throwable cause) {
    slots.fail();
  }

  /**
   * Takes the CQE of a use of the operation's slot.
   *
   * @param errno the calling thread's scratch; null in the reaper
   * @return false if the CQE is of another use, or of none
   */
  private boolean complete(Operation operation, long userData, int res, MemorySegment errno)
      throws IOException {
    boolean roundEnded = false;
    for (; ; ) {
      long seen = operation.state.get();
      int status = StateWord.status(seen);
      if ((StateWord.generation(seen) | operation.index) != userData
          || (status != StateWord.SUBMITTED && status != StateWord.ABANDONED)) {
        return false;
      }
      SharedRequest<Operation> shared = operation.shared();
      if (!roundEnded && mayRetry(shared, seen) && mustRetry(operation, res)) {
        retries.incrementAndGet();
        ring.resubmit(operation, errno);
        return true;
      }
      if (shared != null && !roundEnded) {
        roundEnded = true; // first: once completed, the slot may be in its next use
        shared.ended(res, errno);
        continue;
      }
      Gate first = operation.gate();
      if (status == StateWord.ABANDONED) {
        if (operation.state.completeAbandoned(seen)) { // otherwise the ring has failed
          dispose(operation, res, first, errno);
          return true;
        }
        continue;
      }
      if (operation.complete(seen, res)) {
        ring.leaveGates(first, errno);
        return true;
      }
    }
  }

  /** Gives back slot, memory and gates of an abandoned operation: no owner waits for it. */
  private void dispose(Operation operation, int res, Gate first, MemorySegment errno)
      throws IOException {
    Throwable failure = operation.dispose(res);
    operation.end();
    slots.release(operation);
    ring.leaveGates(first, errno);
    if (failure != null) {
      throw new IllegalStateException("an abandoned result was not disposed of", failure);
    }
  }

  /** Whether no cancel was asked for, or other calls still need the request. */
  private static boolean mayRetry(SharedRequest<Operation> shared, long word) {
    return StateWord.causes(word) == 0 || (shared != null && shared.hasFollowers());
  }

  /**
   * Whether the kernel gave up for a reason that is not the caller's.
   *
   * <p>A request is cancelled when the thread that submitted it exits, which idle carriers do, and
   * one that runs in a worker can be interrupted by a signal; nothing was transferred then. EAGAIN
   * is what a request that the block layer had to split answers; a worker can wait for it.
   */
  private static boolean mustRetry(Operation operation, int res) {
    return Errno.isCancelled(res) || (Errno.EAGAIN.is(res) && operation.moveToWorker());
  }
}
