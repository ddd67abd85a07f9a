package io.github.loomuring.nio;

import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;

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

  static void open(Channel channel) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
