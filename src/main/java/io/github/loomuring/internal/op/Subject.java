package io.github.loomuring.internal.op;

import java.nio.channels.AsynchronousCloseException;

/** Something that can be closed while operations work on it, which are then cancelled. */
interface Subject {
  /** Throws if it is being closed, for a caller whose operation began before that. */
  void checkStillOpen() throws AsynchronousCloseException;
}
