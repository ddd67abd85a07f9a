package io.github.loomuring.nio;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Has the thread that interrupts a transfer close both of its channels, where the pool may be in a
 * call of either that nothing else ends.
 */
final class TransferGuard extends AbstractInterruptibleChannel {
  private final UringFileChannel channel;
  private final Channel other;

  TransferGuard(UringFileChannel channel, Channel other) {
    this.channel = channel;
    this.other = other;
  }

  void begins() {
    begin();
  }

  void ends() throws AsynchronousCloseException {
    end(true); // which throws only if this thread was interrupted
  }

  @Override
  protected void implCloseChannel() {
    Endings.closeByInterrupt(channel, other, null);
  }
}
