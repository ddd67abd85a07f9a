package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.schedule.Offload;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The channels of an open file of the pool, what kind of file it is, and how its calls run.
 *
 * <p>Any thread may call. The file closes the channels; this class only knows whether it has.
 */
final class PoolHandle {
  final Path path;

  /** The channel for everything that is not written. */
  final FileChannel channel;

  /** The channel for what is written: the same as {@link #channel}, or another one. */
  final FileChannel writing;

  final boolean seekable;
  final boolean regular;
  final boolean append;

  /**
   * In a file that cannot seek, one call in each direction runs at a time. The others wait for
   * these locks, without a thread of the pool.
   */
  final ReentrantLock readLock = new ReentrantLock(true);

  final ReentrantLock writeLock = new ReentrantLock(true);
  private final Offload offload;
  private final AtomicBoolean closed = new AtomicBoolean();

  PoolHandle(
      Offload offload,
      Path path,
      FileChannel channel,
      FileChannel writing,
      boolean seekable,
      boolean regular,
      boolean append) {
    assert seekable || !regular : "a regular file can seek";
    this.offload = offload;
    this.path = path;
    this.channel = channel;
    this.writing = writing;
    this.seekable = seekable;
    this.regular = regular;
    this.append = append;
  }

  /** Runs {@code work} on the pool. */
  <T> T call(Callable<T> work) throws IOException {
    checkMayStart();
    try {
      return offload.call(work);
    } catch (AsynchronousCloseException e) {
      throw e;
    } catch (ClosedChannelException e) {
      throw new AsynchronousCloseException(); // the file was open when this call began
    } catch (IOException e) {
      throw Failures.withPath(path, e);
    }
  }

  /** Runs {@code work} on the pool while the caller holds {@code lock}. */
  <T> T callInOrder(ReentrantLock lock, Callable<T> work) throws IOException {
    Cancellation.lock(lock, path);
    try {
      return call(work);
    } finally {
      lock.unlock();
    }
  }

  /** Runs {@code work} on the pool, whatever happens to the caller. */
  <T> T callUninterruptibly(Callable<T> work) throws IOException {
    checkOpen();
    return offload.callUninterruptibly(work);
  }

  /**
   * Throws if the file is closed, or an interrupt or the deadline ends the call before it starts.
   */
  void checkMayStart() throws IOException {
    checkOpen();
    Cancellation.check(path);
  }

  private void checkOpen() throws ClosedChannelException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }

  boolean isOpen() {
    return !closed.get();
  }

  /** Marks the file as closed; true for the one call that must close the channels. */
  boolean beginClose() {
    return closed.compareAndSet(false, true);
  }
}
