package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.concurrent.OnDemandThread;
import io.github.loomuring.internal.log.LazyLogger;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes virtual threads take turns if all their operations are done on the caller.
 *
 * <p>Such a thread never parks, and the JDK does not take its carrier away. A few threads that read
 * from the page cache can keep every other virtual thread from running without a time limit. So a
 * thread that has done nothing else for a while, and finds that other threads want its carrier,
 * waits here until they have had it.
 *
 * <p>{@link Thread#yield} is not enough. A carrier goes on with its own queue, and then with the
 * queue that it took its last thread from, until both are empty. They never are if many threads
 * that yield keep coming back. So the threads that wait here are in no queue of the scheduler. They
 * return to it one at a time, when it is empty.
 *
 * <p>Any thread may call.
 */
public final class Turns {
  private static final LazyLogger LOGGER = new LazyLogger(Turns.class);

  /*
   * A thread whose slice is over waits if
   *   - threads are queued and no carrier is idle, at two looks in a row, because an idle carrier
   *     takes some time to wake up; at most as many threads wait for this reason as are queued; or
   *   - no thread is queued, but threads wait here: it releases the first of them in its place.
   *
   * Which thread is the first, see WaitingTurns.
   *
   * A wait ends when another thread starts to wait, as above; when a thread that does its
   * operations on the caller sees an idle carrier; or, if there is no such thread, by the releaser.
   *
   * All state is static, that is, one for the process and not one for each engine: the carriers
   * that the threads take turns on are those of the JVM's one scheduler, whatever engine a thread
   * uses.
   */

  /**
   * How long a thread runs before it waits: the delay that other threads see, with their wake-up.
   */
  private static final long SLICE_NANOS = 500_000;

  /** The least of it. It is shorter than a slice if many threads are queued for each carrier. */
  private static final long SLICE_NANOS_MIN = 50_000;

  /**
   * How long a thread runs, other threads in between, before it goes behind all that wait here. Not
   * shorter: a switch costs about 10 µs, and what the thread works with leaves the caches.
   */
  private static final long LONG_SLICE_NANOS = 10_000_000;

  /**
   * A thread that has run for less may be done soon, and goes before those that have run longer.
   */
  private static final long BRIEF_NANOS = 2_000_000;

  /** The weight after which a thread looks; an operation of {@link #BYTES} bytes weighs one. */
  private static final int LOOK_WEIGHT = 16;

  public static final int BYTES = 8192;

  /** If an operation of weight one takes longer, its thread has done something else as well. */
  private static final long OPERATION_NANOS_MAX = 20_000;

  /** The longest time that a carrier needs to find the next thread. */
  private static final long GIVE_WAY_NANOS = 50_000;

  private static final long QUICK_PAUSE_NANOS = 50_000;
  private static final int QUICK_PAUSES = 4;
  private static final long PAUSE_NANOS = 1_000_000;

  /** With a slice each, the released threads get at most half of every other carrier's time. */
  private static final int RELEASES = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private static final WaitingTurns WAITING = new WaitingTurns();

  /** A thread has given way, so that a carrier will soon be idle: a waiting thread is to get it. */
  private static volatile boolean owed;

  // Without memory ordering, like the slices.
  private static long gaveWayNanos;
  private static int gaveWay;

  private static final Releaser RELEASER = new Releaser();

  private Turns() {}

  /**
   * Counts an operation that the caller has done itself. The caller may wait here, so it must hold
   * no lock. Throws nothing: the operation is done, and must not fail because of a turn.
   */
  public static void count(int bytes) {
    try {
      countOne(bytes);
    } catch (Throwable t) {
      // The thread is deep in its stack, or there is no memory: it goes on without waiting.
    }
  }

  private static void countOne(int bytes) {
    int slice = Slices.ofCurrentThread();
    if ((Slices.ALL[slice + Slices.WEIGHT] += 1 + bytes / BYTES) >= LOOK_WEIGHT) {
      look(slice);
    } else if (owed) {
      refill();
    }
  }

  /** Gives an idle carrier a thread before the carrier falls asleep: waking it takes long. */
  private static void refill() {
    if (Carriers.queued() == 0 && Carriers.areIdle()) {
      release();
    }
  }

  private static void look(int slice) {
    long now = System.nanoTime();
    long nanosMax = Slices.ALL[slice + Slices.WEIGHT] * OPERATION_NANOS_MAX;
    Slices.ALL[slice + Slices.WEIGHT] = 0;
    if (now - Slices.ALL[slice + Slices.LOOKED_NANOS] > nanosMax) {
      Slices.start(slice, now);
    } else {
      Slices.ALL[slice + Slices.LOOKED_NANOS] = now;
      if (Carriers.areKnown() && Thread.currentThread().isVirtual()) {
        takeTurns(slice, now);
      }
    }
  }

  private static void takeTurns(int slice, long now) {
    long queued = Carriers.queued();
    boolean idle = Carriers.areIdle();
    long nanos = now - Slices.ALL[slice + Slices.STARTED_NANOS];
    long ran = Slices.ALL[slice + Slices.RAN_NANOS] + nanos;
    if (queued == 0 && !WAITING.isEmpty() && (idle || isOver(nanos, ran))) {
      release();
      if (!idle) {
        await(slice, ran);
      }
    } else if (queued > 0 && !idle && nanos >= sliceNanos(queued)) {
      if (Slices.ALL[slice + Slices.WANTED] == 0) {
        Slices.ALL[slice + Slices.WANTED] = 1;
      } else if (mayGiveWay(now, queued)) {
        owed = true;
        await(slice, ran);
      }
    } else {
      Slices.ALL[slice + Slices.WANTED] = 0;
    }
  }

  /**
   * Whether a slice is over if only threads that wait here want the carrier.
   *
   * @param nanos since the thread last waited
   * @param ran for how long it has run, other threads in between
   */
  private static boolean isOver(long nanos, long ran) {
    return ran >= LONG_SLICE_NANOS
        || (ran >= BRIEF_NANOS && nanos >= SLICE_NANOS && WAITING.hasBrief());
  }

  /**
   * How long a thread runs before it waits if others are queued. If many are, because a device has
   * completed many requests at once, the last of them waits for the slices of all others.
   */
  private static long sliceNanos(long queued) {
    long carriers = Carriers.parallelism();
    return queued <= carriers
        ? SLICE_NANOS
        : Math.max(SLICE_NANOS_MIN, SLICE_NANOS * carriers / queued);
  }

  /**
   * Whether a thread is queued for which none has given way yet. A queued thread for which one has
   * is about to run.
   */
  private static boolean mayGiveWay(long now, long queued) {
    if (now - gaveWayNanos > GIVE_WAY_NANOS) {
      gaveWayNanos = now;
      gaveWay = 0;
    }
    return gaveWay++ < queued;
  }

  /** Waits, and starts the next slice. */
  private static void await(int slice, long ran) {
    if (!RELEASER.isRunning()) {
      return;
    }
    boolean alone = WAITING.isEmpty() || Carriers.parallelism() == 1;
    WaitingTurns.Turn turn = new WaitingTurns.Turn();
    if (ran < BRIEF_NANOS) {
      WAITING.addBrief(turn);
    } else if (Slices.ALL[slice + Slices.RAN_NANOS] < BRIEF_NANOS || ran >= LONG_SLICE_NANOS) {
      WAITING.addLast(turn);
    } else {
      WAITING.addFirst(turn);
    }
    try {
      await(turn, alone);
    } catch (Throwable t) {
      WAITING.remove(turn); // if it has been released meanwhile, this thread goes on anyway
      throw t;
    }
    Slices.start(slice, System.nanoTime());
    Slices.ALL[slice + Slices.RAN_NANOS] = ran < LONG_SLICE_NANOS ? ran : 0;
  }

  private static void await(WaitingTurns.Turn turn, boolean alone) {
    if (!RELEASER.added(alone) && WAITING.remove(turn)) {
      return; // no thread is sure to release it
    }
    while (!turn.isReleased()) {
      LockSupport.park(turn);
      if (turn.thread.isInterrupted() && WAITING.remove(turn)) {
        return;
      }
    }
  }

  /** Releases the thread that is the first, if one waits. */
  private static void release() {
    owed = false;
    WAITING.release();
  }

  /**
   * Releases waiting threads if no other thread does any operations on files. A platform thread,
   * because all carriers may be busy. It sleeps while no thread waits, and ends when that has
   * lasted a while; the next thread that waits starts another one.
   */
  private static final class Releaser implements OnDemandThread.Work {
    private final OnDemandThread thread = new OnDemandThread("loom-uring-turns", this);

    /** The thread parks, or is about to park, until it is unparked. */
    private volatile boolean sleeping;

    /** A thread waits which may have been the only one that does operations on files. */
    private volatile boolean urgent;

    /** Whether the thread runs, possibly started now; false if there can be none. */
    boolean isRunning() {
      return thread.isRunning();
    }

    @Override
    public boolean isNeeded() {
      return !WAITING.isEmpty();
    }

    @Override
    public void onFailure(OutOfMemoryError failure) {
      LOGGER.get().log(Level.DEBUG, "threads that never park take no turns", failure);
    }

    /**
     * Must be called by a thread that has added itself to those that wait.
     *
     * @param alone whether there may be no other thread that would release it
     * @return false if the thread has ended meanwhile, and none can be made
     */
    boolean added(boolean alone) {
      if (alone) {
        urgent = true;
      }
      return (alone || sleeping) ? thread.wake() : thread.keep();
    }

    @Override
    public void run() {
      boolean awaited = true;
      while (awaited) {
        try {
          awaited = awaitWaiting();
          if (urgent) {
            urgent = false;
            releaseSoon();
          }
          if (awaited) {
            releaseLater();
          }
        } catch (OutOfMemoryError | RejectedExecutionException e) {
          // Thrown by an unpark; it may succeed for the next thread.
        }
      }
    }

    /**
     * Waits for a thread that waits; false if none has come for a while, and this one is to end.
     */
    private boolean awaitWaiting() {
      sleeping = true; // volatile: a thread that waits sees it, or has added itself before the look
      boolean awaited = thread.awaitNeed();
      if (awaited) {
        sleeping = false;
      }
      return awaited;
    }

    /** Releases some threads after a pause, if nothing else has released any meanwhile. */
    private void releaseLater() {
      int before = WAITING.releases();
      LockSupport.parkNanos(this, PAUSE_NANOS);
      if (!urgent && before == WAITING.releases()) {
        for (int i = 0; i < RELEASES; i++) {
          release();
        }
      }
    }

    private static void releaseSoon() {
      for (int i = 0; i < QUICK_PAUSES; i++) {
        if (Carriers.queued() == 0 && Carriers.areIdle()) {
          release();
          return;
        }
        LockSupport.parkNanos(QUICK_PAUSE_NANOS);
      }
    }
  }
}
