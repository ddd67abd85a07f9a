package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The wait of an open of a FIFO for its writer, without an open that blocks: where the ring cannot
 * cancel one, it would later read what is meant for another reader.
 *
 * <p>A poll ends with the first bytes, or when a writer has come and gone. No call waits for a
 * writer that writes nothing: this one looks for it, less and less often.
 */
final class FifoWriter {
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long PAUSE_NANOS_MAX = 128_000_000;

  private final Context context;
  private final Path path;
  private final int fd;
  private final Operation poll;
  private int pipeIn = -1;
  private int pipeOut = -1;

  /**
   * Makes the wait.
   *
   * @param fd reads the FIFO and does not block
   * @param poll a slot, which the wait gives back
   */
  FifoWriter(Context context, Path path, int fd, Operation poll) {
    this.context = context;
    this.path = path;
    this.fd = fd;
    this.poll = poll;
  }

  /** Returns the descriptor when the FIFO has had a writer; closes it if that does not come. */
  int await() throws IOException {
    try {
      try {
        makePipe();
        Sqe.prepPollAdd(poll, fd, POLLIN, context.gates.streamReads);
        awaitPoll();
      } finally {
        closePipe();
        poll.end();
        context.slots.release(poll);
      }
      return fd;
    } catch (Throwable t) {
      Descriptor.closeQuietly(context, fd);
      throw t;
    }
  }

  private void awaitPoll() throws IOException {
    boolean interrupted = false;
    boolean begun = false;
    try {
      context.requests.begin(poll, null);
      begun = true;
      long pause = PAUSE_NANOS;
      while (!poll.isCompleted() && poll.isReusable() && !hasWriter()) {
        if (Interrupts.pending() || Deadlines.isOver() || context.slots.isClosed()) {
          throw Causes.exceptionOfAbandoned(path + ": open");
        }
        interrupted |= Thread.interrupted(); // parking with the status set returns at once
        if (poll.state.setWaiting()) {
          Pauses.parkNanos(Math.min(pause, Deadlines.leftNanos()));
          pause = Math.min(2 * pause, PAUSE_NANOS_MAX);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (begun) {
        poll.state.addCause(Causes.SUPERSEDED);
        context.requests.await(poll);
      }
    }
    int result = poll.result();
    if (result < 0 && !Errno.isCancelled(result)) {
      throw Errno.exception(result, path.toString(), "open");
    }
  }

  /**
   * Makes a pipe for {@link #hasWriter}. If there is no descriptor for one, only the poll tells.
   */
  private void makePipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fds = arena.allocate(2L * Integer.BYTES, Integer.BYTES);
      if (context.kernel.pipe2(poll.errno, fds.address(), O_CLOEXEC | O_NONBLOCK) == 0) {
        pipeOut = fds.get(JAVA_INT, 0);
        pipeIn = fds.get(JAVA_INT, Integer.BYTES);
      }
    }
  }

  /**
   * Whether there is a writer now. {@code tee(2)} takes nothing out of the FIFO, and says EAGAIN if
   * there is a writer, and zero if there is none.
   */
  private boolean hasWriter() {
    if (pipeIn < 0) {
      return false;
    }
    long result = context.kernel.tee(poll.errno, fd, pipeIn, 1, SPLICE_F_NONBLOCK);
    return result > 0 || Errno.EAGAIN.is(result);
  }

  private void closePipe() {
    if (pipeIn >= 0) {
      context.kernel.close(poll.errno, pipeIn);
      context.kernel.close(poll.errno, pipeOut);
    }
  }
}
