package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FADVISE;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;

/**
 * IORING_OP_FADVISE, otherwise {@code posix_fadvise(2)} on the pool.
 *
 * <p>The request's length has 32 bits; newer kernels also take one of 64 bits in addr, and older
 * ones then answer EINVAL.
 */
final class Advise {
  private static final long LENGTH_MAX = 0xffff_ffffL;

  private Advise() {}

  static void advise(RingFile file, long offset, long length, Advice advice) throws IOException {
    Operation operation = file.start();
    try {
      if (!file.seekable) {
        return; // nothing of it is cached
      }
      int code = code(advice);
      int result = Errno.EINVAL.negated();
      if (file.engine.ring().supports(IORING_OP_FADVISE)) {
        boolean isShort = length <= LENGTH_MAX;
        operation.set(
            IORING_OP_FADVISE,
            file.fd,
            isShort ? 0 : length,
            isShort ? (int) length : 0,
            offset,
            code,
            file.device.gate);
        if (mayBlock(advice) || !file.device.local) {
          operation.setAsync();
        }
        result = operation.run(file.engine.slots, file);
      }
      if (Errno.EINVAL.is(result)) {
        result =
            file.engine.offload.call(
                () -> file.kernel().fadvise(operation.errno, file.fd, offset, length, code));
      }
      if (result < 0) {
        throw file.failure(result, operation, "advise " + advice, offset, length);
      }
    } finally {
      file.end(operation);
    }
  }

  /** The others only set what is remembered with the open file. */
  private static boolean mayBlock(Advice advice) {
    return advice == Advice.WILL_NEED || advice == Advice.DONT_NEED;
  }

  private static int code(Advice advice) {
    return switch (advice) {
      case NORMAL -> POSIX_FADV_NORMAL;
      case SEQUENTIAL -> POSIX_FADV_SEQUENTIAL;
      case RANDOM -> POSIX_FADV_RANDOM;
      case WILL_NEED -> POSIX_FADV_WILLNEED;
      case DONT_NEED -> POSIX_FADV_DONTNEED;
      case NO_REUSE -> POSIX_FADV_NOREUSE;
    };
  }
}
