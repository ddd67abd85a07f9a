package io.github.loomuring.internal.op;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.op.SharedRequest.Departure;
import io.github.loomuring.internal.ring.Ring;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The wait of an operation's owner for its completion. It also has the operation end when it is to
 * be cancelled.
 *
 * <p>Nothing that is thrown meanwhile ends the wait: the kernel has the request, and writes to its
 * memory. Nothing is allocated, as there may be no memory for it.
 */
final class Waiter {
  /** Between two looks of an owner that waits on its carrier. */
  private static final int HOLD_MICROS = 100;

  private Waiter() {}

  /** The result of a look of the owner. */
  enum Look {
    /** It has to wait on. */
    PENDING,
    COMPLETED,
    /** It never reached the kernel, or is the kernel's no more: the slot is the owner's. */
    WITHDRAWN,
    /** The slot is the reaper's. */
    ABANDONED,
    /** The ring has failed. */
    FAILED
  }

  /**
   * Parks until the operation's own CQE.
   *
   * <p>Whatever is thrown meanwhile, this method returns, or throws, only when the kernel is done
   * with the operation, or the operation is abandoned, or the ring has failed. After an Error, of
   * which the JDK's park is the usual origin, it has the operation cancelled and waits on the
   * carrier; it then throws the Error, or returns if the operation completed all the same.
   *
   * @param operation of the calling thread
   * @param rival another operation of this thread; when it completes, this one is cancelled
   * @param abandonable is told if the operation is abandoned; null if it must not be
   * @return false if the operation is abandoned, with the slot and its memory
   */
  static boolean await(Operation operation, Ring ring, Operation rival, Abandonable abandonable)
      throws IOException {
    boolean interrupted = false;
    Throwable torn = null;
    operation.cancelPauses.begin();
    Look look = Look.PENDING;
    while (look == Look.PENDING) {
      try {
        // Clears the flag: parking with it set returns at once.
        if (Thread.interrupted()) {
          interrupted = true;
          if (!Interrupts.areIgnored()) {
            operation.state.addCause(Causes.INTERRUPT);
          }
        }
        look = look(operation, ring, rival, abandonable, torn != null);
      } catch (Throwable t) {
        torn = torn == null ? t : torn;
      }
    }
    if (look == Look.ABANDONED && abandonable != null) {
      abandonable.abandoned();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (torn != null && (look != Look.COMPLETED || Causes.isGivenUp(operation.result()))) {
      Failures.rethrow(torn);
    }
    if (look == Look.FAILED) {
      throw ringFailed();
    }
    return look != Look.ABANDONED;
  }

  /** The exception for whoever waits when the ring fails. */
  static IOException ringFailed() {
    return new IOException("the ring has failed");
  }

  private static Look look(
      Operation operation, Ring ring, Operation rival, Abandonable abandonable, boolean torn)
      throws IOException {
    long seen = operation.state.get();
    int status = StateWord.status(seen);
    int causes = StateWord.causes(seen);
    if (status == StateWord.COMPLETED) {
      return Look.COMPLETED;
    }
    if (status == StateWord.FAILED) {
      return Look.FAILED;
    }
    if (torn && (causes & Causes.TORN) == 0) {
      operation.state.addCause(Causes.TORN);
    } else if (rival != null && rival.isCompleted() && causes == 0) {
      operation.state.addCause(Causes.SUPERSEDED);
    } else if (!StateWord.isWaiting(seen)) {
      operation.state.setWaiting();
      if (rival != null) {
        rival.state.setWaiting();
      }
      ring.beforePark();
    } else if (causes != 0) {
      return askForEnd(operation, ring, status, abandonable, torn);
    } else if (!Deadlines.park(operation)) {
      operation.state.addCause(Causes.DEADLINE);
    }
    return Look.PENDING;
  }

  /** Gets by without a cancel, or sends one and pauses. */
  private static Look askForEnd(
      Operation operation, Ring ring, int status, Abandonable abandonable, boolean torn)
      throws IOException {
    // No switch: javac makes a class for it, which could not be initialised without memory.
    Departure departure = depart(operation, ring, status, torn);
    if (departure == Departure.LEFT) {
      return Look.WITHDRAWN;
    }
    if (departure == Departure.ABANDONED) {
      return Look.ABANDONED;
    }
    if (departure == Departure.SERVED) {
      pause(operation, torn, Long.MAX_VALUE);
      return Look.PENDING;
    }
    if (abandonable != null
        && operation.cancelPauses.areEnough()
        && operation.abandon(abandonable)) {
      return Look.ABANDONED;
    }
    boolean sent = ring.cancel(operation, operation.userData(), operation.errno);
    long nanos =
        torn ? TimeUnit.MICROSECONDS.toNanos(HOLD_MICROS) : operation.cancelPauses.nextNanos();
    if (sent) {
      operation.cancelPauses.cancelled(nanos);
    }
    pause(operation, torn, nanos);
    return Look.PENDING;
  }

  /** Parks, or waits on the carrier after an Error; for ever, if {@code nanos} is the maximum. */
  private static void pause(Operation operation, boolean torn, long nanos) {
    if (torn) {
      Pauses.hold(HOLD_MICROS);
    } else if (nanos == Long.MAX_VALUE) {
      LockSupport.park(operation);
    } else {
      LockSupport.parkNanos(operation, nanos);
    }
  }

  /** Tries to get by without a cancel; ALONE if that is needed. */
  private static Departure depart(Operation operation, Ring ring, int status, boolean torn)
      throws IOException {
    SharedRequest<Operation> shared = operation.shared();
    Departure departure =
        shared == null ? Departure.ALONE : shared.depart(operation, !torn, operation.errno);
    if (departure == Departure.LEFT) {
      operation.completeWithdrawn();
    } else if (departure == Departure.ALONE
        && status == StateWord.PREPARED
        && ring.withdraw(operation, operation.errno)) {
      operation.completeWithdrawn();
      if (shared != null) {
        shared.ended(operation.result(), operation.errno);
      }
      return Departure.LEFT;
    }
    return departure;
  }
}
