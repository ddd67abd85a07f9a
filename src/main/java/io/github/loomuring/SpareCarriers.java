package io.github.loomuring;

import io.github.loomuring.internal.watch.CarrierWatch;
import java.time.Duration;

/**
 * Replaces carriers of virtual threads that are blocked in the kernel, whatever blocks them.
 *
 * <p>A virtual thread that reads a {@link java.io.FileInputStream} or mapped memory, or calls
 * native code, keeps its carrier while it waits. If all carriers wait so, no other virtual thread
 * runs. After {@link #start}, a thread of this library looks for carriers that are blocked in the
 * kernel while virtual threads are queued, and raises the parallelism of the scheduler by as many.
 * If half of the carriers or more are blocked on average, it raises it until no virtual thread is
 * queued, so that as many threads as there are may be in system calls. It lowers it when fewer have
 * been enough for 0.2 seconds. Carriers that run, however long, are not replaced.
 *
 * <p>The calls of this library itself need none of this, because the library watches them anyway.
 *
 * <p>The watch may be started without a change of the program, by the system property {@code
 * io.github.loomuring.watch=jvm}, which is read when the library is first used, or by {@code
 * -javaagent:loom-uring.jar}.
 *
 * <p>While no virtual thread is queued and there are no spare carriers, the watch looks at most a
 * hundred times a second, and each look takes microseconds. Otherwise it looks up to 2,000 times a
 * second; a watch of 64 blocked carriers takes some percent of a processor. It needs Linux with
 * {@code /proc}, the module {@code jdk.management} and the JDK's own scheduler; otherwise the log
 * says once that nothing is replaced. All methods may be called by any thread, and do not block.
 */
public final class SpareCarriers {
  private static final String PROPERTY = "io.github.loomuring.watch";

  private SpareCarriers() {}

  /**
   * What the watch has done since the JVM started.
   *
   * @param spares how many spare carriers there are now
   * @param sparesMost the most that there have been at a time
   * @param rescues how often a blocked carrier was replaced
   * @param longestBlock the longest time for which a carrier was still blocked after it was
   *     replaced, to a few milliseconds
   */
  public record Snapshot(int spares, int sparesMost, long rescues, Duration longestBlock) {}

  /** Starts to replace carriers that are blocked by anything. Does nothing if that is so. */
  public static void start() {
    CarrierWatch.watchAll(true);
  }

  /** Ends what {@link #start} has started. Spare carriers that there are go soon. */
  public static void stop() {
    CarrierWatch.watchAll(false);
  }

  /**
   * Sets how many spare carriers there may be, for those that the library itself needs too. At the
   * start there may be as many as the maximum size of the scheduler's pool permits, see {@link
   * Thread}.
   *
   * @param spares the most spare carriers, 0 or more
   * @throws IllegalArgumentException if {@code spares} is negative
   */
  public static void bound(int spares) {
    if (spares < 0) {
      throw new IllegalArgumentException("spares=" + spares);
    }
    CarrierWatch.bound(spares);
  }

  /**
   * Returns what the watch has done.
   *
   * @return the numbers, each of them exact, but not all of the same moment
   */
  public static Snapshot snapshot() {
    return new Snapshot(
        CarrierWatch.spares(),
        CarrierWatch.sparesMost(),
        CarrierWatch.rescues(),
        CarrierWatch.longestBlock());
  }

  /** Starts if the system property says so. Throws nothing: the library is being initialised. */
  static void startIfAsked() {
    String value = System.getProperty(PROPERTY);
    if ("jvm".equals(value)) {
      start();
    } else if (value != null) {
      System.getLogger(SpareCarriers.class.getName())
          .log(
              System.Logger.Level.WARNING,
              PROPERTY + "=" + value + " is not \"jvm\": no carriers are watched for it");
    }
  }
}
