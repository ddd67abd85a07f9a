package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FTRUNCATE;

import java.io.IOException;

/** IORING_OP_FTRUNCATE (Linux 6.9), otherwise {@code ftruncate(2)} on the pool. */
final class Truncate {
  private Truncate() {}

  static void truncate(RingFile file, long size) throws IOException {
    if (size >= Stat.size(file)) {
      return;
    }
    Operation operation = file.start();
    try {
      file.markDirty();
      int result;
      if (file.engine.ring().supports(IORING_OP_FTRUNCATE)) {
        operation.set(IORING_OP_FTRUNCATE, file.fd, 0, 0, size, 0, file.device.gate);
        result = operation.run(file.engine.slots, file);
      } else {
        result =
            file.engine.offload.call(() -> file.kernel().ftruncate(operation.errno, file.fd, size));
      }
      if (result < 0) {
        throw file.failure(result, operation, "truncate to size=" + size, 0, -1);
      }
    } finally {
      file.end(operation);
    }
  }
}
