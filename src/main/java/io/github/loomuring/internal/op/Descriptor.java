package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.PosixLocks;
import java.io.IOException;

/** A descriptor of the ring engine that is to be closed, now or when no lock stands against it. */
final class Descriptor implements PosixLocks.Descriptor {
  private final RingEngine engine;
  private final int fd;
  private final long key;
  private int result;

  private Descriptor(RingEngine engine, int fd, long key) {
    this.engine = engine;
    this.fd = fd;
    this.key = key;
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
    Descriptor descriptor = new Descriptor(engine, fd, key);
    PosixLocks.close(descriptor);
    return descriptor.result;
  }

  private static int closeNow(RingEngine engine, int fd) throws IOException {
    Operation scratch = engine.slots.acquireAlways();
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
    } catch (IOException e) {
      return PosixLocks.UNKNOWN; // there is no room for one more slot
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
