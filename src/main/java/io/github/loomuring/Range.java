package io.github.loomuring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A range of a file, and the buffer that its bytes are read into or written from.
 *
 * @param buffer heap or direct; the range has as many bytes as remain in the buffer, which no other
 *     range of the same call may use
 * @param offset the start of the range, in bytes from the start of the file
 * @see UringFile#readRanges
 * @see UringFile#writeRanges
 */
public record Range(ByteBuffer buffer, long offset) {
  /**
   * Creates a range.
   *
   * @throws IllegalArgumentException if {@code offset} is negative, or if the sum of {@code offset}
   *     and the buffer's remaining bytes exceeds {@code Long.MAX_VALUE}
   */
  public Range {
    Objects.requireNonNull(buffer, "buffer");
    Arguments.checkOffset(offset, buffer.remaining());
  }

  /**
   * The result of the transfer of one range.
   *
   * @param bytes the number of bytes transferred, which may be less than the length of the range;
   *     -1 if the file ends at or before the start of the range
   * @param failure the reason why no byte was transferred; null if the transfer did not fail
   */
  public record Outcome(int bytes, IOException failure) {
    /**
     * Returns the number of bytes transferred, or throws the failure.
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
}
