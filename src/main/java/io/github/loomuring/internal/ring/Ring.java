package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One io_uring: any thread submits, one daemon platform thread, the reaper, drains completions; a
 * caller may look for its own first, see {@link Poller}.
 *
 * <p>The ring carries requests and knows nothing of what they do. It keeps those in flight within
 * the completion queue's size by gates, enters the kernel until an SQE is really taken, and hands
 * every CQE to its {@link Completions}. {@link #close} ends the reaper once every request has
 * ended; only then is the memory unmapped.
 */
public final class Ring {
  /*
   * Who does what.
   *
   *   caller   passes the gates, writes its SQE under the submission lock, and enters the kernel
   *            outside it. Entries exclude each other in the kernel, which spins meanwhile; so a
   *            caller that finds another one inside leaves its SQE to that one, which looks again
   *            when it comes out. The request belongs, in the kernel, to the thread that took it.
   *   poller   a caller that looks for its completion drains too. If nothing else is in flight, the
   *            reaper stands aside, in Java, where completions do not wake it; the poller calls it
   *            back if it leaves something in flight, otherwise the next caller that parks does.
   *   reaper   waits in the kernel; drains; lets waiting requests through the gates that
   *            completions opened and writes their SQEs; the next entry submits them and waits.
   *
   * Lock order: none is ever held while another is taken. No lock is held in the kernel.
   */
  private static final System.Logger LOGGER = System.getLogger(Ring.class.getName());
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  // user_data of the ring's own requests; a slot's never has all upper bits set.
  private static final long USER_DATA_CANCEL = -1L;
  private static final long USER_DATA_WAKE = -2L;
  private static final long FIRST_OWN_USER_DATA = -16L;

  /** More than the gates of any ring let in. */
  private static final int WORKERS_MAX = 65_536;

  private static final VarHandle SUBMITTING;

  static {
    try {
      SUBMITTING = MethodHandles.lookup().findVarHandle(Ring.class, "submitting", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Entries for what others left, before one of them may take over. */
  private static final int ROUNDS_MAX = 8;

  private static final int ATTEMPTS_BEFORE_PAUSE = 10;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long CLOSING_PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

  private final Kernel kernel;
  private final RingMemory memory;
  private final Completions completions;
  private final SubmissionQueue sq;
  private final CompletionQueue cq;
  private final Gate room;
  private final Poller poller;
  private final int cancelRoom;
  private final AtomicInteger cancelsInFlight = new AtomicInteger();
  private final AtomicLong overflows = new AtomicLong();
  private final Thread reaper;
  private final MemorySegment reaperErrno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
  private final CompletionQueue.Consumer dispatch = this::dispatch; // one: a loop allocates nothing
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean closeBegun = new AtomicBoolean();
  private volatile boolean closing;
  private volatile boolean mayEnd;

  /** The reaper does not wait in the kernel, but until it is called back. */
  private volatile boolean aside;

  private volatile Throwable failure;

  /** Whether a caller is in the kernel, submitting, and looks again when it comes out. */
  @SuppressWarnings("UnusedVariable") // accessed through SUBMITTING
  private volatile boolean submitting;

  private Ring(Kernel kernel, RingMemory memory, Completions completions, long pollNanos) {
    this.kernel = kernel;
    this.memory = memory;
    this.completions = completions;
    this.sq = new SubmissionQueue(memory);
    this.cq = new CompletionQueue(memory);
    // The completion queue has room for every request, every cancel and one wake-up at once.
    this.cancelRoom = Math.max(1, memory.cqEntries / 8);
    this.room = new Gate(Math.max(1, memory.cqEntries - cancelRoom - 1), null);
    this.poller = new Poller(this, pollNanos);
    this.reaper =
        Thread.ofPlatform()
            .daemon()
            .name("loom-uring-reaper-" + NUMBERS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(this::reap);
  }

  /**
   * Makes a ring and starts its reaper.
   *
   * @param entries of the submission queue, a power of two from 2 to 32768
   * @param completionEntries of the completion queue, at least twice {@code entries}
   * @param pollNanos how long a caller may look for its completion before it parks
   */
  public static Ring open(
      Kernel kernel, int entries, int completionEntries, long pollNanos, Completions completions)
      throws UnavailableException {
    RingMemory memory = RingMemory.open(kernel, entries, completionEntries);
    Ring ring = new Ring(kernel, memory, completions, pollNanos);
    ring.allowWorkers();
    ring.reaper.start();
    return ring;
  }

  /** Whether the kernel has {@code opcode}. */
  public boolean supports(byte opcode) {
    return memory.supports(opcode);
  }

  /** The gate of the ring as a whole, the last parent of every other gate. */
  public Gate room() {
    return room;
  }

  /** How often the kernel had to keep completions that did not fit the completion queue. */
  public long overflows() {
    return overflows.get();
  }

  /** Passes the gates of {@code request} and submits it, or leaves it waiting at one of them. */
  public void submit(Request request, MemorySegment errno) throws IOException {
    admit(request, request.gate, errno);
  }

  /**
   * Submits {@code request} once more, past the gates it still holds.
   *
   * @param errno the calling thread's scratch; null in the reaper
   */
  public void resubmit(Request request, MemorySegment errno) throws IOException {
    if (errno == null) {
      pushFromReaper(request);
    } else {
      push(request, errno);
    }
  }

  /**
   * Looks for the completion of {@code request}, which the caller owns, for a short while, if that
   * keeps nobody else from running.
   */
  public void poll(Request request, MemorySegment errno) {
    poller.poll(request, errno);
  }

  /** Whether callers may look for their completions, for tests. */
  public boolean isPolling() {
    return poller.isPossible();
  }

  /** Whether the reaper leaves the completion queue to the poller, for tests. */
  public boolean isReaperAside() {
    return aside;
  }

  /** Must be called by whoever is going to park until a completion. */
  public void beforePark() {
    if (aside && !poller.isBusy()) {
      recallReaper();
    }
  }

  /** The poller has gone; its request may have completed or not. */
  void polled() {
    if (aside && room.inside() > 0) {
      recallReaper();
    }
  }

  private void recallReaper() {
    aside = false;
    LockSupport.unpark(reaper);
  }

  /** Lets other threads have the caller's processor. */
  void yieldProcessor() {
    kernel.schedYield();
  }

  /** Delivers what is in the completion queue, on a caller. */
  void drain(MemorySegment errno) {
    cq.drain(dispatch, errno);
  }

  /** Takes back a request that waits at a gate; false if it has been let through. */
  public boolean withdraw(Request request, MemorySegment errno) throws IOException {
    for (Gate gate = request.gate; gate != null; gate = gate.parent) {
      if (gate.remove(request)) {
        leave(request.gate, gate, errno);
        return true;
      }
    }
    return false;
  }

  /**
   * Leaves every gate of a completed request, letting others in.
   *
   * @param errno the calling thread's scratch; null in the reaper
   */
  public void left(Gate first, MemorySegment errno) throws IOException {
    leave(first, null, errno);
  }

  /**
   * Sends an IORING_OP_ASYNC_CANCEL for the request with {@code userData}.
   *
   * @return false if too many cancels are in flight; nothing was sent then
   */
  public boolean cancel(long userData, MemorySegment errno) throws IOException {
    if (cancelsInFlight.incrementAndGet() > cancelRoom) {
      cancelsInFlight.decrementAndGet();
      return false;
    }
    flush(offerOwn(IORING_OP_ASYNC_CANCEL, userData, USER_DATA_CANCEL, errno), errno);
    beforePark(); // it may have parked before the reaper stood aside
    return true;
  }

  /**
   * Ends the ring: waits until every request has ended, then unmaps it.
   *
   * @return false if requests were still in the kernel after {@code timeoutNanos}; the reaper then
   *     goes on waiting for them, and the ring's memory stays until they end
   */
  public boolean close(long timeoutNanos) {
    if (closeBegun.compareAndSet(false, true)) {
      closing = true;
      try {
        MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
        flush(offerOwn(IORING_OP_NOP, 0, USER_DATA_WAKE, errno), errno);
      } catch (IOException e) {
        LOGGER.log(Level.DEBUG, "the ring failed before it was closed", e);
      }
      mayEnd = true;
      recallReaper();
    }
    return awaitEnd(timeoutNanos);
  }

  private boolean awaitEnd(long timeoutNanos) {
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

  // ---- gates

  private void admit(Request request, Gate first, MemorySegment errno) throws IOException {
    for (Gate gate = first; gate != null; gate = gate.parent) {
      if (!gate.enter(request)) {
        return;
      }
    }
    resubmit(request, errno);
  }

  /** Leaves the gates from {@code first} up to, but not including, {@code end}. */
  private void leave(Gate first, Gate end, MemorySegment errno) throws IOException {
    for (Gate gate = first; gate != end; gate = gate.parent) {
      Request next = gate.leave();
      if (next != null) {
        admit(next, gate.parent, errno);
      }
    }
  }

  // ---- submission

  private void push(Request request, MemorySegment errno) throws IOException {
    long position = sq.offer(request);
    while (position == SubmissionQueue.FULL) {
      enter(errno, 0);
      position = sq.offer(request);
    }
    flush((int) position, errno);
  }

  private void pushFromReaper(Request request) {
    while (sq.offer(request) == SubmissionQueue.FULL) {
      int result = kernel.ioUringEnter(reaperErrno, memory.fd, sq.pending(), 0, 0);
      if (isFatal(result)) {
        throw new FatalException(result);
      }
    }
  }

  private int offerOwn(byte opcode, long addr, long userData, MemorySegment errno)
      throws IOException {
    long position = sq.offer(opcode, addr, userData);
    while (position == SubmissionQueue.FULL) {
      enter(errno, 0);
      position = sq.offer(opcode, addr, userData);
    }
    return (int) position;
  }

  /** Has the kernel take the SQE at {@code position}, now or when another caller comes out. */
  private void flush(int position, MemorySegment errno) throws IOException {
    // Whoever comes out looks at the queue again, and whoever finds another one inside has written
    // to the queue before: so one of the two sees the other, for which each needs a full fence.
    int last = position;
    do {
      VarHandle.fullFence();
      if (!SUBMITTING.compareAndSet(this, false, true)) {
        return;
      }
      try {
        for (int round = 0; round < ROUNDS_MAX && sq.pending() > 0; round++) {
          enterUntilTaken(last, errno);
          last = sq.last();
        }
      } finally {
        submitting = false;
      }
      VarHandle.fullFence();
      last = sq.last();
    } while (!sq.isConsumed(last));
  }

  private void enterUntilTaken(int position, MemorySegment errno) throws IOException {
    // An error never gives the SQE up: it is in the ring, and a later entry submits it.
    for (int attempt = 0; !sq.isConsumed(position); attempt++) {
      enter(errno, attempt);
    }
  }

  private void enter(MemorySegment errno, int attempt) throws IOException {
    if (failure != null) {
      throw new IOException("the ring has failed", failure);
    }
    int result = kernel.ioUringEnter(errno, memory.fd, sq.pending(), 0, 0);
    if (isFatal(result)) {
      FatalException fatal = new FatalException(result);
      fail(fatal);
      throw new IOException("the ring has failed", fatal);
    }
    if (result < 0 || attempt > 0) {
      // EAGAIN: no memory for the request now. EBUSY: the reaper has to make room first.
      if (aside) {
        recallReaper();
      }
      if (attempt < ATTEMPTS_BEFORE_PAUSE) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Everything but what passes by itself: a signal, lack of memory, completions to be drained. */
  private static boolean isFatal(int result) {
    return result < 0
        && !Errno.EINTR.is(result)
        && !Errno.EAGAIN.is(result)
        && !Errno.EBUSY.is(result);
  }

  // ---- the reaper

  private void reap() {
    try {
      poller.start();
      long pauseNanos = PAUSE_NANOS;
      while (!(mayEnd && completions.isIdle())) {
        boolean wait = !closing;
        VarHandle.fullFence(); // as in flush: a caller inside takes along what the reaper wrote
        int toSubmit = submitting && wait ? 0 : sq.pending();
        int result =
            kernel.ioUringEnter(
                reaperErrno, memory.fd, toSubmit, wait ? 1 : 0, IORING_ENTER_GETEVENTS);
        if (isFatal(result)) {
          throw new FatalException(result);
        }
        if (sq.isOverflown()) {
          overflows.incrementAndGet(); // the next entry, with GETEVENTS, brings them
        }
        int drained = cq.drain(dispatch, null);
        if (drained == 0 && poller.isBusy()) {
          standAside();
        }
        if (drained > 0) {
          pauseNanos = PAUSE_NANOS;
        } else if (wait && result < 0) {
          if (!Errno.EINTR.is(result)) { // a signal, of a profiler for example, must not slow us
            LockSupport.parkNanos(this, PAUSE_NANOS);
          }
        } else if (!wait) {
          // Requests end at the latest when their callers, which are running, let them go.
          LockSupport.parkNanos(this, pauseNanos);
          pauseNanos = Math.min(2 * pauseNanos, CLOSING_PAUSE_NANOS_MAX);
        }
      }
      memory.close(reaperErrno);
    } catch (Throwable t) {
      fail(t);
    } finally {
      ended.countDown();
    }
  }

  /** Leaves the completion queue to the poller, if its request is the only one. */
  private void standAside() {
    if (closing || room.inside() > 1 || sq.pending() > 0) {
      return;
    }
    // Volatile: who goes from the poller, or closes, sees it, or has done so before the next look.
    aside = true;
    if (closing || !poller.isBusy()) {
      aside = false;
    }
    while (aside) {
      LockSupport.park(this);
    }
  }

  private void dispatch(long userData, int res, MemorySegment errno) {
    try {
      if (userData == USER_DATA_CANCEL) {
        // Its result says nothing to rely on: what counts is the CQE of the request itself.
        cancelsInFlight.decrementAndGet();
      } else if (userData < FIRST_OWN_USER_DATA || userData >= 0) {
        completions.completed(userData, res, errno);
      }
    } catch (FatalException e) {
      throw e;
    } catch (Throwable t) {
      // One bad completion must not leave everybody else parked for ever.
      logError("a completion could not be delivered: userData=" + userData, t);
    }
  }

  private void fail(Throwable cause) {
    failure = cause;
    recallReaper();
    completions.failed(cause); // first: nothing may keep callers parked
    logError(
        "the ring has failed; its memory is not freed, because the kernel may still use it", cause);
  }

  /** A handler of the log may throw, for example when there are no descriptors left. */
  private static void logError(String message, Throwable cause) {
    try {
      LOGGER.log(Level.ERROR, message, cause);
    } catch (Throwable ignored) {
      // There is nobody left to tell.
    }
  }

  /** The kernel refused an entry for a reason that will not go away. */
  private static final class FatalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FatalException(int result) {
      super("io_uring_enter: " + Errno.describe(result));
    }
  }

  // ---- set-up and description

  /**
   * Lets io-wq, the kernel's worker pool of each submitting thread, run whatever the gates let in.
   * Its own bound (four workers a CPU) would hold requests back behind those that block. A thread
   * keeps the bound of the first ring that it enters, for all rings: so it must not be this one's.
   */
  private void allowWorkers() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counts = arena.allocate(8, 8);
      counts.set(JAVA_INT, 0, WORKERS_MAX); // bounded: regular files; capped by RLIMIT_NPROC
      counts.set(JAVA_INT, 4, 0); // unbounded: as it is
      int result =
          kernel.ioUringRegister(
              reaperErrno, memory.fd, IORING_REGISTER_IOWQ_MAX_WORKERS, counts.address(), 2);
      if (result < 0) {
        LOGGER.log(
            Level.DEBUG, "io-wq keeps its own bound on workers: {0}", Errno.describe(result));
      }
    }
  }

  public int entries() {
    return memory.sqEntries;
  }

  public int completionEntries() {
    return memory.cqEntries;
  }

  public int opcodeCount() {
    return memory.opcodeCount();
  }

  public List<String> grantedFlags() {
    return memory.grantedFlags();
  }
}
