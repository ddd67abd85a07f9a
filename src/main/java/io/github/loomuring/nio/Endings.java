package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;

/**
 * What becomes of a call on a channel when its thread is interrupted, and of its exception.
 *
 * <p>Two channels are those of a transfer, which an interrupt closes both, unless they are to stay
 * open; other calls have one, which is given twice.
 */
final class Endings {
  private Endings() {}

  /** Closes the channels and throws, if the thread is interrupted and they do not stay open. */
  static void checkNotInterrupted(UringFileChannel channel, Channel other)
      throws ClosedByInterruptException {
    if (Thread.currentThread().isInterrupted() && isClosedByInterrupt(channel, other)) {
      throw closeByInterrupt(channel, other, null);
    }
  }

  /** The exception to throw for {@code e}, which the call ended in. */
  static IOException failed(UringFileChannel channel, Channel other, IOException e) {
    if (Thread.currentThread().isInterrupted() && isClosedByInterrupt(channel, other)) {
      return closeByInterrupt(channel, other, e);
    }
    if (channel.isOpen() && !channel.file.isOpen()) {
      close(channel, e); // its Uring is closed
      return e;
    }
    return wasOpen(e);
  }

  /** The channel was open when the call began. */
  static IOException wasOpen(IOException e) {
    return e.getClass() == ClosedChannelException.class
        ? (IOException) new AsynchronousCloseException().initCause(e)
        : e;
  }

  static boolean isClosedByInterrupt(UringFileChannel channel, Channel other) {
    return !channel.interruptKeepsOpen
        || (other instanceof UringFileChannel another && !another.interruptKeepsOpen);
  }

  /** Closes those of the channels that do not stay open; gives the exception to throw. */
  static ClosedByInterruptException closeByInterrupt(
      UringFileChannel channel, Channel other, IOException cause) {
    ClosedByInterruptException end = new ClosedByInterruptException();
    if (cause != null) {
      end.initCause(cause);
    }
    if (!channel.interruptKeepsOpen) {
      close(channel, end);
    }
    boolean otherStaysOpen =
        other instanceof UringFileChannel another
            ? another.interruptKeepsOpen
            : channel.interruptKeepsOpen;
    if (!otherStaysOpen) {
      close(other, end);
    }
    return end;
  }

  private static void close(Channel channel, IOException reason) {
    try {
      channel.close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
