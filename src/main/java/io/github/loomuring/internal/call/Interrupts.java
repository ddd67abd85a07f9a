package io.github.loomuring.internal.call;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether interrupts end the calling thread's file operations. They do, unless the operations are
 * those of an interface that promises otherwise, as the JDK's streams and {@link
 * java.nio.file.Files} do: these call them {@link #ignored}, and find the interrupt status as it
 * would be had nobody looked.
 */
public final class Interrupts {
  private static final ScopedValue<Boolean> IGNORED = ScopedValue.newInstance();

  private Interrupts() {}

  /** Calls {@code operation}, whose file operations no interrupt ends; a deadline still does. */
  public static <T, X extends Throwable> T ignored(ScopedValue.CallableOp<? extends T, X> operation)
      throws X {
    return areIgnored()
        ? operation.call()
        : ScopedValue.where(IGNORED, Boolean.TRUE).call(operation);
  }

  public static boolean areIgnored() {
    return IGNORED.isBound();
  }

  /** Whether the calling thread is interrupted, and that is to end what it does. */
  public static boolean pending() {
    return Thread.currentThread().isInterrupted() && !areIgnored();
  }

  /**
   * Acquires {@code lock}, unless an interrupt or the deadline ends the wait.
   *
   * @param subject what it is for, for messages
   */
  public static void lock(ReentrantLock lock, Object subject) throws InterruptedIOException {
    boolean interrupted = false;
    try {
      while (!acquired(lock, subject)) {
        interrupted = true;
        if (!areIgnored()) {
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
