package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The ring's one thread of its own. It waits in the kernel and drains the completion queue, and
 * submits what may last for ever.
 *
 * <p>It ends when the ring is closed and every request has ended, and then unmaps the ring.
 */
final class Reaper {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final long CLOSING_PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

  /** user_data of the request that wakes the reaper where it waits. */
  static final long USER_DATA_WAKE = -2L;

  private final Ring ring;
  private final RingMemory memory;
  private final Submission submission;
  private final Poller poller;
  private final Completions completions;
  private final Thread thread;
  private final RequestQueue lasting = new RequestQueue();
  private final MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
  private final AtomicLong overflows = new AtomicLong();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** A wake-up is on its way: the completion queue has room for one. */
  private final AtomicBoolean waking = new AtomicBoolean();

  /** Has the JVM's exit not wait for it, see {@link #stayInJava}. */
  private final Thread exitHook = new Thread(null, new ExitHook(), "loom-uring-exit", 0, false);

  /** The JVM is exiting. */
  private volatile boolean exiting;

  private volatile boolean closing;
  private volatile boolean mayEnd;

  /** Used by the reaper. */
  private long closingPauseNanos = Submission.PAUSE_NANOS;

  /** It does not wait in the kernel, but until it is called back. */
  private volatile boolean aside;

  Reaper(
      Ring ring, RingMemory memory, Submission submission, Poller poller, Completions completions) {
    this.ring = ring;
    this.memory = memory;
    this.submission = submission;
    this.poller = poller;
    this.completions = completions;
    this.thread =
        DaemonThreads.unstarted("loom-uring-reaper-" + NUMBERS.incrementAndGet(), this::run);
  }

  void start() {
    try {
      Runtime.getRuntime().addShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // This is the first use, in a hook.
    }
    try {
      thread.start(); // last: from now on the ring's memory is the reaper's to free
    } catch (Throwable t) {
      removeExitHook();
      throw t;
    }
  }

  // ---- what others ask of it

  /** Its scratch, for what is done before it starts, or by it. */
  MemorySegment errno() {
    return errno;
  }

  /** Whether it leaves the completion queue to the poller. */
  boolean isAside() {
    return aside;
  }

  /** Has it wait in the kernel again, if it stands aside. */
  void recall() {
    if (aside) {
      aside = false;
      LockSupport.unpark(thread);
    }
  }

  /**
   * Leaves the submission of {@code request} to it.
   *
   * @param callerErrno the calling thread's scratch; null if that is the reaper
   */
  void submit(Request request, MemorySegment callerErrno) throws IOException {
    lasting.add(request);
    if (callerErrno != null) {
      wake(callerErrno);
    }
  }

  /** A caller may have taken a wake-up out of the completion queue, before the reaper saw it. */
  void drainedByCaller(MemorySegment callerErrno) throws IOException {
    if (closing || !lasting.isEmpty()) {
      wake(callerErrno);
    }
  }

  /** A wake-up was taken out of the completion queue. */
  void woken() {
    waking.set(false);
  }

  /** Has it look at what there is to do, wherever it is. */
  private void wake(MemorySegment callerErrno) throws IOException {
    if (waking.compareAndSet(false, true)) {
      submission.push(IORING_OP_NOP, 0, USER_DATA_WAKE, callerErrno);
    }
    recall();
  }

  private final class ExitHook implements Runnable {
    @Override
    public void run() {
      stayInJava();
    }
  }

