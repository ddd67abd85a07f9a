package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The ring's own thread, one daemon platform thread. It waits in the kernel, drains the completion
 * queue, and submits the requests that may last for ever.
 *
 * <p>It ends when the ring is closed and every request has ended, and then unmaps the ring.
 */
final class Reaper {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final long CLOSING_PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

  private final RingMemory memory;
  private final Submission submission;
  private final CompletionDispatcher dispatcher;
  private final Completions completions;
  private final ReaperControl control;
  private final ReaperStandby standby;
  private final RingFailure failure;
  private final Poller poller;
  private final Gate room;
  private final Thread thread;
  private final MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
  private final AtomicLong overflows = new AtomicLong();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Keeps the JVM's exit from waiting for the reaper, see {@link ReaperControl#stayInJava}. */
  private final Thread exitHook = new Thread(null, new ExitHook(), "loom-uring-exit", 0, false);

  private final BooleanSupplier mayStandBy = this::mayStandBy; // one: a loop allocates nothing

  /** Used by the reaper. */
  private long closingPauseNanos = Submission.PAUSE_NANOS;

  Reaper(
      RingMemory memory,
      Submission submission,
      CompletionDispatcher dispatcher,
      Completions completions,
      ReaperControl control,
      ReaperStandby standby,
      RingFailure failure,
      Poller poller,
      Gate room) {
    this.memory = memory;
    this.submission = submission;
    this.dispatcher = dispatcher;
    this.completions = completions;
    this.control = control;
    this.standby = standby;
    this.failure = failure;
    this.poller = poller;
    this.room = room;
    this.thread =
        DaemonThreads.unstarted("loom-uring-reaper-" + NUMBERS.incrementAndGet(), this::run);
  }

  void start() {
    try {
      Runtime.getRuntime().addShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The JVM is exiting: a shutdown hook is the first to use the library.
    }
    try {
      thread.start(); // last: from now on the reaper unmaps the ring's memory
    } catch (Throwable t) {
      removeExitHook();
      throw t;
    }
  }

  // ---- other threads

  /** The reaper's scratch, for calls before it starts, and for its own. */
  MemorySegment errno() {
    return errno;
  }

  /** Waits until the reaper has ended; false if the time was up. An interrupt is kept for later. */
  boolean awaitEnd(long timeoutNanos) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + timeoutNanos;
    try {
      for (; ; ) {
        try {
          return ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true; // a close is not abandoned half way
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How often the kernel had to keep completions that did not fit the completion queue. */
  long overflows() {
    return overflows.get();
  }

  private final class ExitHook implements Runnable {
    @Override
    public void run() {
      control.stayInJava();
    }
  }

  private void removeExitHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The JVM is exiting.
    }
  }

  // ---- the reaper

  private void run() {
    try {
      while (!(control.mayEnd() && completions.isIdle())) {
        runOnce();
      }
      assert failure.isSet() || isIdle() : "requests are in flight: " + room;
      memory.close(errno);
    } catch (Throwable t) {
      failure.set(t);
    } finally {
      removeExitHook();
      ended.countDown();
    }
  }

  /** Runs one round: submit, wait, drain. Only a fatal error of an entry ends the reaper. */
  private void runOnce() {
    try {
      submitRequests();
      boolean wait =
          !control.isClosing() && !control.hasRequests() && !(control.isExiting() && isIdle());
      // Another submitter also submits what the reaper wrote. A closing ring does not wait for it.
      int result = submission.enterAndWait(errno, control.isClosing(), wait ? 1 : 0);
      if (submission.isOverflown()) {
        overflows.incrementAndGet(); // the next entry, with GETEVENTS, brings them
      }
      pauseAfter(result, dispatcher.drain());
    } catch (OutOfMemoryError e) {
      LockSupport.parkNanos(
          this, Submission.PAUSE_NANOS); // nothing is lost: the next round goes on
    }
  }

  private void pauseAfter(int result, int drained) {
    if (drained > 0) {
      closingPauseNanos = Submission.PAUSE_NANOS;
    } else if (control.isClosing()) {
      // The last requests end when their callers, which are running, release them.
      LockSupport.parkNanos(this, closingPauseNanos);
      closingPauseNanos = Math.min(2 * closingPauseNanos, CLOSING_PAUSE_NANOS_MAX);
    } else if (control.hasRequests()) {
      Thread.yield(); // until the submitter comes out of the kernel
    } else if (result < 0) {
      pauseUnlessInterrupted(result);
    } else if (poller.isBusy() || control.isExiting()) {
      standby.await(mayStandBy);
    }
  }

  /** Pauses before the next attempt. A signal, for example of a profiler, must not cost a pause. */
  private void pauseUnlessInterrupted(int result) {
    if (!Errno.EINTR.is(result)) {
      LockSupport.parkNanos(this, Submission.PAUSE_NANOS);
    }
  }

  /**
   * Submits the requests that may last for ever, as the submitter, so that no other thread submits
   * them.
   *
   * <p>A thread that exits waits, in the kernel, for what its workers run. That is for ever if it
   * is the open of a FIFO that has no other side: nothing reaches that open any more, not even a
   * cancel, and completions of other requests that the thread submitted wait too. The reaper does
   * not exit before every request has ended.
   */
  private void submitRequests() {
    if (!control.hasRequests() || !submission.tryBecomeSubmitter()) {
      return;
    }
    try {
      for (Request next = control.pollRequest(); next != null; next = control.pollRequest()) {
        submission.offerFromReaper(next, errno);
      }
      int last = submission.last();
      while (!submission.isConsumed(last)) {
        int pending = submission.pending();
        int result = submission.enterFromReaper(errno, pending, 0, IORING_ENTER_GETEVENTS);
        if (dispatcher.drain() == 0 && result < 0) {
          pauseUnlessInterrupted(result);
        }
      }
    } finally {
      submission.resignAsSubmitter(); // the reaper's next entry submits what others wrote meanwhile
    }
  }

  private boolean isIdle() {
    return room.inside() == 0;
  }

  /**
   * Whether the reaper may wait in Java: the request of the poller is the only one, so that the
   * poller takes its completion; or the JVM is exiting and no request is in flight.
   */
  private boolean mayStandBy() {
    return !control.isClosing()
        && !control.hasRequests()
        && submission.pending() == 0
        && (poller.isBusy() ? room.inside() <= 1 : control.isExiting() && isIdle());
  }
}
