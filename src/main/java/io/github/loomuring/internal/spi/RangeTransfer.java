package io.github.loomuring.internal.spi;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The transfer of one range of a call that transfers many, and its progress.
 *
 * <p>It is not the API's {@code Range}: that is an immutable value of the caller, who may use it
 * for several calls. This one is made for a single call, and the engine stores the result in it.
 */
public final class RangeTransfer {
  public final ByteBuffer buffer;
  public final long offset;

  /** The number of bytes transferred; 0 at the end of the file. */
  public int bytes;

  /** The reason of the failure; null if the transfer has not failed. */
  public IOException failure;

  /** Makes the transfer of the bytes between the position and the limit of {@code buffer}. */
  public RangeTransfer(ByteBuffer buffer, long offset) {
    this.buffer = buffer;
    this.offset = offset;
  }
}
