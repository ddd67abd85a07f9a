package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;
import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.ErrorNumber;
import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** IORING_OP_FALLOCATE, otherwise {@code fallocate(2)} on the pool. */
final class ChangeSpace {
  private ChangeSpace() {}

  static void change(Handle handle, Space change, long offset, long length) throws IOException {
    Operation operation = handle.start();
    try {
      int result;
      if (!handle.kind.seekable()) {
        result = Errno.ESPIPE.negated(); // a device answers ENODEV, which says less
      } else {
        handle.markDirty();
        Sqe.prepFallocate(operation, handle.fd, mode(change), offset, length, handle.device.gate);
        result = OpcodeOrCall.run(handle, operation, handle.device.permits, length);
      }
      if (result < 0) {
        throw failure(handle, operation, result, change, offset, length);
      }
    } finally {
      handle.end(operation);
    }
  }

  static int mode(Space change) {
    return switch (change) {
      case ALLOCATE -> 0;
      case PUNCH_HOLE -> FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
      case ZERO_RANGE -> FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE;
      case COLLAPSE -> FALLOC_FL_COLLAPSE_RANGE;
      case INSERT -> FALLOC_FL_INSERT_RANGE;
    };
  }

  private static IOException failure(
      Handle handle, Operation operation, int result, Space change, long offset, long length) {
    String what = change + " at offset=" + offset + " of length=" + length;
    switch (ErrorNumber.of(result)) {
      case ESPIPE ->
          throw new UnsupportedOperationException(
              handle.path + ": " + what + ": this is no regular file, and has no space to change");
      case EOPNOTSUPP, ENODEV, ENOSYS ->
          throw new UnsupportedOperationException(
              handle.path + ": " + what + ": its file system cannot: " + Errno.describe(result));
      case EINVAL -> {
        if (change.movesBytes()) {
          return new FileSystemException(
              handle.path.toString(), null, what + ": " + notAligned(result, change));
        }
      }
      default -> {
        // The file's own failure.
      }
    }
    return handle.failure(result, operation, change.toString(), offset, length);
  }

  private static String notAligned(int result, Space change) {
    return Errno.describe(result)
        + "; both must be multiples of the file system's block size, and "
        + (change == Space.INSERT ? "offset" : "the range's end")
        + " less than the file's size";
  }
}
