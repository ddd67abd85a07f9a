package io.github.loomuring.internal.op;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The wait of an open of a FIFO for its reader, without an open that blocks: where the ring cannot
 * cancel one, it would later be a writer that nobody has.
 *
 * <p>It opens the FIFO again and again. A reader that comes and goes between two attempts is
 * missed.
 */
final class FifoReader {
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long PAUSE_NANOS_MAX = 16_000_000;

  /** An open that does not block. */
  interface Attempt {
    /** The descriptor, or a negated errno: ENXIO if the FIFO has no reader. */
    int open() throws IOException;
  }

  private FifoReader() {}

  /** The result of the first attempt that finds a reader, or fails for another reason. */
  static int await(Path path, Attempt attempt) throws IOException {
    int result = Errno.ENXIO.negated();
    for (long pause = PAUSE_NANOS; Errno.ENXIO.is(result); ) {
      if (Interrupts.pending() || Deadlines.isOver()) {
        throw Causes.exceptionOfAbandoned(path + ": open");
      }
      boolean interrupted = Thread.interrupted(); // an ignored one; parking would return at once
      try {
        Pauses.parkNanos(Math.min(pause, Deadlines.leftNanos()));
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
      pause = Math.min(2 * pause, PAUSE_NANOS_MAX);
      result = attempt.open();
    }
    return result;
  }
}
