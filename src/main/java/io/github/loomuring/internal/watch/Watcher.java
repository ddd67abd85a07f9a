package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.schedule.Carriers;
import java.lang.System.Logger.Level;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread that looks for blocked carriers. A platform thread, because all carriers may be
 * blocked.
 *
 * <p>It looks again and again while marks are used, sleeps without looking otherwise, and ends when
 * that has lasted a while. The next mark wakes it up, or starts another thread.
 */
final class Watcher implements Runnable {
  private static final LazyLogger LOGGER = new LazyLogger(CarrierWatch.class);

  /*
   * A look reads the marks and the number of queued threads, which takes a microsecond. Only if
   * threads are queued, and so many carriers are in calls that too few may be left, it reads the
   * states of the carriers, which takes microseconds for each. If too few are left, and a call has
   * lasted since the look before, it is rescued at once. If all calls are shorter than that, it
   * takes several looks to conclude that the carriers are blocked most of the time.
   *
   * State, not time, tells whether a carrier is blocked: if the processors are busy, calls last as
   * well, but another carrier would only make the processors busier.
   *
   * A raised parallelism has no effect before a task is submitted to a queue of the scheduler that
   * was empty. So each raise is followed by nudges: virtual threads that do nothing.
   */

  private static final long LOOK_NANOS = 500_000;

  /** After a look at many carriers the pause is so many times longer than the look. */
  private static final int COST = 8;

  private static final long LOOK_NANOS_MAX = 5_000_000;

  /** The looks without any mark after which the thread sleeps. */
  private static final int QUIET_LOOKS = 20;

  /** While there are spares, one of so many looks is at the carriers even if none is lacking. */
  private static final int LOOKS_TO_LOWER = 4;

  /** The looks at which carriers must have been lacking if no call has lasted from look to look. */
  private static final int EVIDENCE = 4;

  private static final long IDLE_NANOS = 5_000_000_000L;

  /** The pause after a failure: a thread could not be made, or a look has thrown. */
  private static final long RETRY_NANOS = 1_000_000_000L;

  private static final int NUDGES_MAX = 32;
  private static final int LOOKS_A_NUDGE = 64;

  private static final int UNKNOWN = 0;
  private static final int POSSIBLE = 1;
  private static final int IMPOSSIBLE = 2;

  private static volatile int possible = UNKNOWN;

  /** The first user of a mark has to wake the thread, or to start it. */
  static final AtomicBoolean ASLEEP = new AtomicBoolean(true);

  static final Watcher INSTANCE = new Watcher();

  /** Held while the thread is started, and when it decides to end. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Thread thread; // written under lock
  private volatile boolean failed;
  private volatile long failedNanos;

  /** Nudges that have not run yet. */
  private final AtomicInteger nudges = new AtomicInteger();

  /** The name of a carrier, as soon as a nudge has run. */
  private volatile String carrierName;

  // Not lambdas, whose link takes tens of milliseconds when the first carriers are blocked.
  private final Runnable nudge =
      new Runnable() {
        @Override
        public void run() {
          nudged();
        }
      };
  private final Runnable nudger =
      new Runnable() {
        @Override
        public void run() {
          startNudge();
        }
      };

  // The thread's own.
  private final Marks marks = new Marks();
  private final Spares spares = new Spares();
  private CarrierStates states;
  private ThreadFactory virtualThreads;
  private long pauseNanos = LOOK_NANOS;
  private int quietLooks;
  private int looks;
  private int blocked; // carriers in marked calls, at the last look at the carriers
  private int lacks; // looks in a row at which carriers were lacking
  private int
      evidence; // looks at which carriers were lacking, without those at which they were not

  private Watcher() {}

  static boolean isPossible() {
    return possible == POSSIBLE ? !INSTANCE.failed : possible == UNKNOWN && INSTANCE.find();
  }

  private boolean find() {
    if (ASLEEP.get()) {
      wake();
    }
    return false;
  }

  /** Wakes or starts the thread. Throws nothing. */
  void wake() {
    try {
      if (!isSchedulerKnown() || (failed && System.nanoTime() - failedNanos < RETRY_NANOS)) {
        return;
      }
      if (ASLEEP.compareAndSet(true, false)) {
        // Volatile: a thread that ends clears the field first, and then looks whether it sleeps.
        Thread sleeper = thread;
        if (sleeper != null) {
          LockSupport.unpark(sleeper);
        } else {
          start();
        }
      }
    } catch (Throwable t) { // no stack or no memory; the next mark tries again
      ASLEEP.set(true);
    }
  }

  private static boolean isSchedulerKnown() {
    if (Carriers.areKnown()) {
      return true;
    }
    if (Carriers.areMissing()) {
      giveUp("the JDK lacks the module jdk.management");
    }
    return false;
  }

  /** Nobody asks or wakes the watcher any more. */
  private static void giveUp(String reason) {
    boolean first;
    synchronized (Watcher.class) {
      first = possible != IMPOSSIBLE;
      possible = IMPOSSIBLE;
    }
    ASLEEP.set(false);
    if (first) {
      LOGGER.get().log(Level.INFO, "blocked carriers are not replaced: " + reason);
    }
  }

