package io.github.loomuring.internal.linux;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** A simulated kernel's table of registered buffers. */
final class SimulatedBuffers {
  private static final int ENTRIES_MAX = 1 << 14;
  private static final long BYTES_MAX = 1L << 30;

  private int lockable = Integer.MAX_VALUE;
  private long[] addresses;
  private long[] lengths;

  /** So many buffers, at the most, have RLIMIT_MEMLOCK allow them. */
  synchronized void lockable(int count) {
    lockable = count;
  }

  /** IORING_REGISTER_BUFFERS2, for a sparse table. */
  synchronized int make(long argument, int size) {
    MemorySegment register = Memory.at(argument, RSRC_REGISTER_BYTES);
    int entries = register.get(JAVA_INT, RSRC_REGISTER_NR);
    boolean sparse = register.get(JAVA_INT, RSRC_REGISTER_FLAGS) == IORING_RSRC_REGISTER_SPARSE;
    long rest =
        register.get(JAVA_LONG, 8) | register.get(JAVA_LONG, 16) | register.get(JAVA_LONG, 24);
    if (addresses != null) {
      return Errno.EBUSY.negated();
    }
    if (size != RSRC_REGISTER_BYTES || !sparse || rest != 0 || entries > ENTRIES_MAX) {
      return Errno.EINVAL.negated();
    }
    addresses = new long[entries];
    lengths = new long[entries];
    return 0;
  }

  /** IORING_REGISTER_BUFFERS_UPDATE, of one entry. */
  synchronized int update(long argument, int size) {
    MemorySegment update = Memory.at(argument, RSRC_UPDATE2_BYTES);
    int index = update.get(JAVA_INT, RSRC_UPDATE2_OFFSET);
    int rest = update.get(JAVA_INT, 4) | update.get(JAVA_INT, 28);
    if (addresses == null) {
      return Errno.ENXIO.negated();
    }
    if (size != RSRC_UPDATE2_BYTES
        || rest != 0
        || update.get(JAVA_LONG, 16) != 0
        || update.get(JAVA_INT, RSRC_UPDATE2_NR) != 1
        || index >= addresses.length) {
      return Errno.EINVAL.negated();
    }
    MemorySegment iovec = Memory.at(update.get(JAVA_LONG, RSRC_UPDATE2_DATA), Fcntl.IOVEC_BYTES);
    long address = iovec.get(JAVA_LONG, Fcntl.IOVEC_BASE);
    long length = iovec.get(JAVA_LONG, Fcntl.IOVEC_LEN);
    if (address == 0 ? length != 0 : length == 0 || length > BYTES_MAX) {
      return Errno.EFAULT.negated();
    }
    if (address != 0 && registered() >= lockable) {
      return Errno.ENOMEM.negated();
    }
    addresses[index] = address;
    lengths[index] = length;
    return 1;
  }

  /**
   * Whether a request may use {@code length} bytes at {@code address} as of entry {@code index}.
   */
  synchronized boolean contains(int index, long address, long length) {
    return addresses != null
        && index < addresses.length
        && lengths[index] > 0
        && address >= addresses[index]
        && address + length <= addresses[index] + lengths[index];
  }

  /** Entries that are not empty. */
  synchronized int registered() {
    int count = 0;
    for (long length : lengths == null ? new long[0] : lengths) {
      count += length > 0 ? 1 : 0;
    }
    return count;
  }
}
