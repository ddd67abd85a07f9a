package io.github.loomuring.nio;

import io.github.loomuring.UringFile;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;

/**
 * Closes channels when the thread of a call is interrupted, and selects the exception that the call
 * throws. There is one handler for the calls of a {@link UringFileChannel}, and one for each
 * transfer between two channels.
 *
 * <p>An interrupt of a transfer closes both channels, except those that were opened with {@link
 * UringOpenOption#INTERRUPT_KEEPS_OPEN}. A channel of another class is closed if the {@code
 * UringFileChannel} is. Any thread may use a handler.
 */
final class InterruptHandler {
  /** An operation on a channel; the result is a number of bytes, a position or a size. */
  interface Operation {
    long run() throws IOException;
  }

  private final Channel channel;
  private final UringFile file;
  private final boolean closesChannel;

  /** The other channel of a transfer, if an interrupt closes it; otherwise null. */
  private final Channel otherToClose;

  /**
   * Makes the handler for the calls of one channel.
   *
   * @param closesChannel whether an interrupt closes the channel
   */
  InterruptHandler(Channel channel, UringFile file, boolean closesChannel) {
    this(channel, file, closesChannel, null);
  }

  private InterruptHandler(
      Channel channel, UringFile file, boolean closesChannel, Channel otherToClose) {
    this.channel = channel;
    this.file = file;
    this.closesChannel = closesChannel;
    this.otherToClose = otherToClose;
  }

  /** Returns the handler for a transfer between this channel and a channel of another class. */
  InterruptHandler forTransfer(Channel other) {
    return new InterruptHandler(channel, file, closesChannel, closesChannel ? other : null);
  }

  /** Returns the handler for a transfer between this channel and the channel of {@code other}. */
  InterruptHandler forTransfer(InterruptHandler other) {
    Channel otherChannel = other.closesChannel ? other.channel : null;
    return new InterruptHandler(channel, file, closesChannel, otherChannel);
  }

  private boolean closesAny() {
    return closesChannel || otherToClose != null;
  }

  /** Runs an operation, and replaces the exception that it throws as {@link #exceptionFor} says. */
  long call(Operation operation) throws IOException {
    try {
      long result = operation.run();
      checkNotInterrupted();
      return result;
    } catch (IOException e) {
      throw exceptionFor(e);
    }
  }

  /** If the thread is interrupted and that closes a channel: closes it, and throws. */
  void checkNotInterrupted() throws ClosedByInterruptException {
    if (Thread.currentThread().isInterrupted() && closesAny()) {
      throw closeByInterrupt(null);
    }
  }

  /**
   * Returns the exception that a call throws in place of {@code e}, and closes the channels that
   * must not stay open: those that an interrupt closes, or this channel if its {@code Uring} has
   * been closed.
   */
  IOException exceptionFor(IOException e) {
    if (Thread.currentThread().isInterrupted() && closesAny()) {
      return closeByInterrupt(e);
    }
    if (channel.isOpen() && !file.isOpen()) {
      close(channel, e);
      return e;
    }
    return asynchronousClose(e);
  }

  /**
   * Returns the exception for a call that began on an open channel: a {@link
   * ClosedChannelException} then means that another thread has closed it.
   */
  static IOException asynchronousClose(IOException e) {
    return e.getClass() == ClosedChannelException.class
        ? (IOException) new AsynchronousCloseException().initCause(e)
        : e;
  }

  /**
   * Closes the channels that an interrupt closes.
   *
   * @param cause of the returned exception, or null
   * @return the exception that the interrupted call throws
   */
  ClosedByInterruptException closeByInterrupt(IOException cause) {
    assert closesAny() : channel + ": an interrupt closes no channel";
    ClosedByInterruptException closed = new ClosedByInterruptException();
    if (cause != null) {
      closed.initCause(cause);
    }
    if (closesChannel) {
      close(channel, closed);
    }
    if (otherToClose != null) {
      close(otherToClose, closed);
    }
    return closed;
  }

  private static void close(Channel channel, IOException reason) {
    try {
      channel.close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
