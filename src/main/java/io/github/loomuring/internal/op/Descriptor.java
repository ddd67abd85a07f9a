package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.PosixLocks;
import java.io.IOException;

/** A descriptor of the ring engine that is to be closed, now or when no lock stands against it. */
final class Descriptor implements PosixLocks.Descriptor {
  private final RingEngine engine;
  private final int fd;
  private int result;

  private Descriptor(RingEngine engine, int fd) {
    this.engine = engine;
    this.fd = fd;
  }

  /** What {@code close(2)} returned, or a negated errno; zero if the close was put off. */
  static int close(RingEngine engine, int fd) throws IOException {
    if (PosixLocks.begin()) { // nothing to be made for it: this is the way of nearly all closes
      try {
        return closeNow(engine, fd);
      } finally {
        PosixLocks.end();
      }
    }
    Descriptor descriptor = new Descriptor(engine, fd);
    PosixLocks.close(descriptor);
    return descriptor.result;
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

  /** The number of an open descriptor's inode, or {@link PosixLocks#UNKNOWN}. */
  static long inode(RingEngine engine, int fd) {
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
        return result < 0 ? PosixLocks.UNKNOWN : memory.statInode();
      } finally {
        engine.slots.release(scratch);
      }
    } catch (IOException e) {
      return PosixLocks.UNKNOWN; // there is no room for one more slot
    }
  }

  @Override
  public long inode() {
    return inode(engine, fd);
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
