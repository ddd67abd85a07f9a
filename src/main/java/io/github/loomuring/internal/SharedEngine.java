package io.github.loomuring.internal;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.ring.UnavailableException.Prospect;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.ForwardingEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The engine of the shared {@code Uring}: a ring where one can be made, otherwise the pool.
 *
 * <p>It makes the ring at the first use. If that fails because of a shortage, or if the ring fails
 * later, it tries again when it is used, and the pool serves meanwhile. A file stays with the
 * engine that opened it. Any thread may call.
 */
public final class SharedEngine extends ForwardingEngine {
  /*
   * The engine that serves is part of one immutable state, so that engine, reason and prospect
   * always agree.
   *
   *   null        the shared engine has not been used yet
   *   ring        the ring serves while it is open; once it has failed, the next user replaces it
   *   no ring     the pool serves (or no engine, if the pool must not be used), for ever or until
   *               the time of the next attempt
   *
   * Transitions, all under the lock: null to ring (serve) or no ring (unavailable); no ring to ring
   * or again no ring; a failed ring to ring or no ring; any state to the last one (close).
   *
   * One thread at a time makes a ring, under the lock. Other threads wait for it if no engine
   * serves. The thread that makes the ring may come back here: making a ring may log, and a log may
   * read its configuration through the default file system, which may be the library's. Then the
   * pool serves that call. For the same reason nothing is logged under the lock: a thread that is
   * in the log at that moment may be waiting for the lock. Other code than the log (class loaders)
   * may do the same, so no thread waits without a time limit.
   */

  /** Makes a ring. */
  public interface Maker {
    Engine make() throws UnavailableException;
  }

  /** Learns which engine serves; never called under the lock. */
  public interface Listener {
    /** An attempt to make a ring has failed. */
    void unavailable(String reason, boolean passes);

    /** A ring serves again; {@code why} is the reason why none did before. */
    void recovered(String why);
  }

  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  // The pause between two attempts, doubled each time.
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SHORTAGE_DOUBLINGS_MAX = 6; // about a minute
  private static final int FAILURE_DOUBLINGS_MAX = 12; // about an hour: a failed ring is not freed

  /** The failure of a ring that has worked for so long is not a repetition of the one before. */
  private static final long SOUND_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Maker maker;
  private final Supplier<? extends Engine> poolMaker;
  private final Supplier<? extends Engine> interimMaker;
  private final boolean mayUsePool;
  private final Listener listener;
  private final LongSupplier clock;
  private final ReentrantLock making = new ReentrantLock();
  private final AtomicReference<Engine> pool = new AtomicReference<>();
  private final AtomicReference<Engine> interimPool = new AtomicReference<>();
  private final List<Engine> failed = new ArrayList<>(); // guarded by making
  private int shortages; // guarded by making; in a row
  private int failures; // guarded by making; in a row
  private long madeNanos; // guarded by making
  private volatile State state; // written under making
  private volatile boolean closed; // written under making

  /**
   * The engine that serves.
   *
   * @param engine the ring or the pool; null if there is no ring and the pool must not be used
   * @param reason why there is no ring; null if there is one
   * @param prospect whether there can be a ring later; null if there is one
   * @param nextNanos when to make the next attempt, unless the reason is {@code LASTING}
   */
  private record State(Engine engine, String reason, Prospect prospect, long nextNanos) {
    private State {
      assert (reason == null) == (prospect == null) : "a ring has neither, no ring has both";
      assert reason != null || engine != null : "a ring is an engine";
    }

    static State ring(Engine engine) {
      return new State(engine, null, null, 0);
    }

    boolean isRing() {
      return reason == null;
    }
  }

  /**
   * Makes the shared engine, which makes its ring or the pool at the first use.
   *
   * @param interim makes the pool for calls that cannot wait until a ring or the pool has been made
   */
  public SharedEngine(
      Maker maker,
      Supplier<? extends Engine> pool,
      Supplier<? extends Engine> interim,
      boolean mayUsePool,
      Listener listener,
      LongSupplier nanoClock) {
    this.maker = maker;
    this.poolMaker = pool;
    this.interimMaker = interim;
    this.mayUsePool = mayUsePool;
    this.listener = listener;
    this.clock = nanoClock;
  }

  // ---- the engine that serves

  /**
   * The engine that serves now.
   *
   * @throws UnsupportedOperationException if there is no ring, and the pool must not be used
   */
  public Engine current() {
    State now = look();
    if (now.engine == null) {
      throw new UnsupportedOperationException("io_uring is not available: " + now.reason);
    }
    return now.engine;
  }

  /** Whether a ring serves. */
  public boolean isRing() {
    return look().isRing();
  }

  /** Why no ring serves; null if one does. */
  public String reason() {
    return look().reason;
  }

  /** Whether the calling thread is making a ring, and has come back here meanwhile. */
  public boolean isBeingMadeHere() {
    return making.isHeldByCurrentThread();
  }

  private State look() {
    State now = state;
    if (now != null && !isDue(now)) {
      return now;
    }
    if (isBeingMadeHere()) {
      return interim();
    }
    // A thread that finds the pool serving does not wait for the thread that makes a ring.
    boolean mustWait = now == null || now.engine == null || now.isRing();
    if (!lock(mustWait ? WAIT_NANOS : 0)) {
      return now == null || now.isRing() ? interim() : now;
    }
    Runnable news = null;
    try {
      State before = state;
      if (before == null || isDue(before)) {
        news = makeRing(before);
      }
      now = state;
    } finally {
      making.unlock();
    }
    if (news != null) {
      news.run();
    }
    return now;
  }

