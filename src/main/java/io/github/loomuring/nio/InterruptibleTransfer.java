package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * A transfer between two channels. It is itself a channel, so that {@link Thread#interrupt} closes
 * it during the transfer; it then closes the two channels as the {@link InterruptHandler} says.
 * This is needed on the thread pool: only a close ends a system call that blocks there. Each
 * transfer has an object of its own, which only its thread uses.
 */
final class InterruptibleTransfer extends AbstractInterruptibleChannel {
  private final InterruptHandler interrupts;
  private final boolean interruptingThreadCloses;

  /**
   * Makes an object for one transfer.
   *
   * @param interruptingThreadCloses whether the thread that interrupts closes the channels;
   *     otherwise the interrupted thread does, at the end of the transfer
   */
  InterruptibleTransfer(InterruptHandler interrupts, boolean interruptingThreadCloses) {
    this.interrupts = interrupts;
    this.interruptingThreadCloses = interruptingThreadCloses;
  }

  /** Runs the transfer; the result is the number of bytes. */
  long run(InterruptHandler.Operation transfer) throws IOException {
    if (!interruptingThreadCloses) {
      return interrupts.call(transfer);
    }
    try {
      begin();
      return interrupts.call(transfer);
    } finally {
      end(true); // throws only if this thread was interrupted
    }
  }

  @Override
  protected void implCloseChannel() {
    interrupts.closeByInterrupt(null);
  }
}
