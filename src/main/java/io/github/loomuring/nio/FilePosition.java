package io.github.loomuring.nio;

import io.github.loomuring.internal.Deadlines;
import io.github.loomuring.internal.Interrupts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The position of a channel, and the lock that is held while a read or write at it runs. */
final class FilePosition {
  private final UringFileChannel channel;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  long value;

  FilePosition(UringFileChannel channel) {
    this.channel = channel;
  }

  void lock() throws IOException {
    if (lock.tryLock()) {
      return;
    }
    await();
    if (!channel.isOpen()) {
      lock.unlock();
      throw new AsynchronousCloseException();
    }
  }

  void unlock() {
    lock.unlock();
  }

  private void await() throws IOException {
    boolean interrupted = false;
    try {
      while (!acquired()) {
        interrupted = true;
        if (!Interrupts.areIgnored()) {
          throw new InterruptedIOException(channel + ": interrupted while waiting for other calls");
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the lock; false on an interrupt, whose status is then cleared. */
  private boolean acquired() throws IOException {
    try {
      if (!Deadlines.isSet()) {
        lock.lockInterruptibly();
      } else if (!lock.tryLock(Deadlines.atNanos() - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw Deadlines.timeout(channel + ": waiting for other calls");
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
