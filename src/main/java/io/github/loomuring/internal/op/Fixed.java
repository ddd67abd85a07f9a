package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ_FIXED;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITE;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITE_FIXED;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.ring.Gate;
import java.io.IOException;

/**
 * IORING_OP_READ_FIXED and IORING_OP_WRITE_FIXED: transfers whose memory the kernel has pinned once
 * and for all, in place of IORING_OP_READ and IORING_OP_WRITE.
 */
final class Fixed {
  private Fixed() {}

  /**
   * The result of a read or write request, or a negated errno: by the registered buffer, if the
   * memory is in one and the file takes it. What fails for its way alone goes another: without the
   * registered buffer, in a worker of the kernel, on the pool.
   *
   * @param leased what the memory is in, or null
   */
  static int orPlain(
      RingFile file,
      Operation operation,
      BufferSet.Buffer leased,
      boolean reading,
      long address,
      int length,
      long offset,
      int flags)
      throws IOException {
    if (file.transfersOnPool) {
      return OnPool.transfer(file, operation, reading, address, length, offset, flags);
    }
    boolean fixed = isPossible(file, leased, address, length);
    boolean async = !file.device.local;
    for (; ; ) {
      byte opcode = reading ? IORING_OP_READ : IORING_OP_WRITE;
      Gate gate = reading ? file.readGate : file.writeGate;
      operation.set(opcode, file.fd, address, length, offset, flags, gate);
      if (fixed) {
        set(operation, leased, reading);
      }
      if (async) {
        operation.setAsync();
      }
      int result =
          file.isQuick()
              ? operation.runPolled(file.engine.slots, file)
              : operation.run(file.engine.slots, file);
      if (result >= 0) {
        return result;
      }
      if (fixed && isRefused(operation, result)) {
        fixed = false;
      } else if (!async && isForWorker(file, operation, reading, result)) {
        async = true;
      } else if (OnPool.isFor(file, operation, result)) {
        operation.end();
        return OnPool.transfer(file, operation, reading, address, length, offset, flags);
      } else {
        return result;
      }
      operation.end(); // what follows is another use of the slot
    }
  }

  /**
   * Whether a request that has failed is worth another one, in a worker of the kernel: ENOMEM, for
   * one that was tried where it must not wait.
   *
   * <p>Not for writes that go to the disk before they return. What has failed may have been that:
   * the kernel says so once, and if they append, bytes would be there twice.
   */
  static boolean isForWorker(RingFile file, Operation operation, boolean reading, int result) {
    return Errno.ENOMEM.is(result) && operation.causes() == 0 && (reading || !file.synchronous);
  }

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
