package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.concurrent.OnDemandThread;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.schedule.Carriers;
import java.lang.System.Logger.Level;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that looks for blocked carriers. A platform thread, because all carriers may be
 * blocked.
 *
 * <p>It looks again and again while marks are used, sleeps without looking otherwise, and ends when
 * that has lasted a while. The next mark wakes it up, or starts another thread.
 */
final class Watcher implements OnDemandThread.Work {
  private static final LazyLogger LOGGER = new LazyLogger(Watcher.class);

  /** The pause if all carriers are watched, and no thread is queued. */
  private static final long REST_NANOS = 10_000_000;

  /** The looks without any mark after which the thread sleeps. */
  private static final int QUIET_LOOKS = 20;

  private static final int UNKNOWN = 0;
  private static final int POSSIBLE = 1;
  private static final int IMPOSSIBLE = 2;

  private static volatile int possible = UNKNOWN;

  /** The first user of a mark has to wake the thread, or to start it. */
  static final AtomicBoolean ASLEEP = new AtomicBoolean(true);

  static final Watcher INSTANCE = new Watcher();

  private final OnDemandThread thread = new OnDemandThread("loom-uring-watch", this);
  private volatile boolean everyCarrier;

  // The thread's own, except for what says otherwise.
  private final Looks looks = new Looks();
  private int quietLooks;
  private boolean rested; // the pause before the next look has been made

  private Watcher() {}

  static boolean isPossible() {
    if (possible == POSSIBLE && !INSTANCE.thread.hasFailed()) {
      return true;
    }
    return possible != IMPOSSIBLE && INSTANCE.find();
  }

  static boolean isBeingFound() {
    return possible == UNKNOWN && !INSTANCE.thread.hasFailed();
  }

  private boolean find() {
    if (ASLEEP.get()) {
      wake();
    }
    return false;
  }

  /** Sets whether all blocked carriers are replaced, or those in marked calls alone. */
  void watchAll(boolean all) {
    everyCarrier = all;
    if (all) {
      wakeNow();
    }
  }

  /** Sets how many spares there may be. */
  void bound(int max) {
    looks.spares.bound(max);
  }

  Rescues rescues() {
    return looks.rescues;
  }

  /** Wakes or starts the thread for a mark. Throws nothing. */
  void wake() {
    try {
      if (isSchedulerKnown() && thread.mayStart()) {
        wakeNow();
      }
    } catch (Throwable t) {
      return; // no stack or no memory; the next mark tries again
    }
  }

  private void wakeNow() {
    try {
      if (ASLEEP.compareAndSet(true, false) && !thread.wake()) {
        ASLEEP.set(true);
      }
    } catch (Throwable t) { // as above
      ASLEEP.set(true);
    }
  }

  private static boolean isSchedulerKnown() {
    if (Carriers.areKnown()) {
      return true;
    }
    if (Carriers.areMissing()) {
      giveUp(Looks.NO_BEAN);
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

  @Override
  public void run() {
    while (true) {
      try {
        if (possible == UNKNOWN && !begin()) {
          return;
        }
        if (!rested) {
          LockSupport.parkNanos(this, looks.pauseNanos());
        }
        rested = false;
        if (looks.look(everyCarrier)) {
          quietLooks = 0;
        } else if (++quietLooks >= QUIET_LOOKS) {
          if (everyCarrier) {
            rest();
          } else if (!sleep()) {
            return;
          }
        }
      } catch (Throwable t) { // no memory; the process goes on
        Pauses.parkNanos(REST_NANOS);
      }
    }
  }

  /** Finds out whether the watch is possible here. */
  private boolean begin() {
    String obstacle = looks.prepare();
    if (obstacle == null) {
      possible = POSSIBLE;
      return true;
    }
    giveUp(obstacle);
    return false;
  }

  /** Makes a longer pause, which a mark ends. */
  private void rest() {
    looks.rest();
    ASLEEP.set(true);
    VarHandle.fullFence(); // as below
    if (!looks.areMarksUsed()) {
      LockSupport.parkNanos(this, REST_NANOS);
    }
    rested = ASLEEP.getAndSet(false); // not woken
  }

  /** Waits for a mark; false if none has been used for a while, and the thread is to end. */
  private boolean sleep() {
    looks.rest();
    ASLEEP.set(true);
    VarHandle.fullFence(); // the user of a mark sees that, or the look sees the mark
    if (looks.areMarksUsed()) {
      ASLEEP.set(false);
      quietLooks = 0;
      return true;
    }
    if (!thread.awaitNeed()) {
      return false;
    }
    ASLEEP.set(false);
    quietLooks = 0;
    return true;
  }

  @Override
  public boolean isNeeded() {
    return !ASLEEP.get() || everyCarrier;
  }
}
