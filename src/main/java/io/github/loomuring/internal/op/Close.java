package io.github.loomuring.internal.op;

import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;

/** The close of a file: {@code close(2)}, when no operation uses the descriptor any more. */
final class Close {
  private Close() {}

  /**
   * Refuses new operations, cancels those that run, and waits for their end; or, if another thread
   * closes the file, until it has.
   *
   * @return whether the calling thread closes the file, and must go on with {@link #descriptor}
   */
  static boolean begin(Handle handle) {
    FileReferences references = handle.references;
    if (!references.beginClose()) {
      references.awaitClosed();
      return false;
    }
    // From here on nothing may end the close before the descriptor is closed.
    if (!references.areUnused()) {
      handle.context.slots.cancelAll(handle, Causes.FILE_CLOSED);
      references.awaitUnused();
    }
    return true;
  }

  /** Closes the descriptor, after {@link #begin}. */
  static void descriptor(Handle handle) throws IOException {
    try {
      assert !handle.references.areOpen() : handle;
      awaitRelease(handle);
    } finally {
      closeDescriptor(handle);
    }
  }

  /**
   * Waits until no request of the kernel holds a FIFO open any more. Such a request would be a
   * reader that the next writer finds, and nobody would read what that one writes.
   */
  private static void awaitRelease(Handle handle) {
    if (handle.kind.fifo()) {
      handle.context.ring.awaitRelease(handle.context.closeErrno);
    }
  }

  private static void closeDescriptor(Handle handle) throws IOException {
    int permit = Permits.NONE;
    long nanos = 0;
    try {
      permit = Placement.permitToClose(handle);
      Descriptor.close(
          handle.context, handle.fd, handle.kind.lockKey(), permit != Permits.NONE, handle.path);
    } finally {
      try {
        if (permit != Permits.NONE) {
          nanos = handle.device.permits.leave(permit);
        }
      } finally {
        handle.references.closed();
      }
    }
    if (nanos > 0) {
      Turns.count(CallerWork.bytesOf(nanos)); // last: it may wait
    }
  }
}
