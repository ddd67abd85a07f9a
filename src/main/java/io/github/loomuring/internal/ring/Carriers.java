package io.github.loomuring.internal.ring;

import java.lang.management.ManagementFactory;
import jdk.management.VirtualThreadSchedulerMXBean;

/** Whether virtual threads wait for a carrier, as far as this JDK tells. */
final class Carriers {
  // Null where the image lacks the module jdk.management. Of a type that is always there, so that
  // this class links without it.
  private static final Object SCHEDULER = scheduler();

  private Carriers() {}

  private static Object scheduler() {
    try {
      return ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    } catch (LinkageError | RuntimeException e) {
      return null;
    }
  }

  /** Whether {@link #areWanted} can tell. */
  static boolean areKnown() {
    return SCHEDULER != null;
  }

  /** Whether a virtual thread waits for a carrier. Some ten nanoseconds. */
  static boolean areWanted() {
    return ((VirtualThreadSchedulerMXBean) SCHEDULER).getQueuedVirtualThreadCount() != 0;
  }
}
