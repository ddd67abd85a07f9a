package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Objects;

/** Checks of arguments and of open channels, with the exceptions that the JDK specifies. */
final class Preconditions {
  private Preconditions() {}

  static void checkNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + "=" + value + " is negative");
    }
  }

  static void checkRegion(long position, long size) {
    checkNotNegative("position", position);
    checkNotNegative("size", size);
    if (position > Long.MAX_VALUE - size) {
      throw new IllegalArgumentException(
          "position=" + position + " and size=" + size + " exceed Long.MAX_VALUE");
    }
  }

  /**
   * Checks that a transfer ends at a position that a {@code long} can hold. If it does not, the
   * exception is an {@link IOException}, as in the JDK: each argument is valid, but no file has
   * such bytes.
   */
  static void checkEnd(long position, long bytes) throws IOException {
    if (position > Long.MAX_VALUE - bytes) {
      throw new IOException(
          "position=" + position + " and " + bytes + " bytes exceed Long.MAX_VALUE");
    }
  }

  static void checkEnd(long position, ByteBuffer[] buffers) throws IOException {
    long bytes = 0;
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.remaining();
    }
    checkEnd(position, bytes);
  }

  /** Returns the buffers that a scattering read or a gathering write uses. */
  static ByteBuffer[] subarray(ByteBuffer[] buffers, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffers.length);
    return length == buffers.length
        ? buffers
        : Arrays.copyOfRange(buffers, offset, offset + length);
  }

  static void checkOpen(Channel channel) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
