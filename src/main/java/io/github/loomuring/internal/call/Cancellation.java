package io.github.loomuring.internal.call;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Ends a call that has not started its operation, on an interrupt or after its deadline. */
public final class Cancellation {
  private Cancellation() {}

  /**
   * Throws if an interrupt or the deadline is to end the calling thread's operation before it
   * starts. The interrupt status stays set.
   *
   * @param subject of the operation, for messages
   */
  public static void check(Object subject) throws InterruptedIOException {
    if (Interrupts.pending()) {
      throw new InterruptedIOException(
          subject + ": the thread was interrupted before the operation");
    }
    Deadlines.check(subject);
  }

  /**
   * Acquires {@code lock}, unless an interrupt or the deadline ends the wait.
   *
   * @param subject of the operation that the lock is for, for messages
   */
  public static void lock(ReentrantLock lock, Object subject) throws InterruptedIOException {
    boolean interrupted = false;
    try {
      while (!acquired(lock, subject)) {
        interrupted = true;
        if (!Interrupts.areIgnored()) {
          throw new InterruptedIOException(subject + ": interrupted while waiting for other calls");
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the lock; false on an interrupt, whose status is then cleared. */
  private static boolean acquired(ReentrantLock lock, Object subject)
      throws InterruptedIOException {
    try {
      if (!Deadlines.isSet()) {
        lock.lockInterruptibly();
      } else if (!lock.tryLock(Deadlines.atNanos() - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw Deadlines.timeout(subject + ": waiting for other calls");
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
