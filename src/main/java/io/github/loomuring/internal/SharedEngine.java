package io.github.loomuring.internal;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.ring.UnavailableException.Prospect;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The engine of the shared {@code Uring}: a ring wherever there is one, otherwise the pool.
 *
 * <p>It makes the ring at the first use. Where that fails for a shortage, or the ring fails later,
 * it tries again when it is used, and the pool serves meanwhile. A file stays with the engine that
 * opened it. Any thread may call.
 */
public final class SharedEngine implements Engine {
  /*
   * What serves is one immutable state, so that all that is said of it agrees.
   *
   *   null        nobody has used it yet
   *   ring        serves while it is open; when it has failed, the next user replaces it
   *   no ring     the pool serves (or nothing, if there must be no pool), for ever or until the
   *               time of the next attempt
   *
   * One thread at a time makes a ring, under a lock. Others wait for it if nothing serves. The
   * thread that makes it may come back here: to make a ring may log, and a log may read its
   * configuration by the default file system, which may be one of ours. Then the pool serves that
   * call. For the same reason nothing is logged under the lock: the thread that is in the log by
   * then may be waiting for the lock. And because others than the log may do the like (class
   * loaders), nobody waits without end.
   */

  /** Makes a ring. */
  public interface Maker {
    Engine make() throws UnavailableException;
  }

  /** Whom it tells what serves; never under its lock. */
  public interface Listener {
    /** There is no ring, after an attempt to make one. */
    void unavailable(String reason, boolean passes);

    /** A ring serves again. */
    void recovered(String why);
  }

  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  // Between attempts: doubled each time.
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SHORTAGE_DOUBLINGS_MAX = 6; // about a minute
  private static final int FAILURE_DOUBLINGS_MAX = 12; // about an hour: each leaves memory behind

  /** A ring that has worked for so long has not failed for the reason of the one before. */
  private static final long SOUND_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Maker maker;
  private final Supplier<? extends Engine> poolMaker;
  private final boolean mayUsePool;
  private final Listener listener;
  private final LongSupplier clock;
  private final ReentrantLock making = new ReentrantLock();
  private final AtomicReference<Engine> pool = new AtomicReference<>();
  private final List<Engine> failed = new ArrayList<>(); // guarded by making
  private int shortages; // guarded by making; one after the other
  private int failures; // guarded by making; one after the other
  private long madeNanos; // guarded by making
  private volatile State state; // written under making
  private volatile boolean closed; // written under making

  /**
   * What serves.
   *
   * @param engine the ring or the pool; null if there is no ring and there must be no pool
   * @param reason why there is no ring; null if there is one
   * @param nextNanos when to try again, if the prospect is not that it lasts
   */
  private record State(Engine engine, String reason, Prospect prospect, long nextNanos) {
    static State ring(Engine engine) {
      return new State(engine, null, null, 0);
    }

    boolean isRing() {
      return reason == null;
    }
  }

  /** An engine that is not made yet. */
  public SharedEngine(
      Maker maker,
      Supplier<? extends Engine> pool,
      boolean mayUsePool,
      Listener listener,
      LongSupplier nanoClock) {
    this.maker = maker;
    this.poolMaker = pool;
    this.mayUsePool = mayUsePool;
    this.listener = listener;
    this.clock = nanoClock;
  }

  // ---- what serves

  /**
   * What files are to be opened by now.
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

  /** Whether the calling thread is making a ring, and has come back here. */
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
    // Who finds the pool serving does not wait for those that try to do better.
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
    // Who has no pool asks for the ring each time; a shortage is found out quickly.
    return switch (now.prospect) {
      case LASTING -> false;
      case PASSING -> now.engine == null || clock.getAsLong() - now.nextNanos >= 0;
      case UNKNOWN -> clock.getAsLong() - now.nextNanos >= 0;
    };
  }

  /** For a single call. */
  private State interim() {
    return new State(pool(), "it is being made", Prospect.PASSING, 0);
  }

  private Engine pool() {
    Engine known = pool.get();
    if (known == null) {
      pool.compareAndSet(null, poolMaker.get());
      known = pool.get();
    }
    return known;
  }

  /** An interrupt does not end the wait, and is kept. */
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

  /** Changes the state, if no error ends that; returns what is to be said of it, or null. */
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
      String why = hasFailed ? "the one before has failed" : before == null ? null : before.reason;
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
      ring.close(); // nobody would
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
    if (before != null && before.isRing()) {
      failed.add(before.engine); // its files are still to be closed
    }
    state = after;
  }

  // ---- the end

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** Closes all that has served. Whoever still has this finds it closed. */
  @Override
  public void close() {
    List<Engine> served;
    making.lock(); // a ring that is being made is soon there
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
      Engine second = pool.get();
      if (second != null && second != now.engine) {
        served.add(second);
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

  // ---- what it does, done by what serves

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    return current().open(path, spec);
  }

  @Override
  public <T> T call(Callable<T> work) throws IOException {
    return current().call(work);
  }

  @Override
  public <T> T callOrLeave(Callable<T> work) throws IOException {
    return current().callOrLeave(work);
  }

  @Override
  public byte[] readAll(Path path) throws IOException {
    return current().readAll(path);
  }

  @Override
  public void write(Path path, OpenSpec spec, byte[] bytes, Sync sync) throws IOException {
    current().write(path, spec, bytes, sync);
  }

  /** Its maker has to keep the engine, which alone can close the buffers: {@link #current}. */
  @Override
  public BufferSet buffers(int count, int bytes) throws IOException {
    throw new UnsupportedOperationException("buffers belong to one engine");
  }

  @Override
  public void close(BufferSet buffers) {
    throw new UnsupportedOperationException("buffers belong to one engine");
  }

  @Override
  public FileStatus status(Path path, boolean followLinks) throws IOException {
    return current().status(path, followLinks);
  }

  @Override
  public void setTimes(Path path, FileTime lastModified, FileTime lastAccess) throws IOException {
    current().setTimes(path, lastModified, lastAccess);
  }

  @Override
  public void setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException {
    current().setPermissions(path, permissions);
  }

  @Override
  public void delete(Path path) throws IOException {
    current().delete(path);
  }

  @Override
  public void move(Path source, Path target, Set<CopyOption> options) throws IOException {
    current().move(source, target, options);
  }

  @Override
  public void exchange(Path one, Path other) throws IOException {
    current().exchange(one, other);
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    current().createDirectory(directory, attributes);
  }

  @Override
  public void createSymbolicLink(Path link, Path target) throws IOException {
    current().createSymbolicLink(link, target);
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    current().createLink(link, existing);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return current().readSymbolicLink(link);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    current().copy(source, target, options);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return current().list(directory);
  }
}
