package io.github.loomuring.internal.op;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.IoUring;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.ring.Request;
import java.lang.foreign.MemorySegment;

/**
 * A slot of the operation table: one request at a time, its state, and scratch memory that lives as
 * long as the slot.
 *
 * <p>The thread that acquired the slot owns it: it alone prepares, submits, cancels, waits and
 * gives back. Others only ask it to cancel ({@link #requestCancel}). The {@link Completer} delivers
 * the result. What the kernel may still write to belongs to the slot or to the waiting owner, until
 * the operation's own CQE.
 */
public final class Operation extends Request {
  /*
   * From SUBMITTED on, nothing that is thrown may end this use of the slot: the kernel writes to
   * the memory of the request. So an Error in the owner's wait (a virtual thread that is deep in
   * its stack cannot park, see Pauses) asks for a cancel, as an interrupt does, and the owner goes
   * on waiting, now on its carrier, with nothing that could be torn: see Waiter.
   */

  /** In place of a result: the operation was abandoned. */
  static final int ABANDONED = Integer.MIN_VALUE;

  final int index;
  final StateWord state = new StateWord();
  final Scratch scratch;

  /** The scratch's errno. */
  final MemorySegment errno;

  /** Used by the owner while it waits. */
  final CancelPauses cancelPauses = new CancelPauses();

  /** The work that is done without the ring. Used by the owner. */
  final CallerWork callerWork = new CallerWork();

  /** The operation's place in a round of {@link #shared}. Guarded by the lock of that. */
  final MemberList.Member<Operation> member = new MemberList.Member<>(this);

  // Written by the owner before PREPARED, read by others after it.
  private Thread owner;
  private Subject subject;
  private SharedRequest<Operation> shared;

  /** Written by the reaper before COMPLETED, read by the owner after it. */
  private int result;

  // Written by the owner before ABANDONED, read by the reaper after it.
  private Abandonable abandonable;
  private AutoCloseable memory;

  /** Objects that the kernel may use for ever, if the ring has failed. Written by the owner. */
  private final Kept kept = new Kept();

  Operation(int index, Scratch scratch) {
    this.index = index;
    this.scratch = scratch;
    this.errno = scratch.errno;
  }

  // ---- the request

  /** Sets the values of the SQE, and its first gate; see {@link Sqe}. */
  void set(byte opcode, int fd, long addr, int len, long off, int opFlags, Gate gate) {
    prepare(opcode, fd, addr, len, off, opFlags, gate);
  }

  /** Lets a worker of the kernel run the request from the start, where it may block. */
  void setAsync() {
    sqeFlags = IoUring.IOSQE_ASYNC;
  }

  /** Lets a worker of the kernel run the request; false if it was to run there already. */
  boolean moveToWorker() {
    if (isAsync()) {
      return false;
    }
    setAsync();
    return true;
  }

  /** Lets the kernel try the request in the thread that submits it. */
  void clearAsync() {
    sqeFlags = 0;
  }

  boolean isAsync() {
    return sqeFlags != 0;
  }

  byte opcode() {
    return opcode;
  }

  int fd() {
    return fd;
  }

  long off() {
    return off;
  }

  long addr() {
    return addr;
  }

  int len() {
    return len;
  }

  int opFlags() {
    return opFlags;
  }

  Gate gate() {
    return gate;
  }

  // ---- one use of the slot, by its owner

  /** Begins a use of the slot: others can cancel the operation by {@code subject} from now on. */
  void begin(Subject subject) {
    this.subject = subject;
    this.owner = Thread.currentThread();
    state.prepare();
  }

  /** Makes the request one that serves other operations too. Called before {@link #begin}. */
  void share(SharedRequest<Operation> request) {
    assert state.is(StateWord.FREE) : this;
    this.shared = request;
  }

  /** The request that the operation shares with others; null if it has its own. */
  SharedRequest<Operation> shared() {
    return shared;
  }

  /** Memory that is kept until the CQE of an operation that is abandoned, and then closed. */
  void setMemory(AutoCloseable memory) {
    this.memory = memory;
  }

