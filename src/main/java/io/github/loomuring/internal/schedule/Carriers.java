package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.jvm.Deferred;
import java.lang.management.ManagementFactory;
import jdk.management.VirtualThreadSchedulerMXBean;

/** What the JDK tells about the scheduler of virtual threads. Any thread may call. */
public final class Carriers {
  // Static, because the JVM has one scheduler. Null until it is found, and for ever if the image
  // lacks the module jdk.management. Its type exists without that module, so that this class links.
  private static volatile Object scheduler;

  /** It has been looked for, and there is none. */
  private static volatile boolean missing;

  // Written by the carrier watch alone, which knows them to the last look.
  private static volatile int spares;
  private static volatile int blocked;

  /** Finding the bean takes tens of milliseconds; a program of few calls does without it. */
  private static final Deferred FINDER =
      new Deferred("loom-uring-finder", 32) {
        @Override
        protected void work() {
          find();
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

  /**
   * Finds the bean now, which takes the caller tens of milliseconds.
   *
   * @throws LinkageError if the image lacks the module
   */
  public static void find() {
    if (scheduler == null) {
      try {
        scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
      } finally {
        missing = scheduler == null;
      }
    }
  }

  /** Whether the JDK has no bean, as far as is known. */
  public static boolean areMissing() {
    return missing;
  }

  /** An estimate of how many virtual threads wait for a carrier. Takes about 10 ns. */
  public static long queued() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getQueuedVirtualThreadCount();
  }

  /** How many carriers may run at once, the spares included. */
  public static int parallelism() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getParallelism();
  }

  /** Sets how many carriers may run at once. For the carrier watch alone. */
  public static void setParallelism(int size) {
    ((VirtualThreadSchedulerMXBean) scheduler).setParallelism(size);
  }

  /** How many carriers there are: running, idle or blocked. */
  public static int poolSize() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getPoolSize();
  }

  /**
   * An estimate of how many carriers have a thread to run. A blocked carrier is one of them, unless
   * the JDK itself lets another one run in its place.
   */
  public static int mounted() {
    return ((VirtualThreadSchedulerMXBean) scheduler).getMountedVirtualThreadCount();
  }

  /** How many of {@link #parallelism} stand in for carriers that are blocked. */
  public static int spares() {
    return spares;
  }

  /**
   * Records the result of a look of the carrier watch.
   *
   * @param spareCarriers by how many it has raised the parallelism
   * @param blockedCarriers for how many of the mounted threads that was done
   */
  public static void setSpares(int spareCarriers, int blockedCarriers) {
    if (spareCarriers != spares || blockedCarriers != blocked) {
      spares = spareCarriers;
      blocked = blockedCarriers;
    }
  }

  /** An estimate of whether a carrier that is not a spare has no thread to run. */
  public static boolean areIdle() {
    return mounted() - blocked < parallelism() - spares;
  }
}
