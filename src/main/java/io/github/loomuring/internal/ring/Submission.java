package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * How SQEs get into the kernel: any thread writes its own, one at a time enters for all.
 *
 * <p>Entries exclude each other in the kernel, which spins meanwhile. So whoever finds another
 * thread inside leaves its SQE to that one, which looks again when it comes out. In the kernel, a
 * request belongs to the thread that took it along.
 *
 * <p>With IORING_SETUP_SQPOLL a thread of the kernel takes every SQE, and nobody is ever inside;
 * whoever finds that thread asleep wakes it.
 */
final class Submission {
  private static final VarHandle INSIDE;

  static {
    try {
      INSIDE = MethodHandles.lookup().findVarHandle(Submission.class, "inside", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Entries for what others left, before one of them may take over. */
  private static final int ROUNDS_MAX = 8;

  private static final int ATTEMPTS_BEFORE_PAUSE = 10;
  private static final int PAUSE_DOUBLINGS_MAX = 8;

  /** Between attempts at what the kernel cannot do now. */
  static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Ring ring;
  private final Kernel kernel;
  private final RingMemory memory;
  private final SubmissionQueue queue;
  private final boolean sqThread;

  /** Whether one thread is in the kernel, submitting, and looks again when it comes out. */
  private volatile boolean inside;

  Submission(Ring ring, Kernel kernel, RingMemory memory) {
    this.ring = ring;
    this.kernel = kernel;
    this.memory = memory;
    this.queue = new SubmissionQueue(memory);
    this.sqThread = memory.hasSqThread();
  }

  // ---- callers

  /** Submits {@code request}. */
  void push(Request request, MemorySegment errno) throws IOException {
    flush((int) offer(request, errno), errno);
  }

  /** Writes the SQE of {@code request}, whose position {@link #flush} is to be told. */
  long offer(Request request, MemorySegment errno) throws IOException {
    long position = queue.offer(request);
    for (int attempt = 0; position == SubmissionQueue.FULL; attempt++) {
      makeRoom(errno, attempt);
      position = queue.offer(request);
    }
    return position;
  }

  /** Submits a request of the ring's own. */
  void push(byte opcode, long addr, long userData, MemorySegment errno) throws IOException {
    long position = queue.offer(opcode, addr, userData);
    for (int attempt = 0; position == SubmissionQueue.FULL; attempt++) {
      makeRoom(errno, attempt);
      position = queue.offer(opcode, addr, userData);
    }
    flush((int) position, errno);
  }

  /** Has the kernel take SQEs, by this thread or by the one that is inside. */
  private void makeRoom(MemorySegment errno, int attempt) throws IOException {
    flush(queue.last(), errno);
    if (attempt > 0) {
      pause(attempt, PAUSE_DOUBLINGS_MAX);
    }
  }

  /** Has the kernel take the SQE at {@code position}, now or when another thread comes out. */
  void flush(int position, MemorySegment errno) throws IOException {
    if (sqThread) {
      wakeSqThread(errno);
      return;
    }
    // Whoever comes out looks at the queue again, and whoever finds another one inside has written
    // to the queue before: so one of the two sees the other, for which each needs a full fence.
    int last = position;
    int failures = 0;
    do {
      VarHandle.fullFence();
      if (!tryBegin()) {
        return;
      }
      boolean taken = true;
      try {
        for (int round = 0; round < ROUNDS_MAX && taken && queue.pending() > 0; round++) {
          taken = enter(last, errno);
          last = queue.last();
        }
      } finally {
        end();
      }
      if (!taken) {
        // An error never gives an SQE up: it is in the ring, and a later entry submits it.
        // EAGAIN, ENOMEM: no memory now. EBUSY: the reaper has to make room first.
        ring.recallReaper();
        pause(failures++, 0); // outside: another thread, which may be running, may take over
      }
      VarHandle.fullFence();
      last = queue.last();
    } while (!queue.isConsumed(last));
  }

  /** Has the kernel's thread look at the queue, if it does not anyway. */
  private void wakeSqThread(MemorySegment errno) throws IOException {
    // That thread says that it sleeps, and then looks once more: so one sees the other.
    VarHandle.fullFence();
    for (int failures = 0; ; failures++) {
      ring.checkNotFailed();
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
    if (isFatal(result)) {
      FatalException fatal = new FatalException(result);
      ring.fail(fatal);
      throw new IOException("the ring has failed", fatal);
    }
  }

  /** Enters once; whether the SQE at {@code position} has been taken. */
  private boolean enter(int position, MemorySegment errno) throws IOException {
    ring.checkNotFailed();
    check(kernel.ioUringEnter(errno, memory.fd, queue.pending(), 0, 0));
    return queue.isConsumed(position);
  }

  /**
   * Before the next attempt. Who waits for another thread waits longer and longer, so that that one
   * gets a carrier, even if the scheduler prefers those that come again and again.
   */
  private static void pause(int attempt, int doublingsMax) {
    if (attempt < ATTEMPTS_BEFORE_PAUSE) {
      Pauses.yieldNow();
      return;
    }
    int doublings = Math.min(attempt - ATTEMPTS_BEFORE_PAUSE, doublingsMax);
    boolean interrupted = Thread.interrupted(); // parking with it set returns at once
    if (interrupted) {
      Pauses.parkNanos(1); // takes the permit that came with it
    }
    Pauses.parkNanos(PAUSE_NANOS << doublings);
    if (interrupted) {
      Thread.currentThread().interrupt(); // for the wait that follows
    }
  }

  // ---- the reaper

  /** Makes the calling thread the one inside, unless another one is; {@link #end} must follow. */
  boolean tryBegin() {
    return INSIDE.compareAndSet(this, false, true);
  }

  void end() {
    inside = false;
  }

  /** Whether a thread is inside, so that what is written now is taken along. */
  private boolean isBegun() {
    VarHandle.fullFence(); // as in flush
    return inside;
  }

  /** Writes the SQE of {@code request} for a later entry; the one inside may take it along. */
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
   * Submits what is written, unless another thread is doing it, and waits for completions.
   *
   * @param takeOver whether to submit in any case
   */
  int enterAndWait(MemorySegment errno, boolean takeOver, int minComplete) {
    if (sqThread) {
      VarHandle.fullFence(); // as in wakeSqThread
      int wakeUp = queue.isWakeUpNeeded() ? IORING_ENTER_SQ_WAKEUP : 0;
      return enterFromReaper(errno, 0, minComplete, IORING_ENTER_GETEVENTS | wakeUp);
    }
    int toSubmit = isBegun() && !takeOver ? 0 : queue.pending();
    return enterFromReaper(errno, toSubmit, minComplete, IORING_ENTER_GETEVENTS);
  }

  /** Enters, whoever else is inside; the result, or a negated errno that passes by itself. */
  int enterFromReaper(MemorySegment errno, int toSubmit, int minComplete, int flags) {
    int result = kernel.ioUringEnter(errno, memory.fd, toSubmit, minComplete, flags);
    if (isFatal(result)) {
      throw new FatalException(result);
    }
    return result;
  }

  /** SQEs that the kernel has not taken yet. */
  int pending() {
    return queue.pending();
  }

  /** The position of the SQE that was written last. */
  int last() {
    return queue.last();
  }

  /** Whether the kernel has taken the SQE at {@code position}. */
  boolean isConsumed(int position) {
    return queue.isConsumed(position);
  }

  /** Whether the kernel keeps completions that did not fit the completion queue. */
  boolean isOverflown() {
    return queue.isOverflown();
  }

  /*
   * What io_uring_enter(2) answers, and what becomes of the ring. An entry that fails has taken no
   * SQE, or says how many it took: so those that pass by themselves are repeated.
   *
   *   EINTR    passes: a signal.
   *   EAGAIN   passes: no memory for a request.
   *   EBUSY    passes: completions have to be drained first.
   *   ENOMEM   passes: no memory for what a thread needs at its first entry.
   *   EBADR    fatal: the kernel had no memory to keep a completion that did not fit the queue, and
   *            has dropped it. Whose it was is not known, and that caller would wait for ever.
   *   EOWNERDEAD                fatal: the kernel's thread that submits has ended.
   *   EBADF, ENXIO, EOPNOTSUPP  fatal: the descriptor is no ring, or the ring is being ended.
   *   EFAULT, EINVAL, EBADFD, EEXIST, EPERM and others  fatal: it would be the same again.
   *
   * What becomes of one request, ENXIO or EIO of a device for example, is told by its CQE.
   */

  static boolean isFatal(int result) {
    return result < 0
        && !Errno.EINTR.is(result)
        && !Errno.EAGAIN.is(result)
        && !Errno.EBUSY.is(result)
        && !Errno.ENOMEM.is(result);
  }

  /** The kernel refused an entry for a reason that will not go away. */
  static final class FatalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FatalException(int result) {
      super("io_uring_enter: " + Errno.describe(result));
    }
  }
}
