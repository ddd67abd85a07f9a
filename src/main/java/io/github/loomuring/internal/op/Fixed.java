package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ_FIXED;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITE_FIXED;

import io.github.loomuring.internal.BufferSet;
import io.github.loomuring.internal.linux.Errno;

/**
 * IORING_OP_READ_FIXED and IORING_OP_WRITE_FIXED: transfers whose memory the kernel has pinned once
 * and for all, in place of IORING_OP_READ and IORING_OP_WRITE.
 */
final class Fixed {
  private Fixed() {}

  /** Whether a transfer can go so: all of it is in {@code buffer}, which may be null. */
  static boolean isPossible(RingFile file, BufferSet.Buffer buffer, long address, long length) {
    return buffer != null
        && buffer.index() >= 0
        && file.seekable // others may have no way of taking the kernel's kind of buffer
        && buffer.contains(address, length);
  }

  /** Has a read or write that was set go so. */
  static void set(Operation operation, BufferSet.Buffer buffer, boolean reading) {
    operation.useRegistered(reading ? IORING_OP_READ_FIXED : IORING_OP_WRITE_FIXED, buffer.index());
  }

  /** Whether the result of such a transfer may be due to its way alone. */
  static boolean isRefused(Operation operation, int result) {
    return operation.causes() == 0
        && (Errno.EFAULT.is(result) || Errno.EINVAL.is(result) || Errno.EOPNOTSUPP.is(result));
  }

  /** The operation is done with {@code buffer}, which may be null. */
  static void end(Operation operation, BufferSet.Buffer buffer) {
    if (buffer != null && operation.isReusable()) { // otherwise the kernel may not be done
      buffer.end();
    }
  }
}
