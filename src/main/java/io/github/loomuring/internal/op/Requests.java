package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.ring.Ring;
import java.io.IOException;
import java.util.List;

/**
 * Submits the requests of operations, and waits for them. Every method is for the owner of the
 * operation, whose SQE has been prepared.
 *
 * <p>An interrupt, or a cancel asked for by another thread, is turned into a cancel of the request;
 * the interrupt status is set again at the end. {@link Operation#causes} then says whether, and
 * why, the request was cancelled.
 */
final class Requests {
  private final SlotTable slots;
  private final Ring ring;

  Requests(SlotTable slots, Ring ring) {
    this.slots = slots;
    this.ring = ring;
  }

  /**
   * Submits a request and parks until its own CQE: the result, or a negated errno.
   *
   * @param subject others may cancel the operation by it; may be null
   */
  int run(Operation operation, Subject subject) throws IOException {
    begin(operation, subject);
    await(operation);
    return operation.result();
  }

  /** As {@link #run}, for a request that a fast device completes sooner than a thread wakes. */
  int runPolled(Operation operation, Subject subject) throws IOException {
    begin(operation, subject);
    try {
      ring.poll(operation, operation.errno);
    } catch (Throwable t) {
      // Looking is no more than a try, and the kernel has the request.
    }
    await(operation);
    return operation.result();
  }

  /** As {@link #run}, for a request that ends by itself: an interrupt waits until it has. */
  int runUninterruptibly(Operation operation) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      begin(operation, null);
      while (!operation.isCompleted()) {
        interrupted |= Thread.interrupted();
        if (!operation.isReusable()) {
          throw Waiter.ringFailed();
        }
        if (operation.state.setWaiting()) {
          ring.beforePark();
          Pauses.park(operation);
        }
      }
      return operation.result();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * As {@link #run}, but the owner abandons a request that a cancel does not end soon.
   *
   * @param memory the kernel may still use it then; closed at the CQE
   * @param abandonable is told if the operation is abandoned, also if this method then throws
   * @return the result, or {@link Operation#ABANDONED}: slot and memory are then the reaper's
   */
  int runOrAbandon(Operation operation, AutoCloseable memory, Abandonable abandonable)
      throws IOException {
    operation.setMemory(memory);
    begin(operation, null);
    return await(operation, null, abandonable) ? operation.result() : Operation.ABANDONED;
  }

  /** Submits a request. {@link #await} must follow. */
  void begin(Operation operation, Subject subject) throws IOException {
    enlist(operation, subject);
    submit(operation);
  }

  /** Makes the operation known to whoever closes the file or the ring; throws if one is closed. */
  void enlist(Operation operation, Subject subject) throws IOException {
    operation.begin(subject);
    try {
      slots.checkStillOpen(subject);
    } catch (IOException e) {
      operation.state.free();
      throw e;
    }
  }

  /** Submits a request, after {@link #enlist}. */
  void submit(Operation operation) throws IOException {
    try {
      ring.submit(operation, operation.errno);
    } catch (Throwable t) {
      operation.fail(); // the SQE may be in the ring: the slot is lost with it
      throw t;
    }
  }

  /** As {@link #submit} for each, entering the kernel as rarely as can be. */
  void submitAll(List<Operation> operations) throws IOException {
    try {
      ring.submitAll(operations, operations.getFirst().errno);
    } catch (Throwable t) {
      for (int i = 0; i < operations.size(); i++) {
        operations.get(i).fail(); // its SQE may be in the ring
      }
      throw t;
    }
  }

  /** Parks until the operation's own CQE. */
  void await(Operation operation) throws IOException {
    await(operation, null, null);
  }

  /**
   * Parks until the operation's own CQE.
   *
   * @see Waiter#await
   */
  boolean await(Operation operation, Operation rival, Abandonable abandonable) throws IOException {
    return Waiter.await(operation, ring, rival, abandonable);
  }
}
