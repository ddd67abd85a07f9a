package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.jvm.DaemonThreads;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Virtual threads that do nothing, but make the scheduler look whether it lacks carriers.
 *
 * <p>It does so if a task comes to an empty queue. Each thread submits to a queue of its own, so
 * that if older nudges are in the queue of the watcher, another thread has to help.
 */
final class Nudges {
  private static final int WAITING_MAX = 32;

  /** If so many wait, there is another one only now and then. */
  private static final int LACKS_A_NUDGE = 64;

  private final ThreadFactory threads =
      Thread.ofVirtual().name("loom-uring-nudge").inheritInheritableThreadLocals(false).factory();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile String carrierName;

  // Not lambdas, whose link takes tens of milliseconds when the first carriers are blocked.
  private final Runnable nudge = new Nudge();
  private final Runnable starter = new Starter();

  /** How many nudges have not run yet. */
  int waiting() {
    return waiting.get();
  }

  /** The name of a carrier that has run a nudge, or null. */
  String carrierName() {
    return carrierName;
  }

  /** Adds a nudge for the watcher, which has found carriers lacking {@code lacks} times. */
  void add(int lacks) {
    int now = waiting.get();
    if (now == 0) {
      start();
    } else if (now < WAITING_MAX || lacks % LACKS_A_NUDGE == 0) {
      DaemonThreads.unstarted("loom-uring-nudge", starter).start();
    }
  }

  private void start() {
    waiting.incrementAndGet();
    try {
      threads.newThread(nudge).start();
    } catch (Throwable t) {
      waiting.decrementAndGet();
      throw t;
    }
  }

  private final class Starter implements Runnable {
    @Override
    public void run() {
      start();
    }
  }

  private final class Nudge implements Runnable {
    @Override
    public void run() {
      waiting.decrementAndGet();
      if (carrierName == null) {
        String name = Thread.currentThread().toString();
        carrierName = name.substring(name.lastIndexOf('@') + 1);
      }
    }
  }
}
