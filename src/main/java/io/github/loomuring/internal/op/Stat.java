package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_STATX;

import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;

/**
 * IORING_OP_STATX, or {@code statx(2)} on the caller where the file system is local: the inode of
 * an open file is in memory.
 */
final class Stat {
  /** What {@link PathMemory#status} reads. */
  static final int STATUS_MASK = STATX_BASIC_STATS | STATX_BTIME | STATX_DIOALIGN;

  private Stat() {}

  static long size(RingFile file) throws IOException {
    if (file.block) {
      return Seek.end(file);
    }
    PathMemory memory = stat(file, STATX_SIZE);
    long size = memory.statSize();
    memory.close();
    return size;
  }

  static FileStatus status(RingFile file) throws IOException {
    PathMemory memory = stat(file, STATUS_MASK);
    FileStatus status = memory.status();
    memory.close();
    return status;
  }

  /** Memory with what the file system says, to be closed by the caller. */
  private static PathMemory stat(RingFile file, int mask) throws IOException {
    Operation operation = file.start();
    PathMemory memory = null;
    boolean done = false;
    try {
      memory = PathMemory.acquire();
      int result = run(file, operation, memory, mask);
      if (result < 0) {
        throw file.failure(result, operation, "statx", 0, -1);
      }
      done = true;
      return memory;
    } finally {
      if (!done && memory != null) {
        memory.release(operation);
      }
      file.end(operation);
    }
  }

  private static int run(RingFile file, Operation operation, PathMemory memory, int mask)
      throws IOException {
    if (file.device.local || !file.seekable) {
      int result =
          file.kernel()
              .statx(
                  operation.errno,
                  file.fd,
                  memory.emptyPath(),
                  AT_EMPTY_PATH,
                  mask,
                  memory.statx());
      operation.onCaller.done(0);
      if (result >= 0) {
        return result;
      }
      // Refused, by a profile of seccomp for example: the ring's answer counts.
    }
    operation.set(
        IORING_OP_STATX,
        file.fd,
        memory.emptyPath(),
        mask,
        memory.statx(),
        AT_EMPTY_PATH,
        file.device.gate);
    return operation.run(file.engine.slots, file);
  }
}
