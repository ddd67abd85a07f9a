package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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
  private static final LazyLogger LOGGER = new LazyLogger(Ring.class);

  /*
   * Who does what.
   *
   *   caller   passes the gates, writes its SQE, and enters the kernel, see Submission.
   *   poller   a caller that looks for its completion drains too. If nothing else is in flight, the
   *            reaper stands aside, in Java, where completions do not wake it; the poller calls it
   *            back if it leaves something in flight, otherwise the next caller that parks does.
   *   reaper   waits in the kernel; drains; lets waiting requests through the gates that
   *            completions opened and writes their SQEs; the next entry submits them and waits.
   *            Requests that may last for ever are left to it, see Reaper; not if a thread of the
   *            kernel submits, to which all requests belong then, and which lives as long.
   *
   * Locks are held for a few instructions, never two at once, and never in the kernel. The right to
   * be the one who submits is no lock: nobody waits for it.
   */

  // user_data of the ring's own requests, as Reaper.USER_DATA_WAKE is; a slot's never has all upper
  // bits set.
  private static final long USER_DATA_CANCEL = -1L;
  private static final long FIRST_OWN_USER_DATA = -16L;

  private static final AtomicBoolean SQ_THREAD_LACK_LOGGED = new AtomicBoolean();

  private final Kernel kernel;
  private final RingMemory memory;
  private final Completions completions;
  private final Submission submission;
  private final CompletionQueue cq;
  private final Gate room;
  private final Poller poller;
  private final Reaper reaper;
  private final boolean sqThread;
  private final int cancelRoom;
  private final AtomicInteger cancelsInFlight = new AtomicInteger();
  private final CompletionQueue.Consumer dispatch = this::dispatch; // one: a loop allocates nothing
  private final AtomicBoolean closeBegun = new AtomicBoolean();

  /** Made early: a ring is to be closed also when there is no memory. */
  private final MemorySegment closeErrno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);

  private volatile Throwable failure;

  private Ring(Kernel kernel, RingMemory memory, Completions completions, long pollNanos) {
    this.kernel = kernel;
    this.memory = memory;
    this.completions = completions;
    this.submission = new Submission(this, kernel, memory);
    this.cq = new CompletionQueue(memory);
    this.sqThread = memory.hasSqThread();
    // The completion queue has room for every request, every cancel and one wake-up at once.
    this.cancelRoom = Math.max(1, memory.cqEntries / 8);
    this.room = new Gate(Math.max(1, memory.cqEntries - cancelRoom - 1), null);
    this.poller = new Poller(this, pollNanos);
    this.reaper = new Reaper(this, memory, submission, poller, completions);
  }

  /** Makes a ring and starts its reaper. */
  public static Ring open(Kernel kernel, RingSettings settings, Completions completions)
      throws UnavailableException {
    MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
    RingMemory memory =
        RingMemory.open(
            kernel, settings.entries(), settings.completionEntries(), settings.sqPollIdleMillis());
    try {
      if (settings.sqPollIdleMillis() > 0 && !memory.hasSqThread()) {
        logLackOfSqThread();
      }
      Ring ring = new Ring(kernel, memory, completions, settings.pollNanos());
      ring.boundWorkers(settings.workers());
      ring.reaper.start(); // last: from now on the memory is the reaper's to free
      return ring;
    } catch (Throwable t) {
      memory.close(errno);
      throw t;
    }
  }

  private static void logLackOfSqThread() {
    if (SQ_THREAD_LACK_LOGGED.compareAndSet(false, true)) {
      LOGGER
          .get()
          .log(
              Level.WARNING,
              "the kernel makes no thread that submits (IORING_SETUP_SQPOLL), callers do it: it"
                  + " needs Linux 5.11, before 5.13 with CAP_SYS_NICE, and room for a thread"
                  + " (RLIMIT_NPROC)");
    }
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
    return reaper.overflows();
  }

  /** Passes the gates of {@code request} and submits it, or leaves it waiting at one of them. */
  public void submit(Request request, MemorySegment errno) throws IOException {
    admit(request, request.gate, errno);
  }

  /** As {@link #submit} for each, entering the kernel as rarely as can be. */
  public void submitAll(List<? extends Request> requests, MemorySegment errno) throws IOException {
    long last = SubmissionQueue.FULL;
    for (int i = 0; i < requests.size(); i++) { // no iterator, for which there may be no memory
      Request request = requests.get(i);
      if (!passes(request, request.gate)) {
        continue;
      }
      if (!sqThread && request.gate.isLasting()) {
        reaper.submit(request, errno);
      } else {
        last = submission.offer(request, errno);
      }
    }
    if (last != SubmissionQueue.FULL) {
      submission.flush((int) last, errno);
    }
  }

  /**
   * Submits {@code request} once more, past the gates it still holds.
   *
   * @param errno the calling thread's scratch; null in the reaper
   */
  public void resubmit(Request request, MemorySegment errno) throws IOException {
    if (!sqThread && request.gate.isLasting()) {
      reaper.submit(request, errno);
    } else if (errno == null) {
      submission.offerFromReaper(request, reaper.errno());
    } else {
      submission.push(request, errno);
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
    return reaper.isAside();
  }

  /** Must be called by whoever is going to park until a completion. */
  public void beforePark() {
    if (!poller.isBusy()) {
      reaper.recall();
    }
  }

  /** The poller has gone; its request may have completed or not. */
  void polled() {
    if (room.inside() > 0) {
      reaper.recall();
    }
  }

  void recallReaper() {
    reaper.recall();
  }

  /** Lets other threads have the caller's processor. */
  void yieldProcessor() {
    kernel.schedYield();
  }

  /** Delivers what is in the completion queue, in the reaper; how many completions that was. */
  int drain() {
    return cq.drain(dispatch, null);
  }

  /** Delivers what is in the completion queue, on a caller. */
  void drain(MemorySegment errno) {
    if (cq.drain(dispatch, errno) == 0) {
      return;
    }
    try {
      reaper.drainedByCaller(errno);
    } catch (IOException e) {
      LOGGER.get().log(Level.DEBUG, "the ring failed while a caller drained it", e);
    }
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
    submission.push(IORING_OP_ASYNC_CANCEL, userData, USER_DATA_CANCEL, errno);
    beforePark(); // it may have parked before the reaper stood aside
    return true;
  }

  /**
   * Ends the ring: waits until every request has ended, then unmaps it. Requests of a failed ring
   * are not waited for, as nothing tells of their end.
   *
   * @return false if requests were still in the kernel after {@code timeoutNanos}; the reaper then
   *     goes on waiting for them, and the ring's memory stays until they end
   */
  public boolean close(long timeoutNanos) {
    beginClose();
    return failure != null || reaper.awaitEnd(timeoutNanos);
  }

  /** As {@link #close}, which must follow, without the wait. */
  public void beginClose() {
    if (closeBegun.compareAndSet(false, true)) {
      try {
        reaper.close(closeErrno);
      } catch (IOException e) {
        LOGGER.get().log(Level.DEBUG, "the ring failed before it was closed", e);
      }
    }
  }

  // ---- gates

  private void admit(Request request, Gate first, MemorySegment errno) throws IOException {
    if (passes(request, first)) {
      resubmit(request, errno);
    }
  }

  private static boolean passes(Request request, Gate first) {
    for (Gate gate = first; gate != null; gate = gate.parent) {
      if (!gate.enter(request)) {
        return false;
      }
    }
    return true;
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

  // ---- completions

  private void dispatch(long userData, int res, MemorySegment errno) {
    try {
      if (userData == USER_DATA_CANCEL) {
        // Its result says nothing to rely on: what counts is the CQE of the request itself.
        cancelsInFlight.decrementAndGet();
      } else if (userData == Reaper.USER_DATA_WAKE) {
        reaper.woken();
      } else if (userData < FIRST_OWN_USER_DATA || userData >= 0) {
        completions.completed(userData, res, errno);
      }
    } catch (Submission.FatalException e) {
      throw e;
    } catch (Throwable t) {
      // One bad completion must not leave everybody else parked for ever.
      logError("a completion could not be delivered: userData=" + userData, t);
    }
  }

  void checkNotFailed() throws IOException {
    if (failure != null) {
      throw new IOException("the ring has failed", failure);
    }
  }

  /** Nothing can be submitted any more, or nothing completes. */
  void fail(Throwable cause) {
    failure = cause;
    reaper.recall();
    completions.failed(cause); // first: nothing may keep callers parked
    logError(
        "the ring has failed; its memory is not freed, because the kernel may still use it", cause);
  }

  /** A handler of the log may throw, for example when there are no descriptors left. */
  private static void logError(String message, Throwable cause) {
    try {
      LOGGER.get().log(Level.ERROR, message, cause);
    } catch (Throwable ignored) {
      // There is nobody left to tell.
    }
  }

  // ---- set-up and description

  /**
   * Sets how many threads io-wq, the kernel's worker pool of each submitting thread, may have. Its
   * own bound (four workers a CPU) would hold requests back behind those that block.
   *
   * <p>A thread keeps the bound of the first ring that it enters, for all rings, until it makes one
   * itself, whose bound it then has. The reaper enters no other ring than this one. If a thread of
   * the kernel submits, the bound is that one's alone.
   */
  private void boundWorkers(int workers) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counts = arena.allocate(8, 8);
      counts.set(JAVA_INT, 0, workers); // bounded: regular files, paths; capped by RLIMIT_NPROC
      counts.set(JAVA_INT, 4, 0); // unbounded: as it is
      int result =
          kernel.ioUringRegister(
              reaper.errno(), memory.fd, IORING_REGISTER_IOWQ_MAX_WORKERS, counts.address(), 2);
      if (result < 0) {
        LOGGER
            .get()
            .log(Level.DEBUG, "io-wq keeps its own bound on workers: {0}", Errno.describe(result));
      }
    }
  }

  /** {@code io_uring_register(2)}, which may block; the answer, EBADF if the ring is closed. */
  public int register(MemorySegment errno, int opcode, long arg, int count) {
    return memory.register(errno, opcode, arg, count);
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
