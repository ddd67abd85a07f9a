package io.github.loomuring.nio;

import io.github.loomuring.internal.Interrupts;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
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
    Interrupts.lock(lock, channel);
    if (!channel.isOpen()) {
      lock.unlock();
      throw new AsynchronousCloseException();
    }
  }

  void unlock() {
    lock.unlock();
  }
}
