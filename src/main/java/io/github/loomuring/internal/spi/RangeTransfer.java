package io.github.loomuring.internal.spi;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One of many transfers of one call, and what became of it. */
public final class RangeTransfer {
  public final ByteBuffer buffer;
  public final long offset;

  /** Bytes that were moved; 0 at the end of the file. */
  public int bytes;

  /** Null if it succeeded. */
  public IOException failure;

  /** One of {@code buffer}, from its position, at {@code offset}. */
  public RangeTransfer(ByteBuffer buffer, long offset) {
    this.buffer = buffer;
    this.offset = offset;
  }
}
