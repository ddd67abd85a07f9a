package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Kernel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * Writes SQEs and enters the kernel to submit them. Any thread may call the methods for callers.
 *
 * <p>Threads that enter the kernel at once exclude each other there by spinning. So only one thread
 * at a time submits, for all. A thread that finds another one submitting leaves its SQE to that
 * thread, which looks at the queue again when it comes out of the kernel. In the kernel, a request
 * belongs to the thread that submitted it.
 *
 * <p>With IORING_SETUP_SQPOLL a kernel thread consumes every SQE, and no other thread ever submits.
 * A thread that finds the kernel's thread asleep wakes it.
 */
final class Submission {
  private static final VarHandle SUBMITTING;

  static {
    try {
      SUBMITTING =
          MethodHandles.lookup().findVarHandle(Submission.class, "submitting", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Entries for SQEs of other threads, before one of those threads may take over. */
  private static final int ROUNDS_MAX = 8;

  private static final int ATTEMPTS_BEFORE_PAUSE = 10;
  private static final int PAUSE_DOUBLINGS_MAX = 8;

  /** The pause between two attempts at an entry that the kernel refused for now. */
  static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Kernel kernel;
  private final RingMemory memory;
  private final SubmissionQueue queue;
  private final RingFailure failure;
  private final ReaperStandby standby;
  private final boolean sqThread;

  /** Whether a thread is the submitter: it is in the kernel, and looks again when it comes out. */
  private volatile boolean submitting;

  Submission(Kernel kernel, RingMemory memory, RingFailure failure, ReaperStandby standby) {
    this.kernel = kernel;
    this.memory = memory;
    this.queue = new SubmissionQueue(memory);
    this.failure = failure;
    this.standby = standby;
    this.sqThread = memory.hasSqThread();
  }

  // ---- callers

  /** Submits {@code request}. */
  void push(Request request, MemorySegment errno) throws IOException {
    flush((int) offer(request, errno), errno);
  }

  /** Writes the SQE of {@code request}. Returns its position, for {@link #flush}. */
  long offer(Request request, MemorySegment errno) throws IOException {
    long position = queue.offer(request);
    for (int attempt = 0; position == SubmissionQueue.FULL; attempt++) {
      makeRoom(errno, attempt);
      position = queue.offer(request);
    }
    return position;
  }

  /** Submits one of the ring's own requests. */
  void push(byte opcode, long addr, long userData, MemorySegment errno) throws IOException {
    long position = queue.offer(opcode, addr, userData);
    for (int attempt = 0; position == SubmissionQueue.FULL; attempt++) {
      makeRoom(errno, attempt);
      position = queue.offer(opcode, addr, userData);
    }
    flush((int) position, errno);
  }

  /** Makes the kernel consume SQEs, through this thread or through the submitter. */
  private void makeRoom(MemorySegment errno, int attempt) throws IOException {
    flush(queue.last(), errno);
    if (attempt > 0) {
      pause(attempt, PAUSE_DOUBLINGS_MAX);
    }
  }

  /** Makes the kernel consume the SQE at {@code position}, now or when the submitter comes out. */
  void flush(int position, MemorySegment errno) throws IOException {
    if (sqThread) {
      wakeSqThread(errno);
      return;
    }
    // The submitter looks at the queue again after it has stopped being the submitter. A thread
    // that finds a submitter has written to the queue before. With a full fence on each side, one
    // of the two sees the other.
    int last = position;
    int failures = 0;
    do {
      VarHandle.fullFence();
      if (!tryBecomeSubmitter()) {
        return;
      }
      boolean consumed = true;
      try {
        for (int round = 0; round < ROUNDS_MAX && consumed && queue.pending() > 0; round++) {
          consumed = enter(last, errno);
          last = queue.last();
        }
      } finally {
        resignAsSubmitter();
      }
      if (!consumed) {
        // The SQE is not lost: it stays in the ring, and a later entry submits it.
        // EAGAIN, ENOMEM: no memory now. EBUSY: the reaper has to make room first.
        standby.recall();
        pause(failures++, 0); // while not the submitter: a thread that runs may take over
      }
      VarHandle.fullFence();
      last = queue.last();
    } while (!queue.isConsumed(last));
  }

  /** Wakes the kernel's submission thread if it sleeps. */
  private void wakeSqThread(MemorySegment errno) throws IOException {
    // That thread sets the flag first, and then looks at the queue once more before it sleeps. With
    // a full fence here, one of the two sees the other.
    VarHandle.fullFence();
    for (int failures = 0; ; failures++) {
      failure.check();
      if (!queue.isWakeUpNeeded()) {
        return;
      }
      int result = kernel.ioUringEnter(errno, memory.fd, 0, 0, IORING_ENTER_SQ_WAKEUP);
      check(result);
      if (result >= 0) {
        return;
      }
      pause(failures, 0);
    }
  }

  private void check(int result) throws IOException {
    if (EnterResult.isFatal(result)) {
      EnterResult.FatalException fatal = new EnterResult.FatalException(result);
      failure.set(fatal);
      throw new IOException("the ring has failed", fatal);
    }
  }

  /** Enters once. Returns whether the SQE at {@code position} has been consumed. */
  private boolean enter(int position, MemorySegment errno) throws IOException {
    failure.check();
    check(kernel.ioUringEnter(errno, memory.fd, queue.pending(), 0, 0));
    return queue.isConsumed(position);
  }

  /**
   * Waits before the next attempt. A thread that waits for another thread waits longer each time,
   * so that the other one gets a carrier even if the scheduler prefers threads that yield.
   */
  private static void pause(int attempt, int doublingsMax) {
    if (attempt < ATTEMPTS_BEFORE_PAUSE) {
      Pauses.yieldNow();
      return;
    }
    int doublings = Math.min(attempt - ATTEMPTS_BEFORE_PAUSE, doublingsMax);
    boolean interrupted = Thread.interrupted(); // parking with the status set returns at once
    if (interrupted) {
      Pauses.parkNanos(1); // consumes the permit that came with the interrupt
    }
    Pauses.parkNanos(PAUSE_NANOS << doublings);
    if (interrupted) {
      Thread.currentThread().interrupt(); // for the wait that follows
    }
  }

  // ---- the reaper

  /**
   * Makes the calling thread the submitter, unless there is one. {@link #resignAsSubmitter} must
   * follow.
   */
  boolean tryBecomeSubmitter() {
    return SUBMITTING.compareAndSet(this, false, true);
  }

  void resignAsSubmitter() {
    assert submitting : "no thread is the submitter";
    submitting = false;
  }

  /** Whether there is a submitter, which will also submit SQEs that were written before. */
  private boolean hasSubmitter() {
    VarHandle.fullFence(); // as in flush
    return submitting;
  }

  /** Writes the SQE of {@code request}; a later entry of the reaper or a caller submits it. */
  void offerFromReaper(Request request, MemorySegment errno) {
    for (int failures = 0; queue.offer(request) == SubmissionQueue.FULL; ) {
      int result =
          sqThread
              ? enterFromReaper(errno, 0, 0, IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT)
              : enterFromReaper(errno, queue.pending(), 0, 0);
      if (result < 0) {
        pause(failures++, 0);
      }
    }
  }

  /**
   * Submits the SQEs in the queue, unless another thread is the submitter, and waits for
   * completions.
   *
   * @param takeOver whether to submit even if another thread is the submitter
   */
  int enterAndWait(MemorySegment errno, boolean takeOver, int minComplete) {
    if (sqThread) {
      VarHandle.fullFence(); // as in wakeSqThread
      int wakeUp = queue.isWakeUpNeeded() ? IORING_ENTER_SQ_WAKEUP : 0;
      return enterFromReaper(errno, 0, minComplete, IORING_ENTER_GETEVENTS | wakeUp);
    }
    int toSubmit = hasSubmitter() && !takeOver ? 0 : queue.pending();
    return enterFromReaper(errno, toSubmit, minComplete, IORING_ENTER_GETEVENTS);
  }

  /**
   * Enters, even if another thread is the submitter.
   *
   * @return the result, or the negated errno of a passing error
   */
  int enterFromReaper(MemorySegment errno, int toSubmit, int minComplete, int flags) {
    int result = kernel.ioUringEnter(errno, memory.fd, toSubmit, minComplete, flags);
    if (EnterResult.isFatal(result)) {
      throw new EnterResult.FatalException(result);
    }
    return result;
  }

  /** The number of SQEs that the kernel has not consumed yet. */
  int pending() {
    return queue.pending();
  }

  /** The position of the SQE that was written last. */
  int last() {
    return queue.last();
  }

  /** Whether the kernel has consumed the SQE at {@code position}. */
  boolean isConsumed(int position) {
    return queue.isConsumed(position);
  }

  /** Whether the kernel keeps completions that did not fit the completion queue. */
  boolean isOverflown() {
    return queue.isOverflown();
  }
}
