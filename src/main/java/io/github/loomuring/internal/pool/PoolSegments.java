package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads and writes memory segments of a file of the pool.
 *
 * <p>A segment that pool threads may access is transferred as a byte buffer. The bytes of any other
 * segment are copied, on the caller, to and from a buffer that they may access.
 */
final class PoolSegments {
  /** The piece in which bytes go to and from a segment that only its own thread may access. */
  private static final int CONFINED_PIECE_BYTES = 1 << 20;

  /** The largest alignment that files opened with DIRECT need. */
  private static final int PAGE_BYTES = 4096;

  /** Stands for a pool thread when a segment is asked who may access it. */
  private static final Thread POOL_THREAD = Thread.ofPlatform().unstarted(() -> {});

  private final PoolHandle handle;
  private final PoolTransfers transfers;

  PoolSegments(PoolHandle handle, PoolTransfers transfers) {
    this.handle = handle;
    this.transfers = transfers;
  }

  long read(MemorySegment dst, long offset) throws IOException {
    if (isShared(dst)) {
      return transfers.read(asBuffer(dst), offset);
    }
    ByteBuffer piece = piece(dst);
    long done = 0;
    while (done < dst.byteSize()) {
      piece.clear().limit((int) Math.min(piece.capacity(), dst.byteSize() - done));
      int wanted = piece.remaining();
      int n = transfers.read(piece, offset + done);
      MemorySegment.copy(MemorySegment.ofBuffer(piece.flip()), 0, dst, done, n);
      done += n;
      if (n < wanted || !handle.seekable) {
        break;
      }
    }
    return done;
  }

  long write(MemorySegment src, long offset) throws IOException {
    if (isShared(src)) {
      return transfers.write(asBuffer(src), offset);
    }
    boolean divisible = handle.seekable && !handle.append && offset != EngineFile.APPEND;
    ByteBuffer piece =
        divisible
            ? piece(src)
            : aligned((int) Math.min(src.byteSize(), Fcntl.MAX_RW_COUNT - PAGE_BYTES));
    long done = 0;
    while (done < src.byteSize()) {
      int wanted = (int) Math.min(piece.capacity(), src.byteSize() - done);
      piece.clear().limit(wanted);
      MemorySegment.copy(src, done, MemorySegment.ofBuffer(piece), 0, wanted);
      int n = transfers.write(piece, divisible ? offset + done : offset);
      done += n;
      if (n < wanted || !divisible) {
        break;
      }
    }
    return done;
  }

  private static boolean isShared(MemorySegment segment) {
    return segment.isAccessibleBy(POOL_THREAD);
  }

  /** As many bytes as one call transfers on the ring, too. */
  private static ByteBuffer asBuffer(MemorySegment segment) {
    return segment.asSlice(0, Math.min(segment.byteSize(), Fcntl.MAX_RW_COUNT)).asByteBuffer();
  }

  private static ByteBuffer piece(MemorySegment segment) {
    return aligned((int) Math.min(segment.byteSize(), CONFINED_PIECE_BYTES));
  }

  /** A direct buffer that starts at a page. */
  static ByteBuffer aligned(int bytes) {
    return ByteBuffer.allocateDirect(bytes + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, bytes);
  }
}
