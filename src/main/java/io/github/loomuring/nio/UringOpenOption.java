package io.github.loomuring.nio;

import java.nio.file.OpenOption;

/** Options of {@link UringFileChannel#open} beside those of the JDK. */
public enum UringOpenOption implements OpenOption {
  /**
   * An interrupt ends the call that it meets, and the channel stays open: the call throws an {@link
   * java.io.InterruptedIOException}, or returns what it has done by then, and the thread's
   * interrupt status stays set. Without it the channel is closed, as {@link
   * java.nio.channels.FileChannel} promises.
   */
  INTERRUPT_KEEPS_OPEN
}
