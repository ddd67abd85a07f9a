package io.github.loomuring.nio;

import io.github.loomuring.UringFile;
import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The position of a channel, and the lock that is held while a read or write at it runs.
 *
 * <p>What positions there are is asked of the file, as far as that can matter. A device such as
 * /dev/null has none but 0, and file systems have a last one. A FIFO, a socket and a terminal have
 * none at all: theirs is 0 too, because streams on a channel ask for it.
 */
final class FilePosition {
  /** Every file system has those up to here; see MAX_NON_LFS of linux/fs.h. */
  private static final long ALWAYS_MAX = Integer.MAX_VALUE;

  private final UringFileChannel channel;
  private final EngineFile file;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  long value;

  FilePosition(UringFileChannel channel, EngineFile file) {
    this.channel = channel;
    this.file = file;
  }

  long get() throws IOException {
    lock();
    try {
      if (!file.isRegular()) {
        value = Math.max(file.seek(value), 0); // what a device says, whatever was read of it
      }
      return value;
    } finally {
      unlock();
    }
  }

  void set(long position) throws IOException {
    lock();
    try {
      if (file.isRegular() && position <= ALWAYS_MAX) {
        value = position;
        return;
      }
      long found = file.seek(position);
      if (found == EngineFile.NO_POSITION && position > 0) {
        throw noPosition();
      }
      value = Math.max(found, 0);
    } finally {
      unlock();
    }
  }

  /** Throws if the file has no positions. The lock is held. */
  void check() throws IOException {
    if (!file.isRegular() && file.seek(value) == EngineFile.NO_POSITION) {
      throw noPosition();
    }
  }

  private IOException noPosition() {
    return new IOException(channel + ": a FIFO, a socket or a terminal has no positions");
  }

  /** Cuts the file, and the position with it. */
  void truncate(UringFile cut, long size) throws IOException {
    lock();
    try {
      check();
      cut.truncate(size);
      value = Math.min(value, size);
    } finally {
      unlock();
    }
  }

  /** {@link #unlock} must follow, for which there is stack then, too. */
  void lock() throws IOException {
    StackReserve.ensure();
    if (lock.tryLock()) {
      return;
    }
    Cancellation.lock(lock, channel);
    if (!channel.isOpen()) {
      lock.unlock();
      throw new AsynchronousCloseException();
    }
  }

  void unlock() {
    lock.unlock();
  }
}
