package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;

/**
 * IORING_OP_STATX, or {@code statx(2)} on the caller where the file system is local: the inode of
 * an open file is in memory.
 */
final class Stat {
  /** The fields that {@link PathMemory#status} reads. */
  static final int STATUS_MASK = STATX_BASIC_STATS | STATX_BTIME | STATX_DIOALIGN;

  private Stat() {}

  static long size(Handle handle) throws IOException {
    if (handle.kind.block()) {
      return Seek.end(handle);
    }
    PathMemory memory = stat(handle, STATX_SIZE);
    long size = memory.statSize();
    memory.close();
    return size;
  }

  static FileStatus status(Handle handle) throws IOException {
    PathMemory memory = stat(handle, STATUS_MASK);
    FileStatus status = memory.status();
    memory.close();
    return status;
  }

  /** Memory with the answer of the file system, to be closed by the caller. */
  private static PathMemory stat(Handle handle, int mask) throws IOException {
    Operation operation = handle.start();
    PathMemory memory = null;
    boolean done = false;
    try {
      memory = PathMemory.acquire();
      int result = run(handle, operation, memory, mask);
      if (result < 0) {
        throw handle.failure(result, operation, "statx");
      }
      done = true;
      return memory;
    } finally {
      if (!done && memory != null) {
        memory.release(operation);
      }
      handle.end(operation);
    }
  }

  private static int run(Handle handle, Operation operation, PathMemory memory, int mask)
      throws IOException {
    long path = memory.emptyPath();
    if (Placement.mayStatOnCaller(handle)) {
      int result =
          handle
              .kernel()
              .statx(operation.errno, handle.fd, path, AT_EMPTY_PATH, mask, memory.statx());
      operation.callerWork.done(0);
      if (result >= 0) {
        return result;
      }
      // Refused, by a profile of seccomp for example: the ring's answer counts.
    }
    Sqe.prepStatx(
        operation, handle.fd, path, AT_EMPTY_PATH, mask, memory.statx(), handle.device.gate);
    return handle.run(operation);
  }
}
