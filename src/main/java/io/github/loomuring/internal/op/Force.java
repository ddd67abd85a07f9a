package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_FSYNC_DATASYNC;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FSYNC;

import java.io.IOException;

/** IORING_OP_FSYNC. */
final class Force {
  private Force() {}

  static void force(RingFile file, boolean metaData) throws IOException {
    Operation operation = file.start();
    try {
      int flags = metaData ? 0 : IORING_FSYNC_DATASYNC;
      operation.set(IORING_OP_FSYNC, file.fd, 0, 0, 0, flags, file.device.gate);
      int result = operation.run(file.engine.slots, file);
      if (result < 0) {
        throw file.failure(result, operation, metaData ? "fsync" : "fdatasync", 0, -1);
      }
    } finally {
      file.end(operation);
    }
  }
}
