package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.Pauses;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CountDownLatch;

/**
 * The references that operations have to an open descriptor, and its closing.
 *
 * <p>Every operation holds a reference while it runs. The first thread that closes refuses new
 * ones, waits until the last has been given back, closes the descriptor, and says so; others that
 * close wait for that. So a descriptor's number is never used for another file while an operation
 * still means this one.
 */
final class FileReferences {
  /** The sign bit; the count is in the lower ones. */
  private static final int CLOSING = 1 << 31;

  private static final VarHandle COUNT;
  private static final VarHandle OTHERS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      COUNT = lookup.findVarHandle(FileReferences.class, "count", int.class);
      OTHERS = lookup.findVarHandle(FileReferences.class, "others", CountDownLatch.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int count;
  private volatile Thread closer;
  private volatile boolean closed;

  /** Other threads that close wait here; null as long as there are none. */
  private volatile CountDownLatch others;

  /** Takes a reference. {@link #release} must follow. */
  void retain() throws ClosedChannelException {
    int before = (int) COUNT.getAndAdd(this, 1);
    if (before < 0) {
      release();
      throw new ClosedChannelException();
    }
    assert before != Integer.MAX_VALUE : "too many references";
  }

  /** Gives a reference back. */
  void release() {
    int after = (int) COUNT.getAndAdd(this, -1) - 1;
    assert after != -1 && after != Integer.MAX_VALUE : "a reference was given back twice";
    if (after == CLOSING) { // exactly: closing, and unused
      Pauses.unpark(closer);
    }
  }

  /** Whether references can still be taken. */
  boolean areOpen() {
    return count >= 0;
  }

  /** Throws if the file is being closed, for a caller who has a reference. */
  void checkOpen() throws AsynchronousCloseException {
    if (count < 0) {
      throw new AsynchronousCloseException();
    }
  }

  // ---- closing

  /**
   * Refuses new references.
   *
   * @return whether the calling thread is the one that closes; {@link #closed} must follow then
   */
  boolean beginClose() {
    return count >= 0 && (int) COUNT.getAndBitwiseOr(this, CLOSING) >= 0;
  }

  /** Whether all references have been given back. */
  boolean areUnused() {
    return count == CLOSING;
  }

  /** Waits until all references have been given back, whatever happens to the calling thread. */
  void awaitUnused() {
    assert count < 0 && !closed : "it is not being closed";
    boolean interrupted = false;
    closer = Thread.currentThread(); // volatile, before the look at the count
    while (!areUnused()) {
      interrupted |= Thread.interrupted();
      Pauses.park(this);
    }
    closer = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The thread that closes has closed the descriptor. */
  void closed() {
    assert count < 0 && !closed : "it is not being closed";
    closed = true; // volatile, before the look at others
    CountDownLatch waiting = others;
    if (waiting != null) {
      waiting.countDown();
    }
  }

  /** Waits until the thread that closes has closed the descriptor. An interrupt is kept. */
  void awaitClosed() {
    boolean interrupted = false;
    while (!closed) {
      if (others == null) {
        OTHERS.compareAndSet(this, null, new CountDownLatch(1));
        continue; // to look again: it may have been closed before the latch was there
      }
      try {
        others.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