  /**
   * Leaves slot and memory to the reaper.
   *
   * @return false if the request has completed
   */
  boolean abandon(Abandonable to) {
    this.abandonable = to;
    return state.abandon();
  }

  /** As {@link #abandon}, of a request that others still need, wherever it is. */
  boolean abandonToOthers(Abandonable to) {
    this.abandonable = to;
    return state.abandonToOthers();
  }

  /** Completes an operation whose request never reached the kernel, or is another one's. */
  void completeWithdrawn() {
    result = Errno.ECANCELED.negated();
    state.completeUnsubmitted(); // false if the ring has failed meanwhile
  }

  /** The result, or a negated errno. */
  int result() {
    return result;
  }

  /** Why the operation was cancelled, a set of {@link Causes}; zero if it was not. */
  int causes() {
    return state.causes();
  }

  boolean isCompleted() {
    return state.is(StateWord.COMPLETED);
  }

  boolean isFree() {
    return state.is(StateWord.FREE);
  }

  /** Whether the kernel may have the request. */
  boolean isInFlight() {
    return state.is(StateWord.SUBMITTED) || state.is(StateWord.ABANDONED);
  }

  /** Whether the slot can be used again; otherwise the ring has failed. */
  boolean isReusable() {
    return !state.is(StateWord.FAILED);
  }

  /** Ends this use of the slot; see {@link StateWord#free}. Nothing, if the ring has failed. */
  void end() {
    if (!state.free()) {
      return;
    }
    subject = null;
    owner = null;
    memory = null;
    abandonable = null;
    shared = null;
  }

  /** Keeps for ever what the kernel may use at any time, because the ring has failed. */
  void keep(Object used) {
    assert !isReusable() : this + " has not failed";
    kept.add(used);
  }

  // ---- others

  /** Asks the owner to cancel, if the operation works on {@code target} (null: on anything). */
  void requestCancel(Subject target, int cause) {
    for (; ; ) {
      long seen = state.get();
      int status = StateWord.status(seen);
      if (status != StateWord.PREPARED && status != StateWord.SUBMITTED) {
        return;
      }
      Thread waiting = owner;
      if (target != null && subject != target) {
        return; // if these were of a later use, the word has changed and that use looked itself
      }
      if (state.addCause(seen, cause)) {
        Pauses.unpark(waiting);
        return;
      }
    }
  }

  @Override
  protected long userData() {
    return StateWord.generation(state.get()) | index;
  }

  @Override
  protected boolean isPending() {
    long w = state.get();
    int status = StateWord.status(w);
    return (status == StateWord.SUBMITTED || status == StateWord.PREPARED)
        && StateWord.causes(w) == 0;
  }

  @Override
  protected void submitting() {
    state.submitted();
  }

  // ---- completion

  /** Delivers a result to the owner; false if the state is no longer {@code seen}. */
  boolean complete(long seen, int res) {
    Thread waiting = owner;
    result = res;
    if (!state.complete(seen)) {
      return false;
    }
    if (StateWord.isWaiting(seen)) {
      Pauses.unpark(waiting);
    }
    return true;
  }

  /** Completes an operation that another's request has served. */
  void completeWithoutRequest(int res) {
    Thread waiting = owner;
    result = res;
    if (state.completeUnsubmitted()) { // otherwise the ring has failed
      Pauses.unpark(waiting);
    }
  }

  /**
   * Gives what an abandoned operation has brought to whoever takes it, and its memory back.
   *
   * @return what was thrown, which must not keep the slot from being given back; or null
   */
  Throwable dispose(int res) {
    assert isCompleted() : this;
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

  /** The ring has failed. */
  void fail() {
    int before = state.fail();
    if (before == StateWord.PREPARED || before == StateWord.SUBMITTED) {
      Pauses.unpark(owner);
    } else if (before == StateWord.ABANDONED && shared != null) {
      abandonable.dispose(Errno.ECANCELED.negated()); // the file's reference; opens have none yet
    }
  }

  @Override
  public String toString() {
    return "Operation[slot=" + index + ", opcode=" + opcode + ", " + state + "]";
  }
}
