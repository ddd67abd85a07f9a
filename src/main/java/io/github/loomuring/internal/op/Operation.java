package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.IoUring;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.ring.Request;
import io.github.loomuring.internal.ring.Ring;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A slot of the operation table: one request at a time, its state, and scratch memory that lives as
 * long as the slot.
 *
 * <p>The thread that acquired the slot owns it: it alone prepares, submits, cancels, waits and lets
 * go. Others only ask it to cancel ({@link #requestCancel}). The reaper delivers the result. What
 * the kernel may still write to belongs to the slot or to the waiting owner, until the operation's
 * own CQE.
 */
public final class Operation extends Request {
  /*
   * word: generation (32 bits) | WAITING (1 bit) | causes (8 bits) | status (8 bits)
   *
   *                  begin                submitting              CQE
   *        FREE ──────────────▶ PREPARED ───────────▶ SUBMITTED ───────▶ COMPLETED
   *         ▲                       │                     │ abandon          │
   *         │      withdrawn        │                     ▼          CQE     │
   *         ├───────────────────────┘                 ABANDONED ──────┐      │ end
   *         └─────────────────────────────────────────────────────────┴──────┘
   *
   * A call of force that another's fsync serves goes from PREPARED to COMPLETED, see Force.
   *
   * begin, abandon, end: the owner. submitting: whoever writes the SQE. CQE: the reaper, or a
   * caller that looks for its own completion. WAITING: the owner is, or is about to be, parked.
   * Every transition is a CAS on the whole word, so a cancel that was meant for an earlier use of
   * the slot, and a CQE of an earlier use, miss. FAILED is entered from PREPARED, SUBMITTED and
   * ABANDONED when the ring fails, and never left: the kernel may still use the slot's memory.
   *
   * Cancelling is no state: causes say that it was asked for and why, and the owner then sends
   * IORING_OP_ASYNC_CANCEL, again and again with growing pauses, until the operation's own CQE is
   * there. One is not enough: a cancel misses a request that is just being retried by the kernel,
   * or that another thread is about to submit.
   *
   * From SUBMITTED on, nothing that is thrown may end this use of the slot: the kernel writes to
   * the memory of the request. So an Error in the owner's wait (a virtual thread that is deep in
   * its stack cannot park, see Pauses) asks for a cancel, as an interrupt does, and the owner goes
   * on waiting, now on its carrier, with nothing that could be torn: see await.
   */
  static final int FREE = 0;
  static final int PREPARED = 1;
  static final int SUBMITTED = 2;
  static final int COMPLETED = 3;
  static final int ABANDONED = 4;
  static final int FAILED = 5;

  /** The owner was interrupted. */
  static final int CAUSE_INTERRUPT = 1 << 8;

  /** The file was closed by another thread. */
  static final int CAUSE_FILE_CLOSED = 1 << 9;

  /** The ring was closed. */
  static final int CAUSE_RING_CLOSED = 1 << 10;

  /** The owner has what it wanted by another way. */
  static final int CAUSE_SUPERSEDED = 1 << 11;

  /** The owner's deadline has passed. */
  static final int CAUSE_DEADLINE = 1 << 12;

  /** An Error was thrown while the owner waited. */
  static final int CAUSE_TORN = 1 << 13;

  private static final long WAITING = 1 << 16;
  private static final int STATUS_MASK = 0xff;
  private static final int CAUSES_MASK = 0xff00;
  private static final long GENERATION_ONE = 1L << 32;
  private static final long GENERATION_MASK = -GENERATION_ONE;

  /** In place of a result: the operation was abandoned. */
  static final int LEFT = Integer.MIN_VALUE;

  /** Scratch: iovec (16 bytes), errno (8 bytes), 8 bytes spare. */
  static final long SCRATCH_BYTES = 32;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Operation.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int index;
  final MemorySegment errno;
  private final MemorySegment scratch;
  private final long scratchAddress;
  private volatile long word;

  // Written by the owner before PREPARED, read by others after it.
  private Thread owner;
  private Object subject;

  /** Written by the reaper before COMPLETED, read by the owner after it. */
  private int result;

  // Written by the owner before ABANDONED, read by the reaper after it.
  private Abandonable abandonable;
  private AutoCloseable memory;

  // How the owner asks for the end of the operation. Used by the owner, see OwnersWait.
  long pauseNanos;
  long cancelledNanos;

  // What else the kernel may use for ever if the ring has failed. Written by the owner. Fields and
  // no list, because there may be no memory for one.
  private Object kept;
  private Object keptToo;
  private Object keptBesides;
  private Object keptLast;

  /** The rounds of fsyncs that the operation takes part in. Written before PREPARED. */
  private Force force;

  /** What is done without the ring. Used by the owner. */
  final OnCaller onCaller = new OnCaller();

  // Guarded by the lock of force.
  Operation previousInRound;
  Operation nextInRound;

  Operation(int index, MemorySegment scratch) {
    this.index = index;
    this.scratch = scratch;
    this.scratchAddress = scratch.address();
    this.errno = scratch.asSlice(Fcntl.IOVEC_BYTES, Kernel.ERRNO_BYTES);
  }

  // ---- scratch

  /** Address of an iovec in the slot's scratch, set to the given range. */
  long iovec(long base, long length) {
    scratch.set(ValueLayout.JAVA_LONG, Fcntl.IOVEC_BASE, base);
    scratch.set(ValueLayout.JAVA_LONG, Fcntl.IOVEC_LEN, length);
    return scratchAddress;
  }

  // ---- the owner's side

  /**
   * Sets the SQE's values and its first gate.
   *
   * @see Request
   */
  void set(byte opcode, int fd, long addr, int len, long off, int opFlags, Gate gate) {
    prepare(opcode, fd, addr, len, off, opFlags, gate);
  }

  /** Has the request run by a worker of the kernel from the start, blocking as it likes. */
  void setAsync() {
    sqeFlags = IoUring.IOSQE_ASYNC;
  }

  /** What is to be kept until the CQE of an operation that is abandoned, and then closed. */
  void setMemory(AutoCloseable memory) {
    this.memory = memory;
  }

  /**
   * Submits what was set and parks until its own CQE: the result, or a negated errno.
   *
   * <p>An interrupt, or a cancel asked for by another thread, is turned into a cancel of the
   * request; the interrupt status is set again at the end. {@link #causes} then says whether, and
   * why, the request was cancelled.
   *
   * @param table the table of this slot
   * @param subject what others may cancel the operation by
   */
  int run(SlotTable table, Object subject) throws IOException {
    begin(table, subject);
    await(table.ring(), null, null);
    return result();
  }

  /** As {@link #run}, for a request that a fast device completes sooner than a thread wakes. */
  int runPolled(SlotTable table, Object subject) throws IOException {
    begin(table, subject);
    try {
      table.ring().poll(this, errno);
    } catch (Throwable t) {
      // Looking is no more than a try, and the kernel has the request.
    }
    await(table.ring(), null, null);
    return result();
  }

  /** As {@link #run}, for a request that ends by itself: an interrupt waits until it has. */
  int runUninterruptibly(SlotTable table) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      begin(table, null);
      while (!isCompleted()) {
        interrupted |= Thread.interrupted();
        if ((word & STATUS_MASK) == FAILED) {
          throw new IOException("the ring has failed");
        }
        if (setWaiting()) {
          table.ring().beforePark();
          Pauses.park(this);
        }
      }
      return result();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * As {@link #run}, but the owner abandons a request that a cancel does not end soon.
   *
   * @param memory what the kernel may still use then; closed at the CQE
   * @param abandonable is told if the operation is abandoned, also if this method then throws
   * @return the result, or {@link #LEFT}: the slot, and {@code memory}, are then the reaper's
   */
  int runOrAbandon(SlotTable table, AutoCloseable memory, Abandonable abandonable)
      throws IOException {
    this.memory = memory;
    begin(table, null);
    return await(table.ring(), null, abandonable) ? result() : LEFT;
  }

  /** Has the operation take part in the rounds of {@code force}. */
  void setForce(Force force) {
    this.force = force;
  }

  /** Submits what was set. {@link #await} must follow. */
  void begin(SlotTable table, Object subject) throws IOException {
    enlist(table, subject);
    submit(table);
  }

  /** Makes the operation known to whoever closes the file or the ring; throws if one is closed. */
  void enlist(SlotTable table, Object subject) throws IOException {
    this.subject = subject;
    this.owner = Thread.currentThread();
    // Volatile: whoever closes the file or the ring either finds this operation in the table, or
    // closed first, and is found by the check that follows.
    word = ((word & GENERATION_MASK) + GENERATION_ONE) | PREPARED;
    try {
      table.checkStillOpen(subject);
    } catch (IOException e) {
      word = word & GENERATION_MASK;
      throw e;
    }
  }

  /** Submits what was set, after {@link #enlist}. */
  void submit(SlotTable table) throws IOException {
    try {
      table.ring().submit(this, errno);
    } catch (Throwable t) {
      fail(); // the SQE may be in the ring: the slot is lost with it
      throw t;
    }
  }

  /**
   * Parks until the operation's own CQE.
   *
   * @see OwnersWait#await
   */
  boolean await(Ring ring, Operation rival, Abandonable abandonable) throws IOException {
    return OwnersWait.await(this, ring, rival, abandonable);
  }

  /** Has whoever completes the operation wake the owner; false if it has completed. */
  boolean setWaiting() {
    for (; ; ) {
      long w = word;
      int status = (int) w & STATUS_MASK;
      if (status == COMPLETED || status == FAILED) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w | WAITING)) {
        return true;
      }
    }
  }

  boolean abandon(Abandonable abandonable) {
    this.abandonable = abandonable;
    return transition(SUBMITTED, ABANDONED);
  }

  /**
   * Leaves the request, wherever it is, to those whom its fsync serves besides the owner. It is no
   * longer one that was asked to be cancelled.
   *
   * @param abandonable takes the result
   * @return false if it has ended
   */
  boolean abandonToFollowers(Abandonable abandonable) {
    this.abandonable = abandonable;
    for (; ; ) {
      long w = word;
      int status = (int) w & STATUS_MASK;
      if (status != PREPARED && status != SUBMITTED) {
        return false;
      }
      if (WORD.compareAndSet(this, w, (w & GENERATION_MASK) | ABANDONED)) {
        return true;
      }
    }
  }

  boolean isAbandoned() {
    return ((int) word & STATUS_MASK) == ABANDONED;
  }

  /** The request never reached the kernel, or another one's serves it. */
  void setCancelled() {
    result = Errno.ECANCELED.negated();
  }

  int status() {
    return (int) word & STATUS_MASK;
  }

  boolean isWaiting() {
    return (word & WAITING) != 0;
  }

  /** The rounds of fsyncs that the operation takes part in; null if it is no fsync. */
  Force force() {
    return force;
  }

  /** The result, or a negated errno. */
  int result() {
    return result;
  }

  /** Why the operation was cancelled, a set of CAUSE bits; zero if it was not. */
  int causes() {
    return (int) word & CAUSES_MASK;
  }

  /** Ends this use of the slot, which must be FREE, withdrawn, COMPLETED or FAILED. */
  void end() {
    if (!isReusable()) {
      return;
    }
    assert ((int) word & STATUS_MASK) != SUBMITTED : this + ": the kernel is not done";
    subject = null;
    owner = null;
    memory = null;
    abandonable = null;
    force = null;
    word = word & GENERATION_MASK;
  }

  boolean isCompleted() {
    return ((int) word & STATUS_MASK) == COMPLETED;
  }

  boolean isFree() {
    return ((int) word & STATUS_MASK) == FREE;
  }

  /** Whether the slot can be used again. */
  boolean isReusable() {
    return ((int) word & STATUS_MASK) != FAILED;
  }

  /** Keeps for ever what the kernel may use at any time, because the ring has failed. */
  void keep(Object memory) {
    assert !isReusable() : this + " has not failed";
    if (kept == null) {
      kept = memory;
    } else if (keptToo == null) {
      keptToo = memory;
    } else if (keptBesides == null) {
      keptBesides = memory;
    } else {
      assert keptLast == null : this + " keeps more than there are fields for";
      keptLast = memory;
    }
  }

  // ---- others

  /** Asks the owner to cancel, if the operation works on {@code target} (null: on anything). */
  void requestCancel(Object target, int cause) {
    for (; ; ) {
      long w = word;
      int status = (int) w & STATUS_MASK;
      if (status != PREPARED && status != SUBMITTED) {
        return;
      }
      Thread waiting = owner;
      if (target != null && subject != target) {
        return; // if these were of a later use, the word has changed and that use looked itself
      }
      if (WORD.compareAndSet(this, w, w | cause)) {
        wake(waiting);
        return;
      }
    }
  }

  /** Whoever calls goes on in any case: others wait for what it does next. */
  private static void wake(Thread thread) {
    try {
      LockSupport.unpark(thread);
    } catch (Throwable t) {
      // Its scheduler has been shut down, and it never runs again. A full heap is no reason: the
      // JDK tries again then.
    }
  }

  void addCause(int cause) {
    WORD.getAndBitwiseOr(this, (long) cause);
  }

  @Override
  protected long userData() {
    return (word & GENERATION_MASK) | index;
  }

  @Override
  protected boolean isPending() {
    long w = word;
    int status = (int) w & STATUS_MASK;
    return (status == SUBMITTED || status == PREPARED) && (w & CAUSES_MASK) == 0;
  }

  @Override
  protected void submitting() {
    transition(PREPARED, SUBMITTED); // a request that is submitted again is SUBMITTED already
  }

  private boolean transition(int from, int to) {
    for (; ; ) {
      long w = word;
      if (((int) w & STATUS_MASK) != from) {
        return false;
      }
      if (WORD.compareAndSet(this, w, (w & ~(long) STATUS_MASK) | to)) {
        return true;
      }
    }
  }

  // ---- completion

  /**
   * Takes the CQE of this use of the slot.
   *
   * @param callerErrno the calling thread's scratch; null in the reaper
   * @return false if the CQE is of another use, or of none
   */
  boolean complete(SlotTable table, long userData, int res, MemorySegment callerErrno)
      throws IOException {
    boolean roundEnded = false;
    for (; ; ) {
      long w = word;
      int status = (int) w & STATUS_MASK;
      if (((w & GENERATION_MASK) | index) != userData
          || (status != SUBMITTED && status != ABANDONED)) {
        return false;
      }
      if (!roundEnded && mayRetry(w) && mustRetry(res)) {
        table.retried();
        table.ring().resubmit(this, callerErrno);
        return true;
      }
      if (force != null && !roundEnded) {
        roundEnded = true; // first: once completed, the slot may be in its next use
        force.ended(res, callerErrno);
        continue;
      }
      Gate first = gate;
      if (status == ABANDONED) {
        Throwable failure = dispose(res);
        end();
        table.release(this);
        table.ring().left(first, callerErrno);
        if (failure != null) {
          throw new IllegalStateException("an abandoned result was not disposed of", failure);
        }
        return true;
      }
      Thread waiting = owner;
      result = res;
      if (WORD.compareAndSet(this, w, (w & ~(long) STATUS_MASK) | COMPLETED)) {
        if ((w & WAITING) != 0) {
          wake(waiting);
        }
        table.ring().left(first, callerErrno);
        return true;
      }
    }
  }

  /** Completes an operation that another's request has served. */
  void completeWithoutRequest(int res) {
    Thread waiting = owner;
    result = res;
    if (transition(PREPARED, COMPLETED)) { // otherwise the ring has failed
      wake(waiting);
    }
  }

  /** Whether nobody asked for the request to be given up, or others still need it. */
  private boolean mayRetry(long w) {
    return (w & CAUSES_MASK) == 0 || (force != null && force.hasFollowers());
  }

  /**
   * Whether the kernel gave up for a reason that is not the caller's.
   *
   * <p>A request is cancelled when the thread that submitted it exits, which idle carriers do, and
   * one that runs in a worker can be interrupted by a signal; nothing was transferred then. EAGAIN
   * is what a request that the block layer had to split answers; a worker can wait for it.
   */
  private boolean mustRetry(int res) {
    if (Errno.isCancelled(res)) {
      return true;
    }
    if (Errno.EAGAIN.is(res) && sqeFlags == 0) {
      sqeFlags = IoUring.IOSQE_ASYNC;
      return true;
    }
    return false;
  }

  /** What was thrown, which must not keep the slot from being given back; null if nothing was. */
  private Throwable dispose(int res) {
    Throwable failure = null;
    try {
      abandonable.dispose(res);
    } catch (Throwable t) {
      failure = t;
    }
    try {
      if (memory != null) {
        memory.close();
      }
    } catch (Throwable t) {
      failure = failure == null ? t : failure;
    }
    return failure;
  }

  void fail() {
    if (transition(PREPARED, FAILED) || transition(SUBMITTED, FAILED)) {
      wake(owner);
    } else if (transition(ABANDONED, FAILED) && force != null) {
      abandonable.dispose(Errno.ECANCELED.negated()); // the file's reference; opens have none yet
    }
  }

  @Override
  public String toString() {
    long w = word;
    return "Operation[slot="
        + index
        + ", generation="
        + (w >>> 32)
        + ", opcode="
        + opcode
        + ", status="
        + ((int) w & STATUS_MASK)
        + ", causes="
        + ((int) w & CAUSES_MASK)
        + "]";
  }
}
