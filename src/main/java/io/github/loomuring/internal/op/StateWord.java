package io.github.loomuring.internal.op;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of a slot: its status, its generation, and why it is to be cancelled, in one word.
 *
 * <p>Each method is one transition. It asserts the status that it starts from, or answers false if
 * another thread was faster. The owner prepares, abandons and frees; whoever writes the SQE
 * submits; whoever finds the CQE completes.
 */
final class StateWord {
  /*
   * word: generation (32 bits) | WAITING (1 bit) | causes (8 bits) | status (8 bits)
   *
   *                 prepare               submitted             complete
   *        FREE ──────────────▶ PREPARED ───────────▶ SUBMITTED ───────▶ COMPLETED
   *         ▲                       │                     │ abandon          │
   *         │                       │                     ▼                  │
   *         │        free           │                 ABANDONED ──────┐      │ free
   *         └───────────────────────┴─────────────────────────────────┴──────┘
   *
   * A call of force that another's fsync serves goes from PREPARED to COMPLETED, see
   * completeUnsubmitted.
   *
   * A request of force that others need also goes from PREPARED to ABANDONED, and an owner that
   * sends another request goes from COMPLETED to PREPARED.
   *
   * Every transition of a slot in use is a CAS on the whole word, so a cancel that was meant for an
   * earlier use of the slot, and a CQE of an earlier use, miss. FAILED is entered from PREPARED,
   * SUBMITTED and ABANDONED when the ring fails, which any thread may find out at any time. It is
   * never left: the kernel may still use the slot's memory.
   *
   * Cancelling is no status: causes say that it was asked for and why, and the owner then sends
   * IORING_OP_ASYNC_CANCEL, again and again with growing pauses, until the operation's own CQE is
   * there. One is not enough: a cancel misses a request that the kernel is just trying again, or
   * that another thread is about to submit.
   */
  static final int FREE = 0;
  static final int PREPARED = 1;
  static final int SUBMITTED = 2;
  static final int COMPLETED = 3;
  static final int ABANDONED = 4;
  static final int FAILED = 5;

