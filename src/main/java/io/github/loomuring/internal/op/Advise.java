package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;

/** IORING_OP_FADVISE, otherwise {@code posix_fadvise(2)} on the pool. */
final class Advise {
  private Advise() {}

  static void advise(Handle handle, long offset, long length, Advice advice) throws IOException {
    Operation operation = handle.start();
    try {
      if (!handle.kind.seekable()) {
        return; // nothing of it is cached
      }
      Sqe.prepFadvise(operation, handle.fd, offset, length, code(advice), handle.device.gate);
      if (mayBlock(advice) || Placement.isForWorker(handle)) {
        operation.setAsync();
      }
      int result = OpcodeOrCall.run(handle, operation, handle.device.permits, length);
      // Also of an older kernel, for a length of more than 32 bits.
      if (Errno.EINVAL.is(result) && handle.context.supports(operation.opcode())) {
        result = OpcodeOrCall.onPool(handle.context, operation);
      }
      if (result < 0) {
        throw handle.failure(result, operation, "advise " + advice, offset, length);
      }
    } finally {
      handle.end(operation);
    }
  }

  /** The other kinds of advice only set fields of the open file. */
  private static boolean mayBlock(Advice advice) {
    return advice == Advice.WILL_NEED || advice == Advice.DONT_NEED;
  }

  static int code(Advice advice) {
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
