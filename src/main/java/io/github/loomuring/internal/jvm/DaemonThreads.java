package io.github.loomuring.internal.jvm;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads of the library's own: daemons that take over nothing of the thread that makes
 * them, neither thread locals nor a context class loader, which they would keep for as long as they
 * run.
 */
public final class DaemonThreads {
  private DaemonThreads() {}

  /** A thread that has not started. */
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

  /** A factory of threads whose names are {@code prefix} and a number, from 1 on. */
  public static ThreadFactory factory(String prefix) {
    return new Factory(prefix);
  }

  /** Not the one of Thread.Builder, whose counting is linked at its first use, for milliseconds. */
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
