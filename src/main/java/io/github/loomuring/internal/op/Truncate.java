package io.github.loomuring.internal.op;

import java.io.IOException;

/** IORING_OP_FTRUNCATE (Linux 6.9), otherwise {@code ftruncate(2)} on the pool. */
final class Truncate {
  private Truncate() {}

  static void truncate(Handle handle, long size) throws IOException {
    long before = Stat.size(handle);
    if (size >= before) {
      return;
    }
    Operation operation = handle.start();
    try {
      handle.markDirty();
      Sqe.prepFtruncate(operation, handle.fd, size, handle.device.gate);
      int result = OpcodeOrCall.run(handle, operation, handle.device.permits, before - size);
      if (result < 0) {
        throw handle.failure(result, operation, "truncate to size=" + size);
      }
    } finally {
      handle.end(operation);
    }
  }
}
