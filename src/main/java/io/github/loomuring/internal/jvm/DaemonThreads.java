package io.github.loomuring.internal.jvm;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the library's own platform threads. They are daemons, and inherit neither thread locals nor
 * the context class loader of the thread that makes them, which they would keep reachable.
 */
public final class DaemonThreads {
  private DaemonThreads() {}

  /** Makes a thread that has not started. */
  public static Thread unstarted(String name, Runnable run) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .inheritInheritableThreadLocals(false)
            .unstarted(run);
    thread.setContextClassLoader(DaemonThreads.class.getClassLoader());
    return thread;
  }

  /**
   * Starts a thread. Nothing is thrown.
   *
   * @return false if {@code run} does not run, and never will: there is no memory for a thread, or
   *     the caller is too deep in its stack to start one
   */
  public static boolean start(String name, Runnable run) {
    Started started = null;
    try {
      started = new Started(run);
      unstarted(name, started).start();
      return true;
    } catch (Throwable t) { // perhaps after the thread has started
      return started != null && !started.revoke();
    }
  }

  /** Work that runs unless it has been revoked before. */
  private static final class Started implements Runnable {
    private final Runnable run;
    private final AtomicBoolean decided = new AtomicBoolean();

    Started(Runnable run) {
      this.run = run;
    }

    /** Keeps the work from running; false if it runs. */
    boolean revoke() {
      return decided.compareAndSet(false, true);
    }

    @Override
    public void run() {
      if (decided.compareAndSet(false, true)) {
        run.run();
      }
    }
  }

  /** Makes a factory of threads whose names are {@code prefix} and a number, from 1 on. */
  public static ThreadFactory factory(String prefix) {
    return new Factory(prefix);
  }

  /** Not the factory of Thread.Builder: its counter takes milliseconds to link at the first use. */
  private static final class Factory implements ThreadFactory {
    private final String prefix;
    private final AtomicInteger threads = new AtomicInteger();

    Factory(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public Thread newThread(Runnable run) {
      return unstarted(prefix + threads.incrementAndGet(), run);
    }
  }
}
