package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import java.io.IOException;

/** IORING_OP_SYNC_FILE_RANGE, otherwise {@code sync_file_range(2)} on the pool. */
final class ForceRange {
  private static final int FLAGS =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

  /** The request's length has 32 bits; a multiple of every page size. */
  private static final long PIECE_BYTES_MAX = 1L << 31;

  private ForceRange() {}

  /** Writes a range of a file that can seek to its device; a length of 0 means to the end. */
  static void force(Handle handle, long offset, long length) throws IOException {
    assert handle.kind.seekable() : handle;
    if (length > PIECE_BYTES_MAX && offset + length >= Stat.size(handle)) {
      piece(handle, offset, 0);
      return;
    }
    long done = 0;
    do {
      long bytes = Math.min(length - done, PIECE_BYTES_MAX);
      piece(handle, offset + done, bytes);
      done += bytes;
    } while (done < length);
  }

  private static void piece(Handle handle, long offset, long length) throws IOException {
    Operation operation = handle.start();
    try {
      Sqe.prepSyncFileRange(operation, handle.fd, (int) length, offset, FLAGS, handle.device.gate);
      int result = OpcodeOrCall.run(handle, operation, handle.device.forcePermits, 0);
      if (result < 0) {
        throw handle.failure(result, operation, "sync_file_range", offset, length);
      }
    } finally {
      handle.end(operation);
    }
  }
}
