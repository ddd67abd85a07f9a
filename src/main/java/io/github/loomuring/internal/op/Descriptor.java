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

/** A descriptor of the ring engine that is to be closed, now or when no lock stands against it. */
final class Descriptor extends PosixLocks.Descriptor {
  private static final LazyLogger LOGGER = new LazyLogger(Descriptor.class);

  private static final int ATTEMPTS_MAX = 10_000;
  private static final long PAUSE_NANOS = 1_000_000;

  private final RingEngine engine;
  private final int fd;
  private final long key;
  private int result;

  private Descriptor(RingEngine engine, int fd, long key) {
    this.engine = engine;
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
   * @param quick whether that cannot have to wait for a device
   * @param path for messages
   */
  static void close(RingEngine engine, int fd, long key, boolean quick, Path path)
      throws IOException {
    int result = quick || !engine.isOpen() ? close(engine, fd, key) : closeOnPool(engine, fd, key);
    // Whatever it says, the descriptor is gone. EINTR and EAGAIN say nothing about the data.
    if (result < 0 && !Errno.EINTR.is(result) && !Errno.EAGAIN.is(result)) {
      throw Errno.exception(result, path.toString(), "close");
    }
  }

  private static int closeOnPool(RingEngine engine, int fd, long key) throws IOException {
    Callable<Integer> close;
    try {
      close = () -> close(engine, fd, key);
    } catch (OutOfMemoryError e) {
      return close(engine, fd, key);
    }
    return engine.offload.callAlways(close);
  }

  /**
   * Closes {@code fd}, if it is one, some time soon: nobody has seen it. Without a thread of the
   * pool, because there is no memory for one or the engine is closed, it is closed by the caller.
   */
  static void closeSoon(RingEngine engine, int fd) {
    if (fd < 0) {
      return;
    }
    Runnable close;
    try {
      close = () -> closeQuietly(engine, fd);
    } catch (OutOfMemoryError e) {
      closeQuietly(engine, fd);
      return;
    }
    engine.offload.execute(close);
  }

  /** Closes {@code fd} now, whatever comes of it. */
  static void closeQuietly(RingEngine engine, int fd) {
    try {
      close(engine, fd);
    } catch (IOException | RuntimeException e) {
      LOGGER.get().log(Level.WARNING, "descriptor " + fd + " could not be closed", e);
    }
  }

  /** As {@link #close(RingEngine, int, long)}, of a file that is not known yet. */
  static int close(RingEngine engine, int fd) throws IOException {
    return close(engine, fd, key(engine, fd));
  }

  /**
   * What {@code close(2)} returned, or a negated errno; zero if the close was put off.
   *
   * @param key of the file to {@link PosixLocks}
   */
  static int close(RingEngine engine, int fd, long key) throws IOException {
    int place = PosixLocks.begin(key);
    if (place != PosixLocks.REFUSED) { // nothing to be made: this is the way of nearly all closes
      try {
        return closeNow(engine, fd);
      } finally {
        PosixLocks.end(place);
      }
    }
    Descriptor descriptor = make(engine, fd, key);
    PosixLocks.close(descriptor);
    return descriptor.result;
  }

  /** In any case: a descriptor that is not closed because the heap is full would be lost. */
  private static Descriptor make(RingEngine engine, int fd, long key) {
    for (int attempt = 1; ; attempt++) {
      try {
        return new Descriptor(engine, fd, key);
      } catch (OutOfMemoryError e) {
        if (attempt == ATTEMPTS_MAX) {
          throw e;
        }
        Pauses.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static int closeNow(RingEngine engine, int fd) {
    Operation scratch;
    try {
      scratch = engine.slots.acquireAlways();
    } catch (IOException | OutOfMemoryError e) {
      return engine.kernel.close(engine.closeErrno, fd);
    }
    try {
      return engine.kernel.close(scratch.errno, fd);
    } finally {
      engine.slots.release(scratch);
    }
  }

  /** The key of an open descriptor's file, or {@link PosixLocks#UNKNOWN}. */
  private static long key(RingEngine engine, int fd) {
    try {
      Operation scratch = engine.slots.acquireAlways();
      try (PathMemory memory = PathMemory.acquire()) {
        int result =
            engine.kernel.statx(
                scratch.errno,
                fd,
                memory.emptyPath(),
                AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
                STATX_INO,
                memory.statx());
        return result < 0 ? PosixLocks.UNKNOWN : memory.lockKey();
      } finally {
        engine.slots.release(scratch);
      }
    } catch (IOException | VirtualMachineError e) {
      return PosixLocks.UNKNOWN; // no slot, no memory; it is to be closed all the same
    }
  }

  @Override
  public long key() {
    return key;
  }

  @Override
  public void close() throws IOException {
    result = closeNow(engine, fd);
  }

  @Override
  public String toString() {
    return "descriptor " + fd;
  }
}