  private boolean isDue(State now) {
    if (closed) {
      return false;
    }
    if (now.isRing()) {
      return !now.engine.isOpen();
    }
    // Without a pool, each call tries to make the ring: an attempt during a shortage fails fast.
    return switch (now.prospect) {
      case LASTING -> false;
      case PASSING -> now.engine == null || clock.getAsLong() - now.nextNanos >= 0;
      case UNKNOWN -> clock.getAsLong() - now.nextNanos >= 0;
    };
  }

  /** The state that one call of a thread sees while a ring is being made. */
  private State interim() {
    Engine known = pool.get();
    Engine serving = known != null ? known : made(interimPool, interimMaker);
    return new State(serving, "it is being made", Prospect.PASSING, 0);
  }

  private Engine pool() {
    return made(pool, poolMaker);
  }

  private static Engine made(AtomicReference<Engine> made, Supplier<? extends Engine> maker) {
    Engine known = made.get();
    if (known == null) {
      Engine mine = maker.get();
      known = made.compareAndExchange(null, mine);
      if (known == null) {
        return mine;
      }
      mine.close(); // another thread was faster
    }
    return known;
  }

  /** Acquires the lock; false if the time was up. An interrupt is kept for later. */
  private boolean lock(long waitNanos) {
    if (making.tryLock()) {
      return true;
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + waitNanos;
    try {
      for (long left = waitNanos; left > 0; left = deadline - System.nanoTime()) {
        try {
          return making.tryLock(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  // ---- making a ring

  /**
   * Tries to make a ring, and changes the state.
   *
   * @return tells the listener, to be run without the lock; null if there is nothing to tell
   */
  private Runnable makeRing(State before) {
    boolean hasFailed = before != null && before.isRing();
    if (hasFailed) {
      failures = clock.getAsLong() - madeNanos > SOUND_NANOS ? 1 : failures + 1;
      if (failures > 1) {
        return unavailable(
            before, "rings have failed " + failures + " times in a row", Prospect.UNKNOWN);
      }
    }
    try {
      Engine ring = maker.make();
      serve(before, ring);
      madeNanos = clock.getAsLong();
      shortages = 0;
      String why = hasFailed ? "the ring before has failed" : before == null ? null : before.reason;
      return why == null ? null : () -> listener.recovered(why);
    } catch (UnavailableException e) {
      failures += e.prospect() == Prospect.UNKNOWN ? 1 : 0;
      return unavailable(before, e.getMessage(), e.prospect());
    } catch (OutOfMemoryError e) {
      UnavailableException shortage = UnavailableException.shortage(e);
      return unavailable(before, shortage.getMessage(), shortage.prospect());
    } catch (RuntimeException | LinkageError e) {
      failures++;
      return unavailable(before, "a ring cannot be made: " + e, Prospect.UNKNOWN);
    }
  }

  private void serve(State before, Engine ring) {
    try {
      replace(before, State.ring(ring));
    } catch (Throwable t) {
      ring.close(); // no other thread knows of it
      throw t;
    }
  }

  private Runnable unavailable(State before, String reason, Prospect prospect) {
    int doublings =
        prospect == Prospect.UNKNOWN
            ? Math.min(Math.max(failures - 1, 0), FAILURE_DOUBLINGS_MAX)
            : Math.min(shortages++, SHORTAGE_DOUBLINGS_MAX);
    long next = clock.getAsLong() + (PAUSE_NANOS << doublings);
    replace(before, new State(mayUsePool ? pool() : null, reason, prospect, next));
    return mayUsePool ? () -> listener.unavailable(reason, prospect != Prospect.LASTING) : null;
  }

  private void replace(State before, State after) {
    assert making.isHeldByCurrentThread() && state == before && !closed : "the state changes once";
    if (before != null && before.isRing()) {
      assert !before.engine.isOpen() : "a ring that serves is not replaced";
      failed.add(before.engine); // its files are still to be closed
    }
    state = after;
  }

  // ---- the end

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** Closes every engine that has served. Calls that follow find this engine closed. */
  @Override
  public void close() {
    List<Engine> served;
    making.lock(); // a ring that is being made is finished soon
    try {
      if (closed) {
        return;
      }
      closed = true;
      State now = state;
      if (now == null || now.engine == null) {
        now = new State(pool(), "the shared Uring is closed", Prospect.LASTING, 0);
        state = now;
      }
      served = new ArrayList<>(failed);
      served.add(now.engine);
      for (Engine other : new Engine[] {pool.get(), interimPool.get()}) {
        if (other != null && other != now.engine) {
          served.add(other);
        }
      }
      failed.clear();
    } finally {
      making.unlock();
    }
    served.forEach(Engine::close);
  }

  @Override
  public String toString() {
    State now = look();
    return now.engine == null ? "none: " + now.reason : now.engine.toString();
  }

  // ---- operations: done by the engine that serves

  @Override
  protected Engine engine() {
    return current();
  }

  /**
   * Always throws: only the engine that made buffers can close them. The caller asks {@link
   * #current} for them.
   */
  @Override
  public BufferSet buffers(int count, int bytes) throws IOException {
    throw new UnsupportedOperationException("buffers belong to one engine");
  }

  @Override
  public void close(BufferSet buffers) {
    throw new UnsupportedOperationException("buffers belong to one engine");
  }
}
