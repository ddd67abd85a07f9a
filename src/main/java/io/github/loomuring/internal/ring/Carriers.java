package io.github.loomuring.internal.ring;

import java.lang.management.ManagementFactory;
import jdk.management.VirtualThreadSchedulerMXBean;

/** What the scheduler of virtual threads is busy with, as far as this JDK tells. */
public final class Carriers {
  // Null until it is found, and where the image lacks the module jdk.management. Of a type that is
  // always there, so that this class links without it.
  private static volatile Object scheduler;

  private Carriers() {}

  /** Asks the JDK, which takes tens of milliseconds: not for a thread that others wait for. */
  static void find() {
    if (scheduler == null) {
      try {
        scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
      } catch (LinkageError | RuntimeException | OutOfMemoryError e) {
        scheduler = null; // nobody looks for completions then, or takes turns; the next ring asks
      }
    }
  }

  /** Whether the following methods can tell; they must not be called if not. */
  public static boolean areKnown() {
    return scheduler != null;
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
