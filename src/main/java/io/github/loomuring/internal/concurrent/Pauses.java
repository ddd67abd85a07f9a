package io.github.loomuring.internal.concurrent;

import io.github.loomuring.internal.linux.LinuxKernel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Pauses of a thread that has to go on whatever happens: none of these methods throws.
 *
 * <p>The JDK's own methods may throw. A virtual thread that parks or yields is copied to the heap,
 * frame by frame. If it is deep in its stack, it gets a {@link StackOverflowError} for that, even
 * if there is stack for everything else. If the heap is full, it gets an {@link OutOfMemoryError}.
 */
public final class Pauses {
  /** The longest pause on the carrier, whose other threads wait meanwhile. */
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

  /** As {@link ReentrantLock#lock}; a thread that cannot park looks at the lock again and again. */
  public static void lock(ReentrantLock lock) {
    if (lock.tryLock()) {
      return;
    }
    try {
      lock.lock();
    } catch (Throwable t) {
      while (!lock.tryLock()) {
        hold(HOLD_MICROS_MIN);
      }
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

  /** As {@link LockSupport#unpark}, for a caller on whose next steps others wait. */
  public static void unpark(Thread thread) {
    try {
      LockSupport.unpark(thread);
    } catch (Throwable t) {
      // The thread's scheduler has been shut down, and the thread never runs again. A full heap is
      // no reason: the JDK tries again then.
    }
  }
}
