package io.github.loomuring.internal.watch;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The event of JDK Flight Recorder for a blocked carrier that was replaced. */
@Name("io.github.loomuring.CarrierRescue")
@Label("Carrier Rescue")
@Category("loom-uring")
@Description("A carrier was blocked in the kernel, and another one ran in its place")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
final class RescueEvent extends Event {
  @Label("Carrier")
  @Description("The id that the kernel has given the carrier")
  private long carrier;

  @Label("System Call")
  @Description("The number of the system call; -1 for a page fault, or if it is not known")
  private int systemCall;

  @Label("Blocked")
  @Description("The time for which it was still blocked, as far as looks at it tell")
  @Timespan(Timespan.NANOSECONDS)
  private long blocked;

  /** An event that has begun; null if nobody records it. */
  static Object begun(String carrier, int systemCall) {
    RescueEvent event = new RescueEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.carrier = Long.parseLong(carrier);
    event.systemCall = systemCall;
    event.begin();
    return event;
  }

  static void end(Object begun, long blockedNanos) {
    RescueEvent event = (RescueEvent) begun;
    event.blocked = blockedNanos;
    event.commit();
  }
}
