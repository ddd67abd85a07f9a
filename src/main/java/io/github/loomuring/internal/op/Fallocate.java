package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FALLOCATE;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** IORING_OP_FALLOCATE, otherwise {@code fallocate(2)} on the pool. */
final class Fallocate {
  private Fallocate() {}

  static void change(RingFile file, Space change, long offset, long length) throws IOException {
    Operation operation = file.start();
    try {
      int result;
      if (!file.seekable) {
        result = Errno.ESPIPE.negated(); // a device answers ENODEV, which says less
      } else {
        file.markDirty();
        result = run(file, operation, mode(change), offset, length);
      }
      if (result < 0) {
        throw failure(file, operation, result, change, offset, length);
      }
    } finally {
      file.end(operation);
    }
  }

  private static int run(RingFile file, Operation operation, int mode, long offset, long length)
      throws IOException {
    if (file.engine.ring().supports(IORING_OP_FALLOCATE)) {
      operation.set(IORING_OP_FALLOCATE, file.fd, length, mode, offset, 0, file.device.gate);
      return operation.run(file.engine.slots, file);
    }
    return file.engine.offload.call(
        () -> {
          int result;
          do { // a signal of the JVM's own is nobody's interrupt
            result = file.kernel().fallocate(operation.errno, file.fd, mode, offset, length);
          } while (Errno.EINTR.is(result));
          return result;
        });
  }

  private static int mode(Space change) {
    return switch (change) {
      case ALLOCATE -> 0;
      case PUNCH_HOLE -> FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
      case ZERO_RANGE -> FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE;
      case COLLAPSE -> FALLOC_FL_COLLAPSE_RANGE;
      case INSERT -> FALLOC_FL_INSERT_RANGE;
    };
  }

  private static IOException failure(
      RingFile file, Operation operation, int result, Space change, long offset, long length) {
    String what = change + " at offset=" + offset + " of length=" + length;
    if (Errno.ESPIPE.is(result)) {
      throw new UnsupportedOperationException(
          file.path + ": " + what + ": this is no regular file, and has no space to change");
    }
    if (Errno.EOPNOTSUPP.is(result) || Errno.ENODEV.is(result) || Errno.ENOSYS.is(result)) {
      throw new UnsupportedOperationException(
          file.path + ": " + what + ": its file system cannot: " + Errno.describe(result));
    }
    if (Errno.EINVAL.is(result) && change.movesBytes()) {
      return new FileSystemException(
          file.path.toString(),
          null,
          what
              + ": "
              + Errno.describe(result)
              + "; both must be multiples of the file system's block size, and "
              + (change == Space.INSERT ? "offset" : "the range's end")
              + " less than the file's size");
    }
    return file.failure(result, operation, change.toString(), offset, length);
  }
}