  private static final int STATUS_MASK = 0xff;
  private static final long WAITING = 1 << 16;
  private static final long GENERATION_ONE = 1L << 32;
  private static final long GENERATION_MASK = -GENERATION_ONE;
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(StateWord.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long word;

  // ---- what a word says

  /** The whole word, for {@link #complete}. */
  long get() {
    return word;
  }

  static int status(long word) {
    return (int) word & STATUS_MASK;
  }

  static int causes(long word) {
    return (int) word & Causes.MASK;
  }

  static boolean isWaiting(long word) {
    return (word & WAITING) != 0;
  }

  /** The generation, in the upper half of a {@code user_data}. */
  static long generation(long word) {
    return word & GENERATION_MASK;
  }

  int status() {
    return status(word);
  }

  int causes() {
    return causes(word);
  }

  boolean is(int status) {
    return status(word) == status;
  }

  // ---- transitions

  /**
   * FREE → PREPARED, by the owner, in a new generation; also from COMPLETED, for its next request.
   */
  void prepare() {
    long w = word;
    assert status(w) == FREE || status(w) == COMPLETED : this;
    // Volatile: whoever closes the file or the ring either finds this operation in the table, or
    // has closed first, and is found by the look that the owner takes next.
    word = (generation(w) + GENERATION_ONE) | PREPARED;
  }

  /** PREPARED → SUBMITTED, by whoever writes the SQE. One that is written again is SUBMITTED. */
  void submitted() {
    boolean moved = transition(PREPARED, SUBMITTED);
    assert moved || mayBeSubmittedAgain() : this;
  }

  private boolean mayBeSubmittedAgain() {
    int status = status();
    return status == SUBMITTED || status == ABANDONED || status == FAILED;
  }

  /**
   * SUBMITTED → COMPLETED, by whoever found the CQE; false if the word is no longer {@code seen}.
   */
  boolean complete(long seen) {
    assert status(seen) == SUBMITTED : this;
    return WORD.compareAndSet(this, seen, withStatus(seen, COMPLETED));
  }

  /** PREPARED → COMPLETED, of one that another's request has served; false if the ring failed. */
  boolean completeUnsubmitted() {
    return transition(PREPARED, COMPLETED);
  }

  /** SUBMITTED → ABANDONED, by the owner; false if it has completed. */
  boolean abandon() {
    return transition(SUBMITTED, ABANDONED);
  }

  /**
   * PREPARED or SUBMITTED → ABANDONED, by the owner, of a request that others still need: it is no
   * longer one that is to be cancelled. False if it has ended.
   */
  boolean abandonToOthers() {
    for (; ; ) {
      long w = word;
      int status = status(w);
      if (status != PREPARED && status != SUBMITTED) {
        return false;
      }
      if (WORD.compareAndSet(this, w, generation(w) | ABANDONED)) {
        return true;
      }
    }
  }

  /**
   * ABANDONED → COMPLETED, by whoever found the CQE, and then disposes of the result; false if the
   * word is no longer {@code seen}.
   */
  boolean completeAbandoned(long seen) {
    assert status(seen) == ABANDONED : this;
    return WORD.compareAndSet(this, seen, withStatus(seen, COMPLETED));
  }

  /**
   * PREPARED, SUBMITTED or ABANDONED → FAILED, because the ring has failed.
   *
   * @return the status before; FREE, COMPLETED and FAILED stay as they are
   */
  int fail() {
    for (; ; ) {
      long w = word;
      int status = status(w);
      if (status != PREPARED && status != SUBMITTED && status != ABANDONED) {
        return status;
      }
      if (WORD.compareAndSet(this, w, withStatus(w, FAILED))) {
        return status;
      }
    }
  }

  /**
   * Any status but SUBMITTED, ABANDONED and FAILED → FREE: by the owner, also of a request that
   * never reached the ring.
   *
   * @return false if the ring has failed
   */
  boolean free() {
    for (; ; ) {
      long w = word;
      int status = status(w);
      if (status == FAILED) {
        return false;
      }
      assert status != SUBMITTED && status != ABANDONED : this + ": the kernel is not done";
      if (WORD.compareAndSet(this, w, generation(w))) {
        return true;
      }
    }
  }

  // ---- within a status

  /** Asks for the owner to be woken at the completion; false if the operation has ended. */
  boolean setWaiting() {
    for (; ; ) {
      long w = word;
      int status = status(w);
      if (status != PREPARED && status != SUBMITTED) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w | WAITING)) {
        return true;
      }
    }
  }

  /** Adds to why the operation is to be cancelled. */
  void addCause(int cause) {
    WORD.getAndBitwiseOr(this, (long) cause);
  }

  /** Adds to why {@code seen} is to be cancelled; false if the word is another by now. */
  boolean addCause(long seen, int cause) {
    return WORD.compareAndSet(this, seen, seen | cause);
  }

  private boolean transition(int from, int to) {
    for (; ; ) {
      long w = word;
      if (status(w) != from) {
        return false;
      }
      if (WORD.compareAndSet(this, w, withStatus(w, to))) {
        return true;
      }
    }
  }

  private static long withStatus(long word, int status) {
    return (word & ~(long) STATUS_MASK) | status;
  }

  private static String name(int status) {
    return switch (status) {
      case FREE -> "FREE";
      case PREPARED -> "PREPARED";
      case SUBMITTED -> "SUBMITTED";
      case COMPLETED -> "COMPLETED";
      case ABANDONED -> "ABANDONED";
      case FAILED -> "FAILED";
      default -> "status " + status;
    };
  }

  @Override
  public String toString() {
    long w = word;
    return name(status(w))
        + ", generation="
        + (w >>> 32)
        + ", causes="
        + (causes(w) >>> 8)
        + (isWaiting(w) ? ", waiting" : "");
  }
}
