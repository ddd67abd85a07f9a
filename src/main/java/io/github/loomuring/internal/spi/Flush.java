package io.github.loomuring.internal.spi;

/** What of a file is to be on its device before an operation returns. */
public enum Flush {
  NONE,
  /** The data, and what is needed to read it: fdatasync(2). */
  DATA,
  /** All of it, times included: fsync(2). */
  FULL
}
