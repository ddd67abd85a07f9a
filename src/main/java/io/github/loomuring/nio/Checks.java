package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Objects;

/** Checks of what callers hand in. */
final class Checks {
  private Checks() {}

  static void notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + "=" + value + " is negative");
    }
  }

  static void region(long position, long size) {
    notNegative("position", position);
    notNegative("size", size);
    if (position > Long.MAX_VALUE - size) {
      throw new IllegalArgumentException(
          "position=" + position + " and size=" + size + " exceed Long.MAX_VALUE");
    }
  }

  /** As with the JDK it is not the arguments that are wrong: the file has no such bytes. */
  static void inFile(long position, long bytes) throws IOException {
    if (position > Long.MAX_VALUE - bytes) {
      throw new IOException(
          "position=" + position + " and " + bytes + " bytes exceed Long.MAX_VALUE");
    }
  }

  static void inFile(long position, ByteBuffer[] buffers) throws IOException {
    long bytes = 0;
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.remaining();
    }
    inFile(position, bytes);
  }

  static ByteBuffer[] range(ByteBuffer[] buffers, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffers.length);
    return length == buffers.length
        ? buffers
        : Arrays.copyOfRange(buffers, offset, offset + length);
  }

  static void open(Channel channel) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
