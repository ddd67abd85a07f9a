package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.concurrent.SpinLock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bound on requests in flight, with a queue of those that wait for room.
 *
 * <p>There is a gate for each device (so that {@code io_uring_enter} never has to wait in the block
 * layer for a free tag, holding its carrier), one for each direction of a file that cannot seek (so
 * that bytes come in order, and one pipe does not fill the ring), and one for the ring as a whole
 * (so that completions always fit the completion queue). They form chains: a request passes a gate,
 * then its parent, and leaves all of them at its completion. Any thread may call any method.
 */
public final class Gate {
  /*
   * state: requests waiting in the upper 32 bits, requests inside in the lower 32.
   *
   * While nobody waits, entering and leaving are one CAS. Whoever finds the gate full, or others
   * waiting, takes the lock; the number of waiting requests changes only under the lock, and while
   * it is not zero every entry and exit takes the lock. So an exit either sees the waiting request
   * and hands its place on, or the request's own CAS from "nobody waits" fails and it looks again.
   * A place is never free while somebody waits.
   */
  private static final VarHandle STATE;
  private static final long ONE_WAITING = 1L << 32;
  private static final long INSIDE_MASK = ONE_WAITING - 1;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Gate.class, "state", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Gate parent;
  private final int limit;
  private final boolean lasting;
  private final SpinLock lock = new SpinLock();
  private volatile long state;
  private Request head; // guarded by lock
  private Request tail; // guarded by lock

  /**
   * A gate that lets {@code limit} requests in.
   *
   * @param parent the gate to pass next, or null
   */
  public Gate(int limit, Gate parent) {
    this(limit, parent, parent != null && parent.lasting);
  }

  private Gate(int limit, Gate parent, boolean lasting) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit=" + limit + " is not positive");
    }
    this.limit = limit;
    this.parent = parent;
    this.lasting = lasting;
  }

  /** A gate, and parent of gates, of requests that may last for ever; otherwise as any. */
  public static Gate ofLasting(int limit, Gate parent) {
    return new Gate(limit, parent, true);
  }

  /** Whether requests that pass this gate first may last for ever. */
  boolean isLasting() {
    return lasting;
  }

  public int limit() {
    return limit;
  }

  /** Requests inside, at this moment. */
  public int inside() {
    return (int) (state & INSIDE_MASK);
  }

  /** Requests waiting, at this moment. */
  public int waiting() {
    return (int) (state >>> 32);
  }

  /** Whether a request that came now would have to wait. */
  public boolean isFull() {
    long s = state;
    return s >= ONE_WAITING || s >= limit;
  }

  /** Lets {@code request} in and answers true, or queues it. */
  boolean enter(Request request) {
    for (long s = state; s < limit; s = state) { // s < limit: nobody waits and there is room
      if (STATE.compareAndSet(this, s, s + 1)) {
        return true;
      }
    }
    lock.lock();
    try {
      for (; ; ) {
        long s = state;
        if (s < limit) {
          if (STATE.compareAndSet(this, s, s + 1)) {
            return true;
          }
        } else if (STATE.compareAndSet(this, s, s + ONE_WAITING)) {
          append(request);
          return false;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives a place up: to the request that waits longest, which is returned, or to nobody. */
  Request leave() {
    for (long s = state; s < ONE_WAITING; s = state) {
      if (STATE.compareAndSet(this, s, s - 1)) {
        return null;
      }
    }
    lock.lock();
    try {
      for (; ; ) {
        long s = state;
        if (s >= ONE_WAITING) {
          // Only lock holders change the state while somebody waits.
          state = s - ONE_WAITING;
          Request first = head;
          unlink(first);
          return first;
        }
        if (STATE.compareAndSet(this, s, s - 1)) {
          return null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes {@code request} out of this gate's queue; false if it is not (or no longer) there. */
  boolean remove(Request request) {
    lock.lock();
    try {
      if (request.queuedAt != this) {
        return false;
      }
      long s = state;
      state = s - ONE_WAITING; // only lock holders change the state while somebody waits
      unlink(request);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void append(Request request) {
    request.queuedAt = this;
    request.previous = tail;
    request.next = null;
    if (tail == null) {
      head = request;
    } else {
      tail.next = request;
    }
    tail = request;
  }

  private void unlink(Request request) {
    if (request.previous == null) {
      head = request.next;
    } else {
      request.previous.next = request.next;
    }
    if (request.next == null) {
      tail = request.previous;
    } else {
      request.next.previous = request.previous;
    }
    request.queuedAt = null;
    request.previous = null;
    request.next = null;
  }

  @Override
  public String toString() {
    return "Gate[limit=" + limit + ", inside=" + inside() + ", waiting=" + waiting() + "]";
  }
}
