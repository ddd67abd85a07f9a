package io.github.loomuring;

import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Bytes of a file: where they are in memory and where in the file.
 *
 * @param buffer heap or direct, from its position up to its limit; no other range of the same call
 *     may have it
 * @param offset in the file, from 0
 */
public record Range(ByteBuffer buffer, long offset) {
  /**
   * Makes one.
   *
   * @throws IllegalArgumentException if {@code offset} is negative, or with the buffer's remaining
   *     bytes exceeds {@code Long.MAX_VALUE}
   */
  public Range {
    Objects.requireNonNull(buffer, "buffer");
    Arguments.checkOffset(offset, buffer.remaining());
  }

  /**
   * What became of one range.
   *
   * @param bytes that were moved, perhaps fewer than wanted; -1 if the file ends before the range
   * @param failure null unless the range failed, and no byte was moved
   */
  public record Outcome(int bytes, IOException failure) {
    /**
     * Bytes that were moved.
     *
     * @return {@link #bytes}
     * @throws IOException the {@link #failure}, if there is one
     */
    public int bytesOrThrow() throws IOException {
      if (failure != null) {
        throw failure;
      }
      return bytes;
    }
  }

  /** What an engine takes for {@code ranges}. */
  static List<RangeTransfer> transfers(List<Range> ranges) {
    Objects.requireNonNull(ranges, "ranges");
    List<RangeTransfer> transfers = new ArrayList<>(ranges.size());
    for (Range range : ranges) {
      Objects.requireNonNull(range, "ranges contains null");
      Arguments.checkOffset(range.offset(), range.buffer().remaining()); // it may have changed
      transfers.add(new RangeTransfer(range.buffer(), range.offset()));
    }
    return transfers;
  }

  /** The outcomes, unless the call as a whole has been ended. */
  static List<Outcome> outcomes(List<RangeTransfer> transfers, int ofNothing) throws IOException {
    long moved = transfers.stream().mapToLong(transfer -> transfer.bytes).sum();
    List<Outcome> outcomes = new ArrayList<>(transfers.size());
    for (RangeTransfer transfer : transfers) {
      switch (transfer.failure) {
        case InterruptedIOException e -> throw Fully.interruptedAfter(moved, e);
        case ClosedChannelException e -> throw e;
        case null, default -> {}
      }
      boolean isEnd =
          transfer.bytes == 0 && transfer.failure == null && transfer.buffer.hasRemaining();
      outcomes.add(new Outcome(isEnd ? ofNothing : transfer.bytes, transfer.failure));
    }
    return outcomes;
  }
}
