package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes requests and state changes from other threads to the reaper: requests to submit, the close
 * of the ring, the exit of the JVM.
 *
 * <p>Every change wakes the reaper where it waits: in the kernel by the completion of a NOP, on
 * standby by a recall. Any thread may call the methods; the reaper reads the state.
 */
final class ReaperControl {
  /** user_data of the NOP that wakes the reaper in the kernel. */
  static final long USER_DATA_WAKE = -2L;

  private final Submission submission;
  private final ReaperStandby standby;
  private final RequestQueue lasting = new RequestQueue();

  /** A NOP is in flight: the completion queue has room for one. */
  private final AtomicBoolean waking = new AtomicBoolean();

  /**
   * Held while the ring's memory must not be unmapped. No monitor: a thread that waits for it may
   * be virtual.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile boolean exiting; // written under lock
  private volatile boolean closing; // written under lock
  private volatile boolean mayEnd; // written under lock, after closing

  ReaperControl(Submission submission, ReaperStandby standby) {
    this.submission = submission;
    this.standby = standby;
  }

  // ---- other threads

  /**
   * Leaves the submission of {@code request} to the reaper.
   *
   * @param callerErrno the calling thread's scratch; null if that is the reaper
   */
  void submit(Request request, MemorySegment callerErrno) throws IOException {
    lasting.add(request);
    if (callerErrno != null) {
      wake(callerErrno);
    }
  }

  /**
   * Must be called by a caller that has drained the completion queue: it may have taken the NOP's
   * completion before the reaper saw it.
   */
  void drainedByCaller(MemorySegment callerErrno) throws IOException {
    if (closing || !lasting.isEmpty()) {
      wake(callerErrno);
    }
  }

  /** The NOP's completion was taken out of the completion queue. */
  void woken() {
    waking.set(false);
  }

  /** Makes the reaper look at its work, wherever it waits. */
  private void wake(MemorySegment callerErrno) throws IOException {
    if (waking.compareAndSet(false, true)) {
      submission.push(IORING_OP_NOP, 0, USER_DATA_WAKE, callerErrno);
    }
    standby.recall();
  }

  /**
   * Makes the reaper wait in Java, and no longer in the kernel, whenever no request is in flight.
   *
   * <p>A JVM that exits waits 300 ms for threads that are outside Java. Shutdown hooks may still
   * use files, so the ring goes on; callers recall the reaper.
   */
  void stayInJava() {
    Pauses.lock(lock);
    try {
      if (closing) {
        return; // the reaper may have ended and unmapped the ring
      }
      exiting = true;
      wake(Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8));
    } catch (IOException e) {
      // The ring has failed, and the reaper has ended.
    } finally {
      lock.unlock();
    }
  }

  /** Makes the reaper end as soon as no request is left. Called once. */
  void close(MemorySegment callerErrno) throws IOException {
    Pauses.lock(lock);
    try {
      assert !closing : "the ring is closed once";
      closing = true;
      try {
        wake(callerErrno);
      } finally {
        mayEnd = true; // last: the reaper unmaps the ring, which the wake-up is written to
        standby.recall();
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- the reaper

  /** Whether the ring is closing; requests may still be in flight. */
  boolean isClosing() {
    return closing;
  }

  /** Whether the reaper may end once no request is left. */
  boolean mayEnd() {
    return mayEnd;
  }

  /** Whether the JVM is exiting. */
  boolean isExiting() {
    return exiting;
  }

  /** Whether requests wait for the reaper to submit them. */
  boolean hasRequests() {
    return !lasting.isEmpty();
  }

  /** Takes a request that the reaper is to submit, or returns null. */
  Request pollRequest() {
    return lasting.poll();
  }
}
