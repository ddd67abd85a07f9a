package io.github.loomuring.nio;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.platform.PosixLocks;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.EngineFile.PlainUse;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The locks of one {@link UringFileChannel}, held by a JDK's channel of the same file.
 *
 * <p>All work with that channel is done by threads of the pool, which nobody interrupts: an
 * interrupt would close it, and a closed descriptor takes every lock of the process on the file
 * with it. For the same reason nobody waits in the JDK's {@code lock}: {@link #lock} tries until it
 * succeeds.
 */
final class ChannelLocks {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  /** The regions that threads of this process wait for. */
  private static final Set<Awaited> AWAITED = ConcurrentHashMap.newKeySet();

  private final UringFileChannel channel;
  private final EngineFile file;

  /** Whoever takes a lock out, has to tell {@link PosixLocks}. */
  private final Set<UringFileLock> held = ConcurrentHashMap.newKeySet();

  ChannelLocks(UringFileChannel channel, EngineFile file) {
    this.channel = channel;
    this.file = file;
  }

  /** The lock, or null if another process holds one that is in the way. Not interruptible. */
  FileLock tryLock(Region region) throws IOException {
    if (!AWAITED.isEmpty()) {
      checkNotAwaited(awaited(region));
    }
    return attempt(PlainUse.POOL_ALWAYS, region);
  }

  /** Waits for the lock, with pauses of up to {@link #PAUSE_NANOS_MAX}. */
  FileLock lock(Region region) throws IOException {
    try {
      if (!AWAITED.isEmpty()) {
        checkNotAwaited(awaited(region));
      }
      FileLock lock = attempt(PlainUse.POOL, region);
      return lock != null ? lock : await(region);
    } catch (InterruptedIOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw e; // the deadline
      }
      throw (IOException) new FileLockInterruptionException().initCause(e);
    }
  }

  private FileLock await(Region region) throws IOException {
    Awaited awaited = awaited(region);
    synchronized (AWAITED) { // of two that come at once, one is the first
      checkNotAwaited(awaited);
      AWAITED.add(awaited);
    }
    try {
      for (long nanos = FIRST_PAUSE_NANOS; ; nanos = Math.min(2 * nanos, PAUSE_NANOS_MAX)) {
        pause(nanos);
        FileLock lock = attempt(PlainUse.POOL, region);
        if (lock != null) {
          return lock;
        }
      }
    } finally {
      AWAITED.remove(awaited);
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

  private Awaited awaited(Region region) throws IOException {
    FileStatus status = file.status();
    return new Awaited(status.device(), status.inode(), region);
  }

  private static void checkNotAwaited(Awaited wanted) {
    for (Awaited other : AWAITED) {
      if (other.isInTheWayOf(wanted)) {
        throw new OverlappingFileLockException();
      }
    }
  }

  private UringFileLock attempt(PlainUse use, Region region) throws IOException {
    return file.withPlainChannel(use, plain -> acquire(plain, region));
  }

  private UringFileLock acquire(FileChannel plain, Region region) throws IOException {
    PosixLocks.hold(file.lockKey());
    FileLock acquired = null;
    UringFileLock lock = null;
    try {
      acquired = plain.tryLock(region.position, region.size, region.shared);
      if (acquired == null) {
        return null;
      }
      UringFileLock made = new UringFileLock(channel, this, acquired);
      held.add(made);
      lock = made;
    } finally {
      if (lock == null) {
        giveUp(acquired); // there was none, or no memory for it
      }
    }
    if (!channel.isOpen()) { // releaseAll may have been there before
      releaseNow(lock);
      throw new AsynchronousCloseException();
    }
    return lock;
  }

  private void giveUp(FileLock acquired) throws IOException {
    try {
      if (acquired != null) {
        acquired.release();
      }
    } finally {
      PosixLocks.release(file.lockKey());
    }
  }

  void release(UringFileLock lock) throws IOException {
    if (held.contains(lock)) {
      file.withPlainChannel(
          PlainUse.POOL_ALWAYS,
          _ -> {
            releaseNow(lock);
            return null;
          });
    }
  }

  private void releaseNow(UringFileLock lock) throws IOException {
    try {
      lock.plain.release();
    } finally {
      forget(lock);
    }
  }

  private void forget(UringFileLock lock) {
    if (held.remove(lock)) {
      PosixLocks.release(file.lockKey());
    }
  }

  /** The channel is about to be closed: what is acquired from now on is released at once. */
  void releaseAll() {
    for (UringFileLock lock : held) {
      try {
        release(lock);
      } catch (IOException | RuntimeException | Error e) {
        forget(lock); // it goes with the descriptor
      }
    }
  }

  /** A region of a file, and who waits for it; no two are equal. */
  private static final class Awaited {
    private final long device;
    private final long inode;
    private final Region region;

    Awaited(long device, long inode, Region region) {
      this.device = device;
      this.inode = inode;
      this.region = region;
    }

    boolean isInTheWayOf(Awaited other) {
      return this != other
          && device == other.device
          && inode == other.inode
          && region.overlaps(other.region);
    }
  }

  /**
   * What is to be locked.
   *
   * @param size positive
   */
  record Region(long position, long size, boolean shared) {
    boolean overlaps(Region other) {
      return position - other.position < other.size && other.position - position < size;
    }
  }
}
