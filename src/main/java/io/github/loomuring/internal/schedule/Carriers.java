package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.jvm.Deferred;
import java.lang.management.ManagementFactory;
import jdk.management.VirtualThreadSchedulerMXBean;

/** What the scheduler of virtual threads is busy with, as far as this JDK tells. */
public final class Carriers {
  // Null until it is found, and where the image lacks the module jdk.management. Of a type that is
  // always there, so that this class links without it.
  private static volatile Object scheduler;

  /** To ask the JDK takes tens of milliseconds, which a program of few calls is spared. */
  private static final Deferred FINDER =
      new Deferred("loom-uring-finder", 32) {
        @Override
        protected void work() {
          scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        }
      };

  private Carriers() {}

  /**
   * Whether the following methods can tell; they must not be called if not. Never at the first
   * calls of this method, and never where the JDK does not know: nobody looks for completions then,
   * or takes turns.
   */
  public static boolean areKnown() {
    return scheduler != null || (FINDER.isDone() && scheduler != null);
  }

  /** How many virtual threads wait for a carrier; an estimate. Some ten nanoseconds. */
  public static long queued() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getQueuedVirtualThreadCount();
  }

  /** How many carriers run at once. */
  public static int parallelism() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getParallelism();
  }

  /** Whether a carrier has nothing to run; an estimate. */
  public static boolean areIdle() {
    VirtualThreadSchedulerMXBean known = (VirtualThreadSchedulerMXBean) scheduler;
    return known.getMountedVirtualThreadCount() < parallelism();
  }
}
