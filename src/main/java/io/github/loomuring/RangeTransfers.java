package io.github.loomuring;

import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Converts ranges of a caller to transfers of an engine, and their results to outcomes. */
final class RangeTransfers {
  private RangeTransfers() {}

  /** Checks {@code ranges} and returns the transfers for them. */
  static List<RangeTransfer> of(List<Range> ranges) {
    Objects.requireNonNull(ranges, "ranges");
    List<RangeTransfer> transfers = new ArrayList<>(ranges.size());
    for (Range range : ranges) {
      Objects.requireNonNull(range, "ranges contains null");
      // Checked again: the buffer's limit may have changed since the range was made.
      Arguments.checkOffset(range.offset(), range.buffer().remaining());
      transfers.add(new RangeTransfer(range.buffer(), range.offset()));
    }
    return transfers;
  }

  /**
   * Returns the outcomes of {@code transfers}, which have ended.
   *
   * @param noBytes the outcome of a transfer that moved no byte of a range that has some
   * @throws IOException if a transfer failed for a reason that ends the whole call: an interrupt, a
   *     deadline or a close
   */
  static List<Range.Outcome> outcomes(List<RangeTransfer> transfers, int noBytes)
      throws IOException {
    long transferred = transfers.stream().mapToLong(transfer -> transfer.bytes).sum();
    List<Range.Outcome> outcomes = new ArrayList<>(transfers.size());
    for (RangeTransfer transfer : transfers) {
      switch (transfer.failure) {
        case InterruptedIOException e -> throw TransferLoop.addTransferred(e, transferred);
        case ClosedChannelException e -> throw e;
        case null, default -> {}
      }
      boolean movedNone =
          transfer.bytes == 0 && transfer.failure == null && transfer.buffer.hasRemaining();
      outcomes.add(new Range.Outcome(movedNone ? noBytes : transfer.bytes, transfer.failure));
    }
    return outcomes;
  }
}
