package io.github.loomuring.nio;

import io.github.loomuring.UringFile;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The position of a channel, and the reads, writes and transfers that start at it and advance it.
 * Any thread may call; the calls run one after the other. Callers have checked that the channel was
 * opened for the operation.
 *
 * <p>Where the kind of the file matters, lseek(2) decides whether a position is valid. A device
 * such as /dev/null has position 0 only, and a file system has a largest position. A FIFO, a socket
 * and a terminal have no positions: the channel then reports 0, because the JDK's streams ask a
 * channel for its position.
 */
final class FilePosition {
  /*
   * The lock is held while an operation runs. No thread waits for the lock of one channel while it
   * holds the lock of another: a transfer between two channels uses the position of one of them.
   */

  /** Every file system supports positions up to here: MAX_NON_LFS of linux/fs.h. */
  private static final long ALWAYS_VALID_MAX = Integer.MAX_VALUE;

  private final Channel channel;
  private final UringFile file;
  private final EngineFile engineFile;
  private final boolean writesAtEnd;
  private final ReentrantLock lock = new ReentrantLock();
  private long value; // guarded by lock

  /**
   * Makes a position of 0.
   *
   * @param writesAtEnd whether writes append to the file; they then do not use the position
   */
  FilePosition(Channel channel, UringFile file, boolean writesAtEnd) {
    this.channel = channel;
    this.file = file;
    this.engineFile = Access.get().engineFile(file);
    this.writesAtEnd = writesAtEnd;
  }

  // ---- reads and writes

  int read(ByteBuffer dst) throws IOException {
    lock();
    try {
      Preconditions.checkEnd(value, dst.remaining());
      int n = file.read(dst, value);
      advance(n);
      return n;
    } finally {
      lock.unlock();
    }
  }

  long read(ByteBuffer[] dsts) throws IOException {
    lock();
    try {
      Preconditions.checkEnd(value, dsts);
      long n = file.read(dsts, value);
      advance(n);
      return n;
    } finally {
      lock.unlock();
    }
  }

  int write(ByteBuffer src) throws IOException {
    if (writesAtEnd) {
      return file.write(src, 0);
    }
    lock();
    try {
      Preconditions.checkEnd(value, src.remaining());
      int n = file.write(src, value);
      advance(n);
      return n;
    } finally {
      lock.unlock();
    }
  }

  long write(ByteBuffer[] srcs) throws IOException {
    if (writesAtEnd) {
      return file.write(srcs, 0);
    }
    lock();
    try {
      Preconditions.checkEnd(value, srcs);
      long n = file.write(srcs, value);
      advance(n);
      return n;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Advances the position after a transfer.
   *
   * @param n the number of bytes, or -1 for the end of the file
   */
  private void advance(long n) {
    assert lock.isHeldByCurrentThread();
    assert n >= -1 && n <= Long.MAX_VALUE - value : "value=" + value + ", n=" + n;
    value += Math.max(n, 0);
  }

  // ---- transfers

  /** Copies bytes of {@code source}, from {@code offset} on, to the position of this channel. */
  long transferFrom(UringFile source, long offset, long count) throws IOException {
    if (writesAtEnd) {
      return FileTransfers.copy(source, offset, count, file, 0, true);
    }
    lock();
    try {
      long n = FileTransfers.copy(source, offset, count, file, value, false);
      advance(n);
      return n;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Copies bytes from the position of this channel to another file.
   *
   * @param targetAppends whether the target appends them, and ignores {@code targetOffset}
   */
  long transferTo(UringFile target, long targetOffset, boolean targetAppends, long count)
      throws IOException {
    lock();
    try {
      FileTransfers.checkEnds(file, value, count, targetOffset, targetAppends);
      long n = FileTransfers.copy(file, value, count, target, targetOffset, targetAppends);
      advance(n);
      return n;
    } finally {
      lock.unlock();
    }
  }

  // ---- the position itself

  long get() throws IOException {
    lock();
    try {
      if (!engineFile.isRegular()) {
        // The position that a device reports can differ from the number of bytes read.
        value = Math.max(engineFile.seek(value), 0);
      }
      return value;
    } finally {
      lock.unlock();
    }
  }

  void set(long position) throws IOException {
    lock();
    try {
      assert position >= 0 : "position=" + position;
      if (engineFile.isRegular() && position <= ALWAYS_VALID_MAX) {
        value = position;
        return;
      }
      long found = engineFile.seek(position);
      if (found == EngineFile.NO_POSITION && position > 0) {
        throw noPositions();
      }
      value = Math.max(found, 0);
    } finally {
      lock.unlock();
    }
  }

  /** Truncates the file to {@code size} bytes, and the position to the end of the file. */
  void truncate(long size) throws IOException {
    lock();
    try {
      checkHasPositions();
      file.truncate(size);
      value = Math.min(value, size);
    } finally {
      lock.unlock();
    }
  }

  private void checkHasPositions() throws IOException {
    assert lock.isHeldByCurrentThread();
    if (!engineFile.isRegular() && engineFile.seek(value) == EngineFile.NO_POSITION) {
      throw noPositions();
    }
  }

  private IOException noPositions() {
    return new IOException(channel + ": a FIFO, a socket or a terminal has no positions");
  }

  /** Acquires the lock, and makes sure that the thread has the stack to release it again. */
  private void lock() throws IOException {
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
}
