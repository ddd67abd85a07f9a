package io.github.loomuring.internal.op;

import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** The writes of a file: of one buffer, of many, and of many ranges at once. */
final class Write {
  private Write() {}

  static int write(Handle handle, ByteBuffer src, long offset) throws IOException {
    // A block device knows no append.
    boolean isSought = offset == EngineFile.APPEND && handle.kind.block();
    return Transfer.WRITE.buffer(handle, src, isSought ? Seek.end(handle) : offset);
  }

  static long write(Handle handle, MemorySegment src, long offset) throws IOException {
    return Transfer.WRITE.segment(handle, src, offset);
  }

  static long write(Handle handle, ByteBuffer[] srcs, long offset) throws IOException {
    handle.markDirty();
    return VectoredTransfer.run(handle, Transfer.WRITE, srcs, offset);
  }

  static void write(Handle handle, List<RangeTransfer> ranges) throws IOException {
    handle.markDirty();
    RangesTransfer.run(handle, Transfer.WRITE, ranges);
  }
}
