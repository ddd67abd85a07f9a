package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.jvm.Deferred;
import java.lang.management.ManagementFactory;
import jdk.management.VirtualThreadSchedulerMXBean;

/** What the JDK tells about the scheduler of virtual threads. Any thread may call. */
public final class Carriers {
  // Static, because the JVM has one scheduler. Null until it is found, and for ever if the image
  // lacks the module jdk.management. Its type exists without that module, so that this class links.
  private static volatile Object scheduler;

  /** Finding the bean takes tens of milliseconds; a program of few calls does without it. */
  private static final Deferred FINDER =
      new Deferred("loom-uring-finder", 32) {
        @Override
        protected void work() {
          scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        }
      };

  private Carriers() {}

  /**
   * Whether the following methods may be called. They may not at the first calls of this method,
   * and never if the JDK has no bean. Callers then do not poll for completions, and take no turns.
   */
  public static boolean areKnown() {
    return scheduler != null || (FINDER.isDone() && scheduler != null);
  }

  /** An estimate of how many virtual threads wait for a carrier. Takes about 10 ns. */
  public static long queued() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getQueuedVirtualThreadCount();
  }

  /** How many carriers may run at once. */
  public static int parallelism() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getParallelism();
  }

  /** An estimate of whether a carrier has no thread to run. */
  public static boolean areIdle() {
    VirtualThreadSchedulerMXBean known = (VirtualThreadSchedulerMXBean) scheduler;
    return known.getMountedVirtualThreadCount() < parallelism();
  }
}
