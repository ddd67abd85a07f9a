package io.github.loomuring.internal.op;

import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** The reads of a file: of one buffer, of many, and of many ranges at once. */
final class Read {
  private Read() {}

  static int read(Handle handle, ByteBuffer dst, long offset) throws IOException {
    return Transfer.READ.buffer(handle, dst, offset);
  }

  static long read(Handle handle, MemorySegment dst, long offset) throws IOException {
    return Transfer.READ.segment(handle, dst, offset);
  }

  static long read(Handle handle, ByteBuffer[] dsts, long offset) throws IOException {
    return VectoredTransfer.run(handle, Transfer.READ, dsts, offset);
  }

  static void read(Handle handle, List<RangeTransfer> ranges) throws IOException {
    RangesTransfer.run(handle, Transfer.READ, ranges);
  }
}
