package io.github.loomuring.internal.spi;

/** Which part of a file an operation flushes to the device before it returns. */
public enum Flush {
  NONE,
  /** The data, and the metadata needed to read it: fdatasync(2). */
  DATA,
  /** The data and all metadata, times included: fsync(2). */
  FULL
}
