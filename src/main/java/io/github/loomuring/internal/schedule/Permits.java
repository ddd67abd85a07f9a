package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.watch.CarrierWatch;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The permits of one device: so many callers at once may make a system call that may wait there,
 * each on its carrier. Any thread may call.
 *
 * <p>A carrier makes one call at a time. So more callers than carriers means that some are blocked,
 * and that {@link CarrierWatch} has replaced their carriers. How many are let in follows from that:
 * a call that had to be replaced halves the number, down to one caller, who finds out whether the
 * device still waits; {@link #CALLS_FOR_ONE_MORE} calls that ended by themselves add one. A caller
 * without a permit sends a request, or uses the pool. That costs more processor time, which does
 * not matter where the device is what everybody waits for, and it has more calls under way.
 */
public final class Permits {
  /** In place of a permit: the caller must not make the call. */
  public static final int NONE = -1;

  /** The permit of a call that cannot wait. */
  public static final int UNNEEDED = -2;

  /** The permit of a platform thread: it has no carrier that could be replaced. */
  private static final int UNMARKED = -3;

  private static final int LIMIT_MAX = Runtime.getRuntime().availableProcessors() + 3;

  static final int CALLS_FOR_ONE_MORE = 64;

  private static final VarHandle INSIDE;

  static {
    try {
      INSIDE = MethodHandles.lookup().findVarHandle(Permits.class, "inside", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int inside;
  private volatile int limit = LIMIT_MAX;

  /** Without memory ordering: a few calls more or fewer do not matter. */
  private int calls;

  /** Takes a permit, which {@link #leave} must give back; {@link #NONE} if there is none. */
  public int tryEnter() {
    boolean virtual = Thread.currentThread().isVirtual();
    if (virtual && !CarrierWatch.isPossible()) {
      return NONE;
    }
    for (int n = inside; n < limit; n = inside) {
      if (INSIDE.compareAndSet(this, n, n + 1)) {
        return virtual ? mark() : UNMARKED;
      }
    }
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

  /** Gives a permit back, after the call. */
  public void leave(int permit) {
    assert permit != NONE : "there was no permit";
    if (permit == UNNEEDED) {
      return;
    }
    boolean replaced = permit != UNMARKED && CarrierWatch.end(permit);
    int before = (int) INSIDE.getAndAdd(this, -1);
    assert before > 0 : "a permit was given back twice";
    ended(replaced);
  }

  /** Adapts the limit to a call that has ended. */
  void ended(boolean replaced) {
    if (replaced) {
      calls = 0;
      limit = Math.max(1, limit / 2);
    } else if (++calls >= CALLS_FOR_ONE_MORE) {
      calls = 0;
      if (limit < LIMIT_MAX) {
        limit++; // two at once may count as one
      }
    }
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
