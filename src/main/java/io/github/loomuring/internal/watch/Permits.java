package io.github.loomuring.internal.watch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The permits of one device for calls of one kind: so many callers at once may make a system call
 * that may wait there, each on its carrier. Any thread may call.
 *
 * <p>A carrier makes one call at a time. So more callers than carriers means that some are blocked,
 * and that {@link CarrierWatch} has replaced their carriers. How many are let in follows how long
 * the calls last: many slow ones halve the number, down to one caller now and then, who finds out
 * whether the device still waits; quick ones add one after the other. A caller without a permit
 * sends a request, or uses the pool. That costs more processor time, which does not matter where
 * the device is what everybody waits for, and it has more calls under way.
 *
 * <p>A call is slow as well if the kernel runs another thread meanwhile. That happens to few calls,
 * and few slow calls do not matter.
 */
public final class Permits {
  /** In place of a permit: the caller must not make the call. */
  public static final int NONE = -1;

  /** The permit of a call that cannot wait. */
  public static final int UNNEEDED = -2;

  /** The permit of a platform thread: it has no carrier that could be replaced. */
  private static final int UNMARKED = -3;

  private static final int LIMIT_MAX = Runtime.getRuntime().availableProcessors() + 3;

  // A quick call adds one to the score. So the limit grows if fewer than about one call in nine is
  // slow. On an ext4 that has a journal and does not wait for its device one call in a hundred was,
  // and one in three on an ext4 that is mounted with discard.
  static final int SLOW_WEIGHT = 8;
  static final int ONE_MORE = 64;
  static final int HALF = -64;

  // How many callers get no permit after a slow call if there is one permit only, and others have
  // asked for it meanwhile; twice as many after the next slow call. A device that keeps everybody
  // waiting gains nothing from the one caller that keeps its carrier, and unrelated threads lose.
  static final int SKIPS_MIN = 64;
  static final int SKIPS_MAX = 8192;

  private static final VarHandle INSIDE;

  static {
    try {
      INSIDE = MethodHandles.lookup().findVarHandle(Permits.class, "inside", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long slowNanos;
  private volatile int inside;
  private volatile int limit = LIMIT_MAX;

  // Without memory ordering: a few calls more or fewer do not matter.
  private int score;
  private int skips; // callers that are still to get none
  private int skipsNext = SKIPS_MIN;
  private boolean refused; // somebody got none since the last slow call

  /**
   * Makes permits for calls of one kind.
   *
   * @param slowNanos a call that lasts so long is slow
   */
  public Permits(long slowNanos) {
    this.slowNanos = slowNanos;
  }

  /** Takes a permit, which {@link #leave} must give back; {@link #NONE} if there is none. */
  public int tryEnter() {
    boolean virtual = Thread.currentThread().isVirtual();
    int most = limit;
    if (virtual && !CarrierWatch.isPossible()) {
      if (!CarrierWatch.isBeingFound()) {
        return NONE;
      }
      most = 1; // for the first calls of a program: their carriers are replaced a little later
    }
    if (skips > 0) {
      skips--;
      return NONE;
    }
    for (int n = inside; n < most; n = inside) {
      if (INSIDE.compareAndSet(this, n, n + 1)) {
        return virtual ? mark() : UNMARKED;
      }
    }
    refused = true;
    return NONE;
  }

  private int mark() {
    int mark = CarrierWatch.begin();
    if (mark >= 0) {
      return mark;
    }
    INSIDE.getAndAdd(this, -1); // more calls than there are marks, on all devices together
    return NONE;
  }

  /**
   * Gives a permit back, after the call. Returns for how many nanoseconds the call has kept its
   * carrier, as far as that is known.
   */
  public long leave(int permit) {
    assert permit != NONE : "there was no permit";
    if (permit == UNNEEDED) {
      return 0;
    }
    long nanos = permit == UNMARKED ? 0 : CarrierWatch.end(permit);
    int before = (int) INSIDE.getAndAdd(this, -1);
    assert before > 0 : "a permit was given back twice";
    ended(nanos);
    return nanos;
  }

  /** Adapts the limit to a call that has lasted so long. */
  void ended(long nanos) {
    if (limit > 1) {
      skipsNext = SKIPS_MIN;
    } else if (nanos >= slowNanos && refused) {
      refused = false;
      skips = skipsNext;
      skipsNext = Math.min(2 * skipsNext, SKIPS_MAX);
    }
    score += nanos < slowNanos ? 1 : -weight(nanos / slowNanos);
    if (score >= ONE_MORE) {
      score = 0;
      limit = Math.min(limit + 1, LIMIT_MAX); // two at once may count as one
    } else if (score <= HALF) {
      score = 0;
      limit = Math.max(1, limit / 2);
    }
  }

  /** By how much a slow call lowers the score: more if it lasts longer, but not in proportion. */
  private static int weight(long times) {
    int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(times);
    return SLOW_WEIGHT * (1 + doublings);
  }

  /** How many calls are under way. */
  public int inside() {
    return inside;
  }

  /** How many calls at once are allowed now. */
  public int limit() {
    return limit;
  }

  @Override
  public String toString() {
    return "Permits[inside=" + inside + ", limit=" + limit + "]";
  }
}
