package io.github.loomuring.internal.concurrent;

import io.github.loomuring.internal.linux.LinuxKernel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Pauses of a thread that has to go on whatever happens: none of these methods throws.
 *
 * <p>The JDK's own do. A virtual thread that parks or yields is copied to the heap, frame by frame,
 * and whoever is deep in its stack gets a {@link StackOverflowError} for that, however much stack
 * there is left for everything else; a full heap makes an {@link OutOfMemoryError} of it.
 */
public final class Pauses {
  /** A pause on the carrier is no longer: the carrier's other threads wait meanwhile. */
  private static final int HOLD_MICROS_MAX = 1_000;

  private static final int HOLD_MICROS_MIN = 100;

  private Pauses() {}

  /** As {@link Thread#yield}. */
  public static void yieldNow() {
    try {
      Thread.yield();
    } catch (Throwable t) {
      Thread.onSpinWait();
    }
  }

  /** As {@link LockSupport#park(Object)}; ends sooner if the thread cannot park. */
  public static void park(Object blocker) {
    try {
      LockSupport.park(blocker);
    } catch (Throwable t) {
      hold(HOLD_MICROS_MIN);
    }
  }

  /** As {@link LockSupport#parkNanos(long)}; ends sooner if the thread cannot park. */
  public static void parkNanos(long nanos) {
    try {
      LockSupport.parkNanos(nanos);
    } catch (Throwable t) {
      hold((int) Math.min(HOLD_MICROS_MAX, TimeUnit.NANOSECONDS.toMicros(nanos) + 1));
    }
  }

  /** Sleeps without giving up the carrier, which needs no stack for the frames below. */
  public static void hold(int micros) {
    try {
      LinuxKernel.INSTANCE.usleep(micros);
    } catch (Throwable t) { // not Linux, or no access to native code
      Thread.onSpinWait();
    }
  }
}
