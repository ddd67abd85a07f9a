package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.concurrent.SpinLock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bound on the requests in flight, with a queue of the requests that wait for a place.
 *
 * <p>Each device has a gate, so that {@code io_uring_enter} never waits in the block layer for a
 * free tag while it holds its carrier. Each direction of a file that cannot seek has one, so that
 * bytes stay in order and one pipe does not fill the ring. The ring as a whole has one, so that
 * completions always fit the completion queue. Gates form chains: a request enters a gate, then its
 * parent, and leaves all of them when it completes. Any thread may call any method.
 */
public final class Gate {
  /*
   * state: requests waiting in the upper 32 bits, requests inside in the lower 32.
   *
   * While no request waits, entering and leaving are one CAS each. A thread that finds the gate
   * full, or other requests waiting, takes the lock. The number of waiting requests changes only
   * under the lock, and while it is not zero every entry and every exit takes the lock. So an exit
   * either sees the waiting request and hands its place on, or the CAS that appends the request
   * fails, because it expects the state from before the exit, and the request looks again. No place
   * is ever free while a request waits.
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

  private enum Kind {
    PLAIN,
    LASTING,
    STREAM
  }

  final Gate parent;
  private final int limit;
  private final Kind kind;
  private final SpinLock lock = new SpinLock();
  private volatile long state;
  private final WaiterList queue = new WaiterList(); // guarded by lock

  /**
   * Makes a gate with {@code limit} places.
   *
   * @param parent the gate to enter next, or null
   */
  public Gate(int limit, Gate parent) {
    this(limit, parent, parent == null ? Kind.PLAIN : parent.kind);
  }

  private Gate(int limit, Gate parent, Kind kind) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit=" + limit + " is not positive");
    }
    this.limit = limit;
    this.parent = parent;
    this.kind = kind;
  }

  /** Makes a gate for requests that may last for ever; its children are for such requests too. */
  public static Gate ofLasting(int limit, Gate parent) {
    return new Gate(limit, parent, Kind.LASTING);
  }

  /**
   * As {@link #ofLasting}, for requests on descriptors that {@code poll(2)} tells to be ready, and
   * that have no position.
   */
  public static Gate ofStreams(int limit, Gate parent) {
    return new Gate(limit, parent, Kind.STREAM);
  }

  /** Whether requests that enter this gate first may last for ever. */
  boolean isLasting() {
    return kind != Kind.PLAIN;
  }

  /** Whether requests that enter this gate first are on descriptors that can be polled. */
  boolean isOfStreams() {
    return kind == Kind.STREAM;
  }

  public int limit() {
    return limit;
  }

  /** The number of requests inside, at this moment. */
  public int inside() {
    return (int) (state & INSIDE_MASK);
  }

  /** The number of requests waiting, at this moment. */
  public int waiting() {
    return (int) (state >>> 32);
  }

  /** Whether a request that came now would have to wait. */
  public boolean isFull() {
    long s = state;
    return s >= ONE_WAITING || s >= limit;
  }

  /** Lets {@code request} in and returns true, or queues it and returns false. */
  boolean enter(WaiterList.Waiter request) {
    for (long s = state; s < limit; s = state) { // s < limit: no request waits and there is room
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
          queue.add(request);
          return false;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives a place up. Returns the request that gets it, the one that waits longest, or null. */
  WaiterList.Waiter leave() {
    for (long s = state; s < ONE_WAITING; s = state) {
      assert s > 0 : this + ": no request is inside";
      if (STATE.compareAndSet(this, s, s - 1)) {
        return null;
      }
    }
    lock.lock();
    try {
      for (; ; ) {
        long s = state;
        if (s >= ONE_WAITING) {
          // Only lock holders change the state while requests wait.
          assert (s & INSIDE_MASK) == limit : this + ": a place is free while a request waits";
          state = s - ONE_WAITING;
          return queue.poll();
        }
        assert s > 0 : this + ": no request is inside";
        if (STATE.compareAndSet(this, s, s - 1)) {
          return null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes {@code request} out of this gate's queue. Returns false if it does not wait there. */
  boolean remove(WaiterList.Waiter request) {
    lock.lock();
    try {
      if (!queue.contains(request)) {
        return false;
      }
      long s = state;
      assert s >= ONE_WAITING : this + ": a request is queued, and none waits";
      state = s - ONE_WAITING; // only lock holders change the state while requests wait
      queue.remove(request);
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "Gate[limit=" + limit + ", inside=" + inside() + ", waiting=" + waiting() + "]";
  }
}
