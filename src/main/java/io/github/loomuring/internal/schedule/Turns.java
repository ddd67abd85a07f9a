package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.log.LazyLogger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Has virtual threads take turns whose operations are all done on the caller.
 *
 * <p>Such a thread never parks, and the JDK does not take its carrier away: a few that read from
 * the page cache keep every other virtual thread from running, for as long as they like. So a
 * thread that has done nothing else for a while, and finds that others want its carrier, waits here
 * until they have had it.
 *
 * <p>{@link Thread#yield} would not do. A carrier goes on with its own queue, and then with the one
 * it took its last thread from, until these are empty: which they never are if many threads that
 * yield keep coming back. Hence those that wait are in no queue of the scheduler. They return to it
 * one at a time, when it is empty.
 */
public final class Turns {
  private static final LazyLogger LOGGER = new LazyLogger(Turns.class);

  /*
   * What makes a thread wait: it had its time, and
   *   - threads are queued, and no carrier is idle, at two looks one after the other, as it takes
   *     an idle carrier some time to wake up; at most as many wait for that as are queued; or
   *   - nothing is queued, but others wait here: the thread lets the first of them go on instead.
   *
   * What ends its wait: another one's waiting, as above; a thread that does its operations on the
   * caller and sees an idle carrier; or, where there is none, the usher.
   */

  /** How long a thread may go on: what others are to notice of it, with their own way to wake. */
  private static final long SLICE_NANOS = 500_000;

  /** And if only those that wait here want its carrier: a change costs some ten microseconds. */
  private static final long LONG_SLICE_NANOS = 2_000_000;

  /** A look for every so many operations of up to {@link #BYTES} bytes, or as much in larger. */
  private static final int LOOK_WEIGHT = 16;

  public static final int BYTES = 8192;

  /** An operation of weight one that takes longer was not all that its thread did. */
  public static final long OPERATION_NANOS_MAX = 20_000;

  /** After which a carrier that was given up has certainly found the next thread. */
  private static final long GIVE_WAY_NANOS = 50_000;

  private static final long QUICK_PAUSE_NANOS = 50_000;
  private static final int QUICK_PAUSES = 4;
  private static final long PAUSE_NANOS = 1_000_000;

  /** With a slice for each, they have half of every other carrier's time at most. */
  private static final int RELEASES = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  // One slice for all threads of a stripe, without any order: they rarely run at once, and what
  // goes wrong then is a turn that is taken too early or too late.
  private static final int STRIPES =
      Integer.highestOneBit(Math.max(32, 8 * Runtime.getRuntime().availableProcessors()));

  /** Puts stripes on cache lines of their own. */
  private static final int SPACING = 16;

  private static final int WEIGHT = 0;
  private static final int LOOKED = 1;
  private static final int BEGUN = 2;
  private static final int WANTED = 3;
  private static final long[] SLICES = new long[STRIPES * SPACING];

  private static final ConcurrentLinkedQueue<Turn> WAITING = new ConcurrentLinkedQueue<>();

  /** A thread has given way, and its carrier will soon be idle. */
  private static volatile boolean owed;

  // Without any order, like the slices.
  private static long gaveWayNanos;
  private static int gaveWay;

  private static final Usher USHER = new Usher();

  private Turns() {}

  /**
   * Counts an operation that the caller has done itself; may wait, and holds nothing then. Throws
   * nothing: the operation is done, whatever becomes of turns.
   */
  public static void count(int bytes) {
    try {
      countOne(bytes);
    } catch (Throwable t) {
      // The thread is deep in its stack, or there is no memory: it goes on without a turn.
    }
  }

  private static void countOne(int bytes) {
    int slice = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPACING;
    if ((SLICES[slice + WEIGHT] += 1 + bytes / BYTES) >= LOOK_WEIGHT) {
      look(slice);
    } else if (owed) {
      refill();
    }
  }

  /** Gives an idle carrier something to do, before it falls asleep: to wake it takes long. */
  private static void refill() {
    if (Carriers.queued() == 0 && Carriers.areIdle()) {
      release();
    }
  }

  private static void look(int slice) {
    long now = System.nanoTime();
    long nanosMax = SLICES[slice + WEIGHT] * OPERATION_NANOS_MAX;
    SLICES[slice + WEIGHT] = 0;
    if (now - SLICES[slice + LOOKED] > nanosMax) {
      begin(slice, now);
    } else {
      SLICES[slice + LOOKED] = now;
      if (Carriers.areKnown() && Thread.currentThread().isVirtual()) {
        takeTurns(slice, now);
      }
    }
  }

  private static void begin(int slice, long now) {
    SLICES[slice + LOOKED] = now;
    SLICES[slice + BEGUN] = now;
    SLICES[slice + WANTED] = 0;
  }

  private static void takeTurns(int slice, long now) {
    long queued = Carriers.queued();
    boolean idle = Carriers.areIdle();
    long nanos = now - SLICES[slice + BEGUN];
    if (queued == 0 && (idle || nanos >= LONG_SLICE_NANOS) && !WAITING.isEmpty()) {
      release();
      if (!idle) {
        await();
        begin(slice, System.nanoTime());
      }
    } else if (queued > 0 && !idle && nanos >= SLICE_NANOS) {
      if (SLICES[slice + WANTED] == 0) {
        SLICES[slice + WANTED] = 1;
      } else if (mayGiveWay(now, queued)) {
        owed = true;
        await();
        begin(slice, System.nanoTime());
      }
    } else {
      SLICES[slice + WANTED] = 0;
    }
  }

  /** Not for a thread that is queued, but about to run because another one has just given way. */
  private static boolean mayGiveWay(long now, long queued) {
    if (now - gaveWayNanos > GIVE_WAY_NANOS) {
      gaveWayNanos = now;
      gaveWay = 0;
    }
    return gaveWay++ < queued;
  }

  private static void await() {
    if (!USHER.isThere()) {
      return;
    }
    Turn turn = new Turn();
    boolean alone = WAITING.isEmpty() || Carriers.parallelism() == 1;
    WAITING.add(turn);
    try {
      if (!USHER.added(alone) && WAITING.remove(turn)) {
        return; // nobody would let it go on
      }
      while (!turn.come) {
        LockSupport.park(turn);
        if (turn.thread.isInterrupted() && WAITING.remove(turn)) {
          return;
        }
      }
    } catch (Throwable t) {
      WAITING.remove(turn); // if it has come meanwhile, this thread goes on anyway
      throw t;
    }
  }

  /** Lets the first of those that wait go on. */
  private static void release() {
    owed = false;
    Turn turn = WAITING.poll();
    if (turn != null) {
      turn.come = true;
      LockSupport.unpark(turn.thread);
    }
  }

  /** A thread that waits. Who took it out of the queue, and nobody else, ends that. */
  private static final class Turn {
    final Thread thread = Thread.currentThread();
    volatile boolean come;
  }

  /**
   * Sees to it that those that wait go on, even if nobody else does anything on a file any more. A
   * platform thread, because carriers may all be taken. It sleeps while nobody waits, and ends when
   * that has lasted a while; whoever waits next starts another one.
   */
  private static final class Usher implements Runnable {
    private static final long IDLE_NANOS = 5_000_000_000L;

    /** After no thread could be made. */
    private static final long RETRY_NANOS = 1_000_000_000L;

    private volatile Thread thread;
    private volatile boolean failed;
    private volatile long failedNanos;

    /** It waits, or is about to, until it is woken. */
    private volatile boolean sleeping;

    /** Somebody waits who may be the only one to do anything on files: it is urgent. */
    private volatile boolean hurried;

    /** Whether it runs; false if there cannot be another thread now. */
    boolean isThere() {
      return thread != null || (mayStart() && start());
    }

    private boolean mayStart() {
      return !failed || System.nanoTime() - failedNanos > RETRY_NANOS;
    }

    private synchronized boolean start() {
      if (thread == null) {
        try {
          Thread made = DaemonThreads.unstarted("loom-uring-usher", this);
          made.start();
          thread = made;
          failed = false;
        } catch (OutOfMemoryError e) { // no thread; the operation that was done must not fail
          failedNanos = System.nanoTime();
          failed = true;
          LOGGER.get().log(Level.DEBUG, "threads that never park take no turns", e);
        }
      }
      return thread != null;
    }

    /**
     * Somebody has begun to wait.
     *
     * @param alone whether nobody may be left who would let it go on
     * @return false if there is no thread for it any more, and none can be made
     */
    boolean added(boolean alone) {
      if (alone) {
        hurried = true;
      }
      // Volatile: the one that ends takes its leave first, and then looks whether somebody waits.
      Thread running = thread;
      if (running == null) {
        return start();
      }
      if (alone || sleeping) {
        LockSupport.unpark(running);
      }
      return true;
    }

    @Override
    public void run() {
      boolean awaited = true;
      while (awaited) {
        try {
          awaited = awaitSomebody();
          if (hurried) {
            hurried = false;
            releaseSoon();
          }
          if (awaited) {
            releaseLater();
          }
        } catch (OutOfMemoryError | RejectedExecutionException e) {
          // From unpark; the next ones may have more luck.
        }
      }
    }

    /** False if nobody has come for a while, and the thread is to end. */
    private boolean awaitSomebody() {
      sleeping = true; // volatile: whoever adds sees it, or has added before the look
      long begun = System.nanoTime();
      while (WAITING.isEmpty()) {
        long leftNanos = IDLE_NANOS - (System.nanoTime() - begun);
        if (leftNanos <= 0 && takesLeave()) {
          return false;
        }
        LockSupport.parkNanos(this, leftNanos);
        Thread.interrupted(); // parking with it set returns at once
      }
      sleeping = false;
      return true;
    }

    private synchronized boolean takesLeave() {
      thread = null;
      if (WAITING.isEmpty()) {
        return true;
      }
      thread = Thread.currentThread();
      return false;
    }

    /** If nobody goes on otherwise, because others keep all carriers: some do, beside these. */
    private void releaseLater() {
      Turn first = WAITING.peek();
      LockSupport.parkNanos(this, PAUSE_NANOS);
      if (first != null && !hurried && first == WAITING.peek()) {
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
