package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.IdleObjects;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Native memory that one system call at a time needs: an iovec, and the place where libc's errno is
 * captured.
 *
 * <p>Every slot of the operation table has its own. A call that sends no request takes one of the
 * idle ones with {@link #acquire}, and gives it back with {@link #release}.
 */
final class Scratch {
  /** An iovec (16 bytes), errno (8 bytes), 8 bytes spare. */
  static final long BYTES = 32;

  private static final long ERRNO = Fcntl.IOVEC_BYTES;
  private static final int IDLE_MAX = 1_024;

  static {
    assert ERRNO + Kernel.ERRNO_BYTES <= BYTES : "the scratch is too short";
  }

  // One for the process: a descriptor is also closed when its engine has ended.
  private static final IdleObjects<Scratch> IDLE = new IdleObjects<>(IDLE_MAX);

  private final MemorySegment memory;
  private final long address;
  final MemorySegment errno;

  /** Scratch in {@code memory}, of {@link #BYTES} bytes. */
  Scratch(MemorySegment memory) {
    assert memory.byteSize() == BYTES : "bytes=" + memory.byteSize();
    this.memory = memory;
    this.address = memory.address();
    this.errno = memory.asSlice(ERRNO, Kernel.ERRNO_BYTES);
  }

  /** Scratch for the calling thread. */
  static Scratch acquire() {
    Scratch idle = IDLE.poll();
    return idle != null ? idle : new Scratch(Arena.ofAuto().allocate(BYTES, 8));
  }

  /** Gives back what {@link #acquire} gave. */
  void release() {
    IDLE.offer(this);
  }

  /** Address of the iovec, set to the given range. */
  long iovec(long base, long length) {
    memory.set(ValueLayout.JAVA_LONG, Fcntl.IOVEC_BASE, base);
    memory.set(ValueLayout.JAVA_LONG, Fcntl.IOVEC_LEN, length);
    return address;
  }
}
