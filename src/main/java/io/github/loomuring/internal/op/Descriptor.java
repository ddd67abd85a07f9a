package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.platform.PosixLocks;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * The closing of a descriptor of the ring engine, now or as soon as no lock of {@link PosixLocks}
 * stands against it.
 */
final class Descriptor extends PosixLocks.Descriptor {
  private static final LazyLogger LOGGER = new LazyLogger(Descriptor.class);

  private static final int ATTEMPTS_MAX = 10_000;
  private static final long PAUSE_NANOS = 1_000_000;

  private final Context context;
  private final int fd;
  private final long key;
  private int result;

  private Descriptor(Context context, int fd, long key) {
    this.context = context;
    this.fd = fd;
    this.key = key;
  }

  // ---- how a descriptor is closed

  /*
   * By close(2), not by IORING_OP_CLOSE: the kernel posts that one's CQE before the file is really
   * released, and an exec of it then fails with ETXTBSY.
   */

  /**
   * Closes the descriptor of a file, and returns when it is closed.
   *
   * @param key of the file to {@link PosixLocks}
   * @param onCaller whether it cannot have to wait for a device, see {@link Placement}
   * @param path for messages
   */
  static void close(Context context, int fd, long key, boolean onCaller, Path path)
      throws IOException {
    int result = onCaller ? close(context, fd, key) : closeOnPool(context, fd, key);
    // Whatever it says, the descriptor is gone. EINTR and EAGAIN say nothing about the data.
    if (result < 0 && !Errno.EINTR.is(result) && !Errno.EAGAIN.is(result)) {
      throw Errno.exception(result, path.toString(), "close");
    }
  }

  private static int closeOnPool(Context context, int fd, long key) throws IOException {
    Callable<Integer> close;
    try {
      close = () -> close(context, fd, key);
    } catch (OutOfMemoryError e) {
      return close(context, fd, key);
    }
    return context.pool.callAlways(close);
  }

  /**
   * Closes {@code fd}, if it is a descriptor, soon: no caller has seen it. Without a thread of the
   * pool, because there is no memory for one or the engine is closed, it is closed by the caller.
   */
  static void closeSoon(Context context, int fd) {
    if (fd < 0) {
      return;
    }
    Runnable close;
    try {
      close = () -> closeQuietly(context, fd);
    } catch (OutOfMemoryError e) {
      closeQuietly(context, fd);
      return;
    }
    context.pool.execute(close);
  }

  /** Closes {@code fd} now, whatever comes of it. */
  static void closeQuietly(Context context, int fd) {
    try {
      close(context, fd);
    } catch (IOException | RuntimeException e) {
      LOGGER.get().log(Level.WARNING, "descriptor " + fd + " could not be closed", e);
    }
  }

  /** As {@link #close(Context, int, long)}, of a file that is not known yet. */
  static int close(Context context, int fd) throws IOException {
    return close(context, fd, key(context, fd));
  }

  /**
   * Closes {@code fd}: the result of {@code close(2)}, a negated errno, or zero if the close was
   * put off.
   *
   * @param key of the file to {@link PosixLocks}
   */
  static int close(Context context, int fd, long key) throws IOException {
    int place = PosixLocks.beginClose(key);
    if (place != PosixLocks.REFUSED) { // nothing to be made: this is the way of nearly all closes
      try {
        return closeNow(context, fd);
      } finally {
        PosixLocks.endClose(place);
      }
    }
    Descriptor descriptor = make(context, fd, key);
    PosixLocks.close(descriptor);
    return descriptor.result;
  }

  /** Tries until there is memory: a descriptor that is not closed would be lost. */
  private static Descriptor make(Context context, int fd, long key) {
    for (int attempt = 1; ; attempt++) {
      try {
        return new Descriptor(context, fd, key);
      } catch (OutOfMemoryError e) {
        if (attempt == ATTEMPTS_MAX) {
          throw e;
        }
        Pauses.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static int closeNow(Context context, int fd) {
    Scratch scratch;
    try {
      scratch = Scratch.acquire();
    } catch (OutOfMemoryError e) {
      return context.kernel.close(context.closeErrno, fd);
    }
    try {
      return context.kernel.close(scratch.errno, fd);
    } finally {
      scratch.release();
    }
  }

  /** The key of an open descriptor's file, or {@link PosixLocks#UNKNOWN}. */
  private static long key(Context context, int fd) {
    try (PathMemory memory = PathMemory.acquire()) {
      int flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
      int result = memory.statx(context.kernel, fd, memory.emptyPath(), flags, STATX_INO);
      return result < 0 ? PosixLocks.UNKNOWN : memory.lockKey();
    } catch (VirtualMachineError e) {
      return PosixLocks.UNKNOWN; // no memory, or no stack; it is to be closed all the same
    }
  }

  @Override
  public long key() {
    return key;
  }

  @Override
  public void close() throws IOException {
    result = closeNow(context, fd);
  }

  @Override
  public String toString() {
    return "descriptor " + fd;
  }
}
