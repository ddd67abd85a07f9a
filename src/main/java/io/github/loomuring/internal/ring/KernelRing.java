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

/**
 * One io_uring. Any thread submits requests; one daemon platform thread, the reaper, drains
 * completions. A caller may poll for its own completion first, see {@link Poller}.
 *
 * <p>The ring carries requests and knows nothing of what they do. Gates keep the number in flight
 * within the completion queue's size. {@link Submission} enters the kernel until an SQE is really
 * consumed. Every CQE goes to the ring's {@link Completions}. {@link #close} ends the reaper once
 * every request has ended; only then is the memory unmapped.
 */
public final class KernelRing extends Ring {
  private static final LazyLogger LOGGER = new LazyLogger(KernelRing.class);

  /*
   * The roles of threads.
   *
   *   caller   enters the gates, writes its SQE, and enters the kernel, see Submission.
   *   poller   a caller that polls for its completion drains the completion queue too. If no other
   *            request is in flight, the reaper is on standby, in Java, where completions do not
   *            wake it. The poller recalls it if requests are in flight when it stops polling;
   *            otherwise the next caller that parks does.
   *   reaper   waits in the kernel; drains; lets waiting requests through the gates that
   *            completions opened, and writes their SQEs; its next entry submits them and waits.
   *            Requests that may last for ever are left to it, see Reaper. Not so with SQPOLL: all
   *            requests belong to the kernel's thread then, which lives as long as the ring.
   *
   * Locks are held for a few instructions, never two at once, and never in the kernel; the
   * exception is ReaperControl's, for the end of the ring. Being the submitter is not a lock: no
   * thread waits for it.
   */

  /** Static: the lack is that of the kernel, and one message is enough for the process. */
  private static final AtomicBoolean SQ_THREAD_LACK_LOGGED = new AtomicBoolean();

  private final Kernel kernel;
  private final RingMemory memory;
  private final ReaperStandby standby = new ReaperStandby();
  private final RingFailure failure;
  private final Submission submission;
  private final ReaperControl reaperControl;
  private final CompletionDispatcher dispatcher;
  private final Poller poller;
  private final Reaper reaper;
  private final boolean sqThread;
  private final AtomicBoolean closeBegun = new AtomicBoolean();

