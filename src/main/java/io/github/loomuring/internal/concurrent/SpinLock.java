package io.github.loomuring.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock for sections of a few dozen instructions in which nothing parks, blocks or allocates.
 *
 * <p>A virtual thread cannot be unmounted inside such a section. So a thread waits at most for the
 * section, or until the operating system schedules the holder's carrier again. Not reentrant.
 * Neither method throws if there is stack for a call.
 */
public final class SpinLock {
  private static final VarHandle HELD;
  private static final int SPINS_BEFORE_YIELD = 100;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // accessed through HELD
  private boolean held;

  public void lock() {
    for (int spins = 0; !HELD.compareAndSet(this, false, true); spins++) {
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Pauses.yieldNow(); // the holder's carrier has lost its core
      }
    }
  }

  public void unlock() {
    assert (boolean) HELD.getOpaque(this) : "the lock is not held";
    HELD.setRelease(this, false);
  }
}