  private void start() {
    Pauses.lock(lock);
    try {
      if (thread == null) {
        Thread made = DaemonThreads.unstarted("loom-uring-watch", this);
        made.start();
        thread = made;
        failed = false;
      }
    } catch (OutOfMemoryError e) {
      failedNanos = System.nanoTime();
      failed = true;
      ASLEEP.set(true);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    while (true) {
      try {
        if (possible == UNKNOWN && !begin()) {
          return;
        }
        LockSupport.parkNanos(this, pauseNanos);
        pauseNanos = LOOK_NANOS;
        if (look()) {
          quietLooks = 0;
        } else if (++quietLooks >= QUIET_LOOKS && !sleep()) {
          return;
        }
      } catch (Throwable t) { // no memory; the process goes on
        Pauses.parkNanos(LOOK_NANOS);
      }
    }
  }

  /** Finds out whether the watch is possible here. */
  private boolean begin() {
    String reason = null;
    try {
      virtualThreads =
          Thread.ofVirtual()
              .name("loom-uring-nudge")
              .inheritInheritableThreadLocals(false)
              .factory();
      states = CarrierStates.find();
      if (states == null) {
        reason = "/proc/self/task cannot be read";
      } else if (Carriers.queued() < 0 || Carriers.poolSize() < 0 || Carriers.mounted() < 0) {
        reason = "the scheduler of virtual threads is not the JDK's";
      }
    } catch (InternalError e) {
      reason = "the scheduler of virtual threads is not the JDK's";
    }
    if (reason == null) {
      nudge();
      // Loads what the first look needs, before any carrier is blocked.
      states.look(Carriers.poolSize(), Carriers.mounted());
      possible = POSSIBLE;
      return true;
    }
    giveUp(reason);
    return false;
  }

  /** Returns whether there is a reason to look again. */
  private boolean look() {
    boolean used = marks.look();
    int inside = marks.inside();
    int base = spares.base();
    if (inside == 0) {
      lacks = 0;
      spares.lower(0);
      blocked = 0;
    } else if (mayLack(base, inside) || (spares.count() > 0 && ++looks % LOOKS_TO_LOWER == 0)) {
      lookAtCarriers(base, inside);
    }
    Carriers.setSpares(spares.count(), Math.min(blocked, spares.count()));
    return used || spares.count() > 0;
  }

  private boolean mayLack(int base, int inside) {
    return Carriers.mounted() - inside < base && queued() > 0;
  }

  private int queued() {
    return (int) Math.min(Integer.MAX_VALUE, Carriers.queued() - nudges.get());
  }

  private void lookAtCarriers(int base, int inside) {
    if (carrierName != null) {
      states.setName(carrierName);
    }
    int poolSize = Carriers.poolSize();
    int mounted = Carriers.mounted();
    long startNanos = System.nanoTime();
    states.look(poolSize, mounted);
    pauseNanos = Math.clamp(COST * (System.nanoTime() - startNanos), LOOK_NANOS, LOOK_NANOS_MAX);
    // The JDK does not count a carrier as mounted which it replaces itself.
    int replaced = Math.clamp(poolSize - mounted - states.parked(), 0, states.blocked());
    blocked = Math.min(states.blocked() - replaced, inside);
    int queued = queued();
    boolean lacking = blocked > 0 && mounted - blocked < base && queued > 0;
    lacks = lacking ? lacks + 1 : 0;
    evidence = lacking ? Math.min(evidence + 1, EVIDENCE) : Math.max(evidence - 1, 0);
    if (lacking && (marks.lasting() > 0 || evidence == EVIDENCE)) {
      marks.rescue(blocked);
      // More than the size of the pool: otherwise the scheduler would start no carrier.
      spares.raise(blocked + replaced + (lacks == 1 ? 0 : Math.min(queued, blocked)));
      nudge();
    } else {
      spares.lower(blocked);
    }
  }

  /**
   * Makes the scheduler look whether it lacks carriers. It does so if a task comes to an empty
   * queue. Each thread submits to a queue of its own, so that if older nudges are in the queue of
   * this one, another thread has to help.
   */
  private void nudge() {
    int waiting = nudges.get();
    if (waiting == 0) {
      startNudge();
    } else if (waiting < NUDGES_MAX || lacks % LOOKS_A_NUDGE == 0) {
      DaemonThreads.unstarted("loom-uring-nudge", nudger).start();
    }
  }

  private void startNudge() {
    nudges.incrementAndGet();
    try {
      virtualThreads.newThread(nudge).start();
    } catch (Throwable t) {
      nudges.decrementAndGet();
      throw t;
    }
  }

  private void nudged() {
    nudges.decrementAndGet();
    if (carrierName == null) {
      String name = Thread.currentThread().toString();
      carrierName = name.substring(name.lastIndexOf('@') + 1);
    }
  }

  /** Waits for a mark; false if none has been used for a while, and the thread is to end. */
  private boolean sleep() {
    states.close();
    ASLEEP.set(true);
    VarHandle.fullFence(); // the user of a mark sees that, or the look sees the mark
    if (marks.look()) {
      ASLEEP.set(false);
      quietLooks = 0;
      return true;
    }
    long startNanos = System.nanoTime();
    while (ASLEEP.get()) {
      long leftNanos = IDLE_NANOS - (System.nanoTime() - startNanos);
      if (leftNanos <= 0 && tryEnd()) {
        return false;
      }
      LockSupport.parkNanos(this, leftNanos);
      Thread.interrupted(); // parking with the status set returns at once
    }
    quietLooks = 0;
    return true;
  }

  /** Gives up the role of the watcher, unless a mark has been used meanwhile. */
  private boolean tryEnd() {
    Pauses.lock(lock);
    try {
      thread = null;
      if (ASLEEP.get()) {
        return true;
      }
      thread = Thread.currentThread();
      return false;
    } finally {
      lock.unlock();
    }
  }
}
