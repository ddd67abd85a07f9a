package io.github.loomuring;

import io.github.loomuring.internal.spi.Flush;

/** What of a file that is written as a whole is on its device when the call returns. */
public enum Sync {
  /** Whatever the operating system has written by then; it writes the rest by and by. */
  NONE(Flush.NONE),
  /**
   * The data and the size, as after {@link UringFile#force force(false)}: fdatasync(2). That a file
   * which was created has its name is promised only by file systems that say so.
   */
  DATA(Flush.DATA),
  /** Also what else belongs to the file, such as its times, as after {@code force(true)}. */
  FULL(Flush.FULL);

  final Flush flush;

  Sync(Flush flush) {
    this.flush = flush;
  }
}
