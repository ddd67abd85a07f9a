package io.github.loomuring.internal.spi;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One of the transfers of a call with many ranges, and its result. */
public final class RangeTransfer {
  public final ByteBuffer buffer;
  public final long offset;

  /** How many bytes were transferred; 0 at the end of the file. */
  public int bytes;

  /** The failure; null if the transfer succeeded. */
  public IOException failure;

  /** A transfer of {@code buffer}, from its position on, at {@code offset} of the file. */
  public RangeTransfer(ByteBuffer buffer, long offset) {
    this.buffer = buffer;
    this.offset = offset;
  }
}