  /**
   * Has it wait in Java, and no longer in the kernel, whenever nothing is in flight.
   *
   * <p>A JVM that exits waits 300 ms for threads that are outside Java. Hooks may still use files,
   * so the ring goes on; callers call the reaper back.
   */
  synchronized void stayInJava() {
    if (closing) {
      return; // it may have ended, and the ring's memory with it
    }
    exiting = true;
    try {
      wake(Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8));
    } catch (IOException e) {
      // The ring has failed, and the reaper ended.
    }
  }

  /** Has it end as soon as no request is left. */
  synchronized void close(MemorySegment callerErrno) throws IOException {
    closing = true;
    try {
      wake(callerErrno);
    } finally {
      mayEnd = true; // last: it unmaps the ring, which the wake-up has been written to
      recall();
    }
  }

  /** Waits until it has ended; false if the time was up. An interrupt is kept for later. */
  boolean awaitEnd(long timeoutNanos) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + timeoutNanos;
    try {
      for (; ; ) {
        try {
          return ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true; // a close is not given up half way
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

  // ---- what it does

  private void run() {
    try {
      while (!(mayEnd && completions.isIdle())) {
        lookAfterAll();
      }
      memory.close(errno);
    } catch (Throwable t) {
      ring.fail(t);
    } finally {
      removeExitHook();
      ended.countDown();
    }
  }

  /** One round. Only an entry that the kernel refuses for good ends the reaper. */
  private void lookAfterAll() {
    try {
      submitLasting();
      boolean wait = !closing && lasting.isEmpty() && !(exiting && isIdle());
      // The thread inside takes along what the reaper wrote; not for long, when the ring closes.
      int result = submission.enterAndWait(errno, closing, wait ? 1 : 0);
      if (submission.isOverflown()) {
        overflows.incrementAndGet(); // the next entry, with GETEVENTS, brings them
      }
      int drained = ring.drain();
      if (drained > 0) {
        closingPauseNanos = Submission.PAUSE_NANOS;
      } else if (closing) {
        // Requests end at the latest when their callers, which are running, let them go.
        LockSupport.parkNanos(this, closingPauseNanos);
        closingPauseNanos = Math.min(2 * closingPauseNanos, CLOSING_PAUSE_NANOS_MAX);
      } else if (!lasting.isEmpty()) {
        Thread.yield(); // until whoever is inside comes out
      } else if (result < 0) {
        pauseUnlessInterrupted(result);
      } else if (poller.isBusy() || exiting) {
        standAside();
      }
    } catch (OutOfMemoryError e) {
      LockSupport.parkNanos(this, Submission.PAUSE_NANOS); // nothing is lost: it looks again
    }
  }

  /** Before the next attempt; a signal, of a profiler for example, must not slow the reaper. */
  private void pauseUnlessInterrupted(int result) {
    if (!Errno.EINTR.is(result)) {
      LockSupport.parkNanos(this, Submission.PAUSE_NANOS);
    }
  }

  /**
   * Submits the requests that may last for ever, with no other thread inside, so that none takes
   * them along.
   *
   * <p>A thread that exits waits, in the kernel, for what its workers run: for ever, if that is the
   * open of a FIFO that has no other side. Nothing reaches that open any more, not even a cancel,
   * and completions of the other requests that the thread took along wait too. The reaper does not
   * exit before every request has ended.
   */
  private void submitLasting() {
    if (lasting.isEmpty() || !submission.tryBegin()) {
      return;
    }
    try {
      for (Request next = lasting.poll(); next != null; next = lasting.poll()) {
        submission.offerFromReaper(next, errno);
      }
      int last = submission.last();
      while (!submission.isConsumed(last)) {
        int pending = submission.pending();
        int result = submission.enterFromReaper(errno, pending, 0, IORING_ENTER_GETEVENTS);
        if (ring.drain() == 0 && result < 0) {
          pauseUnlessInterrupted(result);
        }
      }
    } finally {
      submission.end(); // what others wrote meanwhile goes with the next entry of the reaper
    }
  }

  private boolean isIdle() {
    return ring.room().inside() == 0;
  }

  private void removeExitHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The JVM is exiting.
    }
  }

  /**
   * Leaves the completion queue to the poller, if its request is the only one, or waits in Java if
   * there is none.
   */
  private void standAside() {
    if (!mayStandAside()) {
      return;
    }
    // Volatile: who goes from the poller, closes, parks, or leaves a request to the reaper, sees
    // it, or has done so before the next look.
    aside = true;
    if (!mayStandAside()) {
      aside = false;
    }
    while (aside) {
      LockSupport.park(this);
    }
  }

  private boolean mayStandAside() {
    return !closing
        && lasting.isEmpty()
        && submission.pending() == 0
        && (poller.isBusy() ? ring.room().inside() <= 1 : exiting && isIdle());
  }
}