  /** Made early: a ring must be closed even if there is no memory. */
  private final MemorySegment closeErrno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);

  private KernelRing(Kernel kernel, RingMemory memory, Completions completions, long pollNanos) {
    super(memory.cqEntries);
    this.kernel = kernel;
    this.memory = memory;
    this.sqThread = memory.hasSqThread();
    this.failure = new RingFailure(completions, standby);
    this.submission = new Submission(kernel, memory, failure, standby);
    this.reaperControl = new ReaperControl(submission, standby);
    this.dispatcher = new CompletionDispatcher(memory, completions, reaperControl, cancelsMax());
    this.poller = new Poller(kernel, dispatcher, room, standby, pollNanos);
    this.reaper =
        new Reaper(
            memory,
            submission,
            dispatcher,
            completions,
            reaperControl,
            standby,
            failure,
            poller,
            room);
  }

  /** Makes a ring and starts its reaper. */
  public static KernelRing open(Kernel kernel, RingSettings settings, Completions completions)
      throws UnavailableException {
    MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
    RingMemory memory =
        RingMemory.open(
            kernel, settings.entries(), settings.completionEntries(), settings.sqPollIdleMillis());
    try {
      if (settings.sqPollIdleMillis() > 0 && !memory.hasSqThread()) {
        logLackOfSqThread();
      }
      KernelRing ring = new KernelRing(kernel, memory, completions, settings.pollNanos());
      ring.boundWorkers(settings.workers());
      ring.reaper.start(); // last: from now on the reaper unmaps the memory
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
              "the kernel makes no submission thread (IORING_SETUP_SQPOLL), so callers submit; it"
                  + " needs Linux 5.11, before 5.13 also CAP_SYS_NICE, and room for a thread"
                  + " (RLIMIT_NPROC)");
    }
  }

  @Override
  public boolean supports(byte opcode) {
    return memory.supports(opcode);
  }

  @Override
  public long overflows() {
    return reaper.overflows();
  }

  // ---- submission

  @Override
  public void submitAll(List<? extends Request> requests, MemorySegment errno) throws IOException {
    long last = SubmissionQueue.FULL;
    for (int i = 0; i < requests.size(); i++) { // no iterator: there may be no memory for one
      Request request = requests.get(i);
      if (!enterGates(request, request.gate)) {
        continue;
      }
      if (isForReaper(request)) {
        reaperControl.submit(request, errno);
      } else {
        last = submission.offer(request, errno);
      }
    }
    if (last != SubmissionQueue.FULL) {
      submission.flush((int) last, errno);
    }
  }

  @Override
  public void resubmit(Request request, MemorySegment errno) throws IOException {
    assert request.isAlone() : "the request waits at a gate";
    if (isForReaper(request)) {
      reaperControl.submit(request, errno);
    } else if (errno == null) {
      submission.offerFromReaper(request, reaper.errno());
    } else {
      submission.push(request, errno);
    }
  }

  private boolean isForReaper(Request request) {
    return !sqThread && request.gate.isLasting();
  }

  @Override
  public boolean cancel(Request request, long userData, MemorySegment errno) throws IOException {
    if (!dispatcher.tryCountCancel()) {
      return false;
    }
    submission.push(IORING_OP_ASYNC_CANCEL, userData, CompletionDispatcher.USER_DATA_CANCEL, errno);
    beforePark(); // the owner may have parked before the reaper went on standby
    return true;
  }

  @Override
  public boolean cancelsBlockingCalls() {
    return true;
  }

  // ---- waiting

  @Override
  public void poll(Request request, MemorySegment errno) {
    poller.poll(request, errno);
  }

  @Override
  public void beforePark() {
    if (!poller.isBusy()) {
      standby.recall();
    }
  }

  /** Whether callers may poll for their completions, for tests. */
  public boolean isPolling() {
    return poller.isPossible();
  }

  /** Whether the reaper is on standby and leaves the completion queue to the poller, for tests. */
  public boolean isReaperOnStandby() {
    return standby.isActive();
  }

  // ---- the end

  /** As in {@link Ring}; requests of a failed ring are not waited for: nothing tells their end. */
  @Override
  public boolean close(long timeoutNanos) {
    beginClose();
    return failure.isSet() || reaper.awaitEnd(timeoutNanos);
  }

  @Override
  public void beginClose() {
    if (closeBegun.compareAndSet(false, true)) {
      try {
        reaperControl.close(closeErrno);
      } catch (IOException e) {
        LOGGER.get().log(Level.DEBUG, "the ring failed before it was closed", e);
      }
    }
  }

  // ---- set-up and description

  /**
   * Bounds the threads of io-wq, the kernel's worker pool of each submitting thread. The kernel's
   * own bound (four workers a processor) would hold requests back behind requests that block.
   *
   * <p>A thread keeps the bound of the first ring that it enters, for all rings, until it makes a
   * ring itself; then it has that ring's bound. The reaper enters no other ring than this one. With
   * SQPOLL, the bound holds for the kernel's thread alone.
   */
  private void boundWorkers(int workers) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counts = arena.allocate(8, 8);
      counts.set(JAVA_INT, 0, workers); // bounded: regular files, paths; capped by RLIMIT_NPROC
      counts.set(JAVA_INT, 4, 0); // unbounded: unchanged
      int result =
          kernel.ioUringRegister(
              reaper.errno(), memory.fd, IORING_REGISTER_IOWQ_MAX_WORKERS, counts.address(), 2);
      if (result < 0) {
        LOGGER
            .get()
            .log(
                Level.DEBUG,
                "io-wq keeps the kernel's own bound on workers: {0}",
                Errno.describe(result));
      }
    }
  }

  /**
   * Calls {@code io_uring_register(2)}, which may block. Returns its result, or a negated EBADF if
   * the ring is closed.
   */
  public int register(MemorySegment errno, int opcode, long arg, int count) {
    return memory.register(errno, opcode, arg, count);
  }

  /**
   * As in {@link Ring}. The kernel lets go of a file after it has posted the CQE, but under the
   * same lock of the ring, which every {@code io_uring_register(2)} takes too. Not so for requests
   * that a worker ran.
   */
  @Override
  public void awaitRelease(MemorySegment errno) {
    memory.register(errno, IORING_UNREGISTER_EVENTFD, 0, 0); // there is none: it does nothing else
  }

  @Override
  public String description(String kernelRelease) {
    return "ring, kernel="
        + kernelRelease
        + ", entries="
        + memory.sqEntries
        + ", completionEntries="
        + memory.cqEntries
        + ", flags="
        + memory.grantedFlags()
        + ", opcodes="
        + memory.opcodeCount();
  }
}
