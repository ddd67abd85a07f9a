package io.github.loomuring.nio;

import java.nio.file.OpenOption;

/** Options of {@link UringFileChannel#open}, in addition to those of the JDK. */
public enum UringOpenOption implements OpenOption {
  /**
   * An interrupt ends a call, but does not close the channel. The call throws an {@link
   * java.io.InterruptedIOException}, or returns the number of bytes that it has transferred. The
   * interrupt status of the thread stays set. Without this option an interrupt closes the channel,
   * as {@link java.nio.channels.FileChannel} specifies.
   */
  INTERRUPT_KEEPS_OPEN
}
