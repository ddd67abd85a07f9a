package io.github.loomuring.internal.op;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.ring.Ring;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How the owner of an operation waits for its completion, and has it end when it is to be
 * cancelled.
 *
 * <p>Nothing that is thrown meanwhile ends the wait: the kernel has the request, and writes to its
 * memory.
 */
final class OwnersWait {
  private static final long CANCEL_PAUSE_NANOS = 1_000_000;
  private static final long CANCEL_PAUSE_NANOS_MAX = 100_000_000;

  /** Pause after which an operation that may be abandoned is given up: cancel had its chance. */
  private static final long ABANDON_AFTER_NANOS = 20_000_000;

  /** Between two looks of an owner that waits on its carrier. */
  private static final int HOLD_MICROS = 100;

  private OwnersWait() {}

  /** What a look of the owner has found. */
  private enum Look {
    /** It has to wait on. */
    PENDING,
    COMPLETED,
    /** It never reached the kernel, or is the kernel's no more: the slot is the owner's. */
    LEFT,
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
    operation.pauseNanos = CANCEL_PAUSE_NANOS;
    operation.cancelledNanos = 0;
    Look look = Look.PENDING;
    while (look == Look.PENDING) {
      try {
        // Clears the flag: parking with it set returns at once.
        if (Thread.interrupted()) {
          interrupted = true;
          if (!Interrupts.areIgnored()) {
            operation.addCause(Operation.CAUSE_INTERRUPT);
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
    if (torn != null && (look != Look.COMPLETED || isGivenUp(operation.result()))) {
      Failures.rethrow(torn);
    }
    if (look == Look.FAILED) {
      throw new IOException("the ring has failed");
    }
    return look != Look.ABANDONED;
  }

  /** Whether the request has done nothing, because it was to be cancelled. */
  private static boolean isGivenUp(int result) {
    return Errno.isCancelled(result) || Errno.EAGAIN.is(result);
  }

  private static Look look(
      Operation operation, Ring ring, Operation rival, Abandonable abandonable, boolean torn)
      throws IOException {
    int status = operation.status();
    int causes = operation.causes();
    if (status == Operation.COMPLETED) {
      return Look.COMPLETED;
    }
    if (status == Operation.FAILED) {
      return Look.FAILED;
    }
    if (torn && (causes & Operation.CAUSE_TORN) == 0) {
      operation.addCause(Operation.CAUSE_TORN);
    } else if (rival != null && rival.isCompleted() && causes == 0) {
      operation.addCause(Operation.CAUSE_SUPERSEDED);
    } else if (!operation.isWaiting()) {
      operation.setWaiting();
      if (rival != null) {
        rival.setWaiting();
      }
      ring.beforePark();
    } else if (causes != 0) {
      return askForEnd(operation, ring, status, abandonable, torn);
    } else if (!Deadlines.park(operation)) {
      operation.addCause(Operation.CAUSE_DEADLINE);
    }
    return Look.PENDING;
  }

  /** Gets by without a cancel, or sends one and pauses. */
  private static Look askForEnd(
      Operation operation, Ring ring, int status, Abandonable abandonable, boolean torn)
      throws IOException {
    Force.Leaving leaving = leave(operation, ring, status, torn);
    if (leaving == Force.Leaving.LEFT) {
      return Look.LEFT;
    }
    if (leaving == Force.Leaving.ABANDONED) {
      return Look.ABANDONED;
    }
    if (leaving == Force.Leaving.SERVED) {
      if (torn) {
        Pauses.hold(HOLD_MICROS);
      } else {
        LockSupport.park(operation);
      }
      return Look.PENDING;
    }
    if (abandonable != null
        && operation.cancelledNanos >= ABANDON_AFTER_NANOS
        && operation.abandon(abandonable)) {
      return Look.ABANDONED;
    }
    boolean sent = ring.cancel(operation.userData(), operation.errno);
    long nanos = torn ? TimeUnit.MICROSECONDS.toNanos(HOLD_MICROS) : operation.pauseNanos;
    operation.cancelledNanos += sent ? nanos : 0;
    if (torn) {
      Pauses.hold(HOLD_MICROS);
    } else {
      LockSupport.parkNanos(operation, nanos);
      operation.pauseNanos = Math.min(2 * operation.pauseNanos, CANCEL_PAUSE_NANOS_MAX);
    }
    return Look.PENDING;
  }

  /** Tries to get by without a cancel; ALONE if that is needed. */
  private static Force.Leaving leave(Operation operation, Ring ring, int status, boolean torn)
      throws IOException {
    Force force = operation.force();
    Force.Leaving leaving =
        force == null ? Force.Leaving.ALONE : force.leave(operation, !torn, operation.errno);
    if (leaving == Force.Leaving.LEFT) {
      operation.setCancelled();
    } else if (leaving == Force.Leaving.ALONE
        && status == Operation.PREPARED
        && ring.withdraw(operation, operation.errno)) {
      operation.setCancelled();
      if (force != null) {
        force.ended(operation.result(), operation.errno);
      }
      return Force.Leaving.LEFT;
    }
    return leaving;
  }
}
