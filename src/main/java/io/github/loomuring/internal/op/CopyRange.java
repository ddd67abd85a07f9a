package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;
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
  static long copy(RingFile source, long offset, long count, RingFile target, long targetOffset)
      throws IOException {
    if (!source.seekable || !target.seekable || target.append) {
      return 0;
    }
    Operation operation = source.start();
    try {
      target.retain();
      try {
        target.markDirty();
        long length = Math.min(count, PIECE_BYTES_MAX);
        long result =
            source.engine.offload.call(
                () -> call(operation, source, offset, target, targetOffset, length));
        if (result < 0 && !isForTheBuffer(result)) {
          throw source.failure(result, operation, "copy to " + target.path, offset, length);
        }
        return Math.max(result, 0);
      } finally {
        target.release();
      }
    } finally {
      source.end(operation);
    }
  }

  private static long call(
      Operation operation,
      RingFile source,
      long offset,
      RingFile target,
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

  /**
   * Other file systems, special files, swap files, old kernels, a profile of seccomp, a signal, no
   * memory.
   */
  private static boolean isForTheBuffer(long result) {
    return Errno.EXDEV.is(result)
        || Errno.EINVAL.is(result)
        || Errno.EOPNOTSUPP.is(result)
        || Errno.ENOSYS.is(result)
        || Errno.ETXTBSY.is(result)
        || Errno.EPERM.is(result)
        || Errno.EINTR.is(result)
        || Errno.ENOMEM.is(result);
  }
}
