package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_SYNC_FILE_RANGE;

import java.io.IOException;

/** IORING_OP_SYNC_FILE_RANGE, otherwise {@code sync_file_range(2)} on the pool. */
final class SyncRange {
  private static final int FLAGS =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

  /** The request's length has 32 bits; a multiple of every page size. */
  private static final long PIECE_BYTES_MAX = 1L << 31;

  private SyncRange() {}

  /** A length of 0 means to the end, here as in the request. */
  static void force(RingFile file, long offset, long length) throws IOException {
    if (!file.seekable) {
      file.force(false); // which these files ignore, or refuse, in their own words
      return;
    }
    if (length > PIECE_BYTES_MAX && offset + length >= Stat.size(file)) {
      piece(file, offset, 0);
      return;
    }
    long done = 0;
    do {
      long bytes = Math.min(length - done, PIECE_BYTES_MAX);
      piece(file, offset + done, bytes);
      done += bytes;
    } while (done < length);
  }

  private static void piece(RingFile file, long offset, long length) throws IOException {
    Operation operation = file.start();
    try {
      int result;
      if (file.engine.ring().supports(IORING_OP_SYNC_FILE_RANGE)) {
        operation.set(
            IORING_OP_SYNC_FILE_RANGE, file.fd, 0, (int) length, offset, FLAGS, file.device.gate);
        result = operation.run(file.engine.slots, file);
      } else {
        result =
            file.engine.offload.call(
                () -> file.kernel().syncFileRange(operation.errno, file.fd, offset, length, FLAGS));
      }
      if (result < 0) {
        throw file.failure(result, operation, "sync_file_range", offset, length);
      }
    } finally {
      file.end(operation);
    }
  }
}
