package io.github.loomuring.nio;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.platform.PosixLocks;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.EngineFile.ChannelUse;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The locks of one {@link UringFileChannel}. A channel of the JDK, opened on the same file,
 * acquires and holds them. Any thread may call; callers have checked that the channel is open for
 * reading or writing, as the lock requires.
 *
 * <p>Only threads of the pool use the JDK's channel, because nobody interrupts them. An interrupt
 * would close that channel, and the process loses all its locks on a file when it closes any
 * descriptor of it. For the same reason no thread waits in the {@code lock} method of the JDK's
 * channel: {@link #lock} tries until it succeeds.
 */
final class ChannelLocks implements UringFileLock.Releaser {
  /*
   * A UringFileLock is in `held` from its acquisition to its release. PosixLocks counts it for the
   * same time, and one more lock during each attempt. Whoever removes a lock from `held` calls
   * PosixLocks.release, once.
   */

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * The requests of all threads of the process that wait for a lock. They are in one set for all
   * channels, because a lock overlaps with those of other channels of the same file.
   */
  private static final Set<Request> WAITING = ConcurrentHashMap.newKeySet();

  private final FileChannel channel;
  private final EngineFile file;
  private final InterruptHandler interrupts;
  private final Set<UringFileLock> held = ConcurrentHashMap.newKeySet();

  ChannelLocks(FileChannel channel, EngineFile file, InterruptHandler interrupts) {
    this.channel = channel;
    this.file = file;
    this.interrupts = interrupts;
  }

  /**
   * Returns the lock, or null if another process holds a lock that overlaps. An interrupt does not
   * end it.
   */
  FileLock tryLock(Region region) throws IOException {
    try {
      checkNoneWaiting(region);
      return tryAcquire(ChannelUse.POOL_ALWAYS, region);
    } catch (ClosedChannelException e) {
      throw InterruptHandler.asynchronousClose(e);
    }
  }

  /** Waits until it has acquired the lock. */
  FileLock lock(Region region) throws IOException {
    try {
      FileLock lock = acquire(region);
      interrupts.checkNotInterrupted();
      return lock;
    } catch (IOException e) {
      IOException failure = interrupts.exceptionFor(e);
      throw failure instanceof ClosedByInterruptException ? interrupted(failure) : failure;
    }
  }

  private FileLock acquire(Region region) throws IOException {
    try {
      checkNoneWaiting(region);
      FileLock lock = tryAcquire(ChannelUse.POOL, region);
      return lock != null ? lock : awaitLock(region);
    } catch (InterruptedIOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw e; // the deadline has passed
      }
      throw interrupted(e);
    }
  }

  private static IOException interrupted(IOException cause) {
    return (IOException) new FileLockInterruptionException().initCause(cause);
  }

  private FileLock awaitLock(Region region) throws IOException {
    Request request = request(region);
    synchronized (WAITING) { // if two threads arrive at once, only the first may wait
      checkNoneWaiting(request);
      WAITING.add(request);
    }
    try {
      for (long nanos = FIRST_PAUSE_NANOS; ; nanos = Math.min(2 * nanos, PAUSE_NANOS_MAX)) {
        pause(nanos);
        FileLock lock = tryAcquire(ChannelUse.POOL, region);
        if (lock != null) {
          return lock;
        }
      }
    } finally {
      WAITING.remove(request);
    }
  }

  private void pause(long nanos) throws IOException {
    Deadlines.check(channel);
    LockSupport.parkNanos(
        this, Deadlines.isSet() ? Math.min(nanos, Deadlines.atNanos() - System.nanoTime()) : nanos);
    if (!channel.isOpen()) {
      throw new AsynchronousCloseException();
    }
  }

  private Request request(Region region) throws IOException {
    FileStatus status = file.status();
    return new Request(status.device(), status.inode(), region);
  }

  private void checkNoneWaiting(Region region) throws IOException {
    if (!WAITING.isEmpty()) {
      checkNoneWaiting(request(region));
    }
  }

  private static void checkNoneWaiting(Request request) {
    for (Request other : WAITING) {
      if (other.overlaps(request)) {
        throw new OverlappingFileLockException();
      }
    }
  }

  private UringFileLock tryAcquire(ChannelUse use, Region region) throws IOException {
    return file.withJdkChannel(use, plain -> tryAcquire(plain, region));
  }

  private UringFileLock tryAcquire(FileChannel plain, Region region) throws IOException {
    PosixLocks.hold(file.lockKey());
    FileLock acquired = null;
    UringFileLock lock = null;
    try {
      acquired = plain.tryLock(region.position, region.size, region.shared);
      if (acquired == null) {
        return null;
      }
      UringFileLock made = new UringFileLock(channel, this, acquired);
      boolean added = held.add(made);
      assert added : made;
      lock = made;
    } finally {
      if (lock == null) {
        abandon(acquired); // tryLock returned null or failed, or there was no memory
      }
    }
    if (!channel.isOpen()) { // releaseAll may have run before the lock was in `held`
      releaseNow(lock);
      throw new AsynchronousCloseException();
    }
    return lock;
  }

  /** Ends an attempt that made no {@link UringFileLock}. */
  private void abandon(FileLock acquired) throws IOException {
    try {
      if (acquired != null) {
        acquired.release();
      }
    } finally {
      PosixLocks.release(file.lockKey());
    }
  }

  @Override
  public void release(UringFileLock lock) throws IOException {
    if (held.contains(lock)) {
      file.withJdkChannel(
          ChannelUse.POOL_ALWAYS,
          _ -> {
            releaseNow(lock);
            return null;
          });
      assert !held.contains(lock) : lock;
    }
  }

  private void releaseNow(UringFileLock lock) throws IOException {
    try {
      lock.platform().release();
    } finally {
      forget(lock);
    }
  }

  private void forget(UringFileLock lock) {
    if (held.remove(lock)) {
      PosixLocks.release(file.lockKey());
    }
  }

  /**
   * Releases all locks, when the channel is no longer open but its file still is. A lock that is
   * acquired from now on is released at once.
   */
  void releaseAll() {
    assert !channel.isOpen() : channel;
    for (UringFileLock lock : held) {
      try {
        release(lock);
      } catch (IOException | RuntimeException | Error e) {
        forget(lock); // the kernel releases it when the descriptor is closed
      }
    }
  }

  /** A request of one thread for a lock. Requests are compared by identity. */
  private static final class Request {
    private final long device;
    private final long inode;
    private final Region region;

    Request(long device, long inode, Region region) {
      this.device = device;
      this.inode = inode;
      this.region = region;
    }

    boolean overlaps(Request other) {
      return this != other
          && device == other.device
          && inode == other.inode
          && region.overlaps(other.region);
    }
  }

  /**
   * A region of a file for a lock.
   *
   * @param size 0 only if the position is the largest one; otherwise positive
   */
  record Region(long position, long size, boolean shared) {
    Region {
      assert position >= 0 && size >= 0 && position <= Long.MAX_VALUE - size
          : "position=" + position + ", size=" + size;
    }

    boolean overlaps(Region other) {
      return position - other.position < other.size && other.position - position < size;
    }
  }
}
