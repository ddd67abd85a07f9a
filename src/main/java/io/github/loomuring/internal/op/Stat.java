package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_STATX;

import io.github.loomuring.internal.linux.Fcntl;
import java.io.IOException;

/**
 * IORING_OP_STATX, or {@code statx(2)} on the caller where the file system is local: the inode of
 * an open file is in memory.
 */
final class Stat {
  private Stat() {}

  static long size(RingFile file) throws IOException {
    Operation operation = file.start();
    PathMemory memory = PathMemory.acquire();
    boolean left = false;
    try {
      int result;
      if (file.device.local || !file.seekable) {
        result =
            file.kernel()
                .statx(
                    operation.errno,
                    file.fd,
                    memory.emptyPath(),
                    Fcntl.AT_EMPTY_PATH,
                    Fcntl.STATX_SIZE,
                    memory.statx());
        operation.onCaller.done(0);
      } else {
        operation.set(
            IORING_OP_STATX,
            file.fd,
            memory.emptyPath(),
            Fcntl.STATX_SIZE,
            memory.statx(),
            Fcntl.AT_EMPTY_PATH,
            file.device.gate);
        left = true; // until the operation's CQE the kernel may write to it
        result = operation.run(file.engine.slots, file);
        left = false;
      }
      if (result < 0) {
        throw file.failure(result, operation, "statx", 0, -1);
      }
      return memory.statSize();
    } finally {
      if (!left) {
        memory.close();
      }
      file.end(operation);
    }
  }
}
