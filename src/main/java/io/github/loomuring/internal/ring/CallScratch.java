package io.github.loomuring.internal.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory for the system calls of one thread. */
final class CallScratch {
  private static final long COUNTER = Fcntl.IOVEC_BYTES;
  private static final long ERRNO = COUNTER + Long.BYTES;
  private static final long BYTES = ERRNO + Kernel.ERRNO_BYTES;

  private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 8);
  private final long address = memory.address();
  final MemorySegment errno = memory.asSlice(ERRNO, Kernel.ERRNO_BYTES);

  /** The address of the iovec, set to the given range. */
  long iovec(long base, long length) {
    memory.set(JAVA_LONG, Fcntl.IOVEC_BASE, base);
    memory.set(JAVA_LONG, Fcntl.IOVEC_LEN, length);
    return address;
  }

  /** The address of the iovec, set to the value of an eventfd, which is one. */
  long counter() {
    memory.set(JAVA_LONG, COUNTER, 1);
    return iovec(address + COUNTER, Long.BYTES);
  }
}
