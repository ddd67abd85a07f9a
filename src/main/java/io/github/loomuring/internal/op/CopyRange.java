package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;

import io.github.loomuring.internal.linux.ErrorNumber;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code copy_file_range(2)} on the pool: io_uring has no opcode for it. */
final class CopyRange {
  /** An interrupt, a deadline and a close wait for so much at the most. */
  private static final long PIECE_BYTES_MAX = 64 << 20;

  private CopyRange() {}

  /** Copies one piece; 0 if the kernel cannot, or has found no more. */
  static long copy(Handle source, long offset, long count, Handle target, long targetOffset)
      throws IOException {
    if (!source.kind.seekable() || !target.kind.seekable() || target.kind.append()) {
      return 0;
    }
    Operation operation = source.start();
    try {
      target.references.retain();
      try {
        target.markDirty();
        long length = Math.min(count, PIECE_BYTES_MAX);
        long result = copy(operation, source, offset, target, targetOffset, length);
        if (result < 0 && !isForTheBuffer(result)) {
          throw source.failure(result, operation, "copy to " + target.path, offset, length);
        }
        return Math.max(result, 0);
      } finally {
        target.references.release();
      }
    } finally {
      source.end(operation);
    }
  }

  private static long copy(
      Operation operation,
      Handle source,
      long offset,
      Handle target,
      long targetOffset,
      long length)
      throws IOException {
    int permit = Placement.permitToCall(source, source.device.permits, length);
    if (permit == Permits.NONE || !target.device.local) {
      leave(source, permit);
      return source.context.pool.call(
          () -> call(operation, source, offset, target, targetOffset, length));
    }
    try {
      return call(operation, source, offset, target, targetOffset, length);
    } finally {
      operation.callerWork.lasted(leave(source, permit));
      operation.callerWork.done(0);
    }
  }

  private static long leave(Handle source, int permit) {
    return permit != Permits.NONE ? source.device.permits.leave(permit) : 0;
  }

  private static long call(
      Operation operation,
      Handle source,
      long offset,
      Handle target,
      long targetOffset,
      long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, offset, targetOffset);
      return source
          .kernel()
          .copyFileRange(
              operation.errno,
              source.fd,
              offsets.address(),
              target.fd,
              offsets.address() + Long.BYTES,
              length);
    }
  }

  /** Whether the caller has to copy through a buffer. */
  private static boolean isForTheBuffer(long result) {
    return switch (ErrorNumber.of(result)) {
      // Other file systems; special files, and overlapping ranges; swap files.
      case EXDEV, EINVAL, EOPNOTSUPP, ETXTBSY -> true;
      // Old kernels; a profile of seccomp; a signal; no memory.
      case ENOSYS, EPERM, EINTR, ENOMEM -> true;
      default -> false;
    };
  }
}
