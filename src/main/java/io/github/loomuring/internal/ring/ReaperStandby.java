package io.github.loomuring.internal.ring;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets the reaper wait in Java, where completions do not wake it, until a thread recalls it.
 *
 * <p>Only the reaper calls {@link #await}. Any thread may call the other methods.
 */
final class ReaperStandby {
  /*
   * The flag is volatile. A thread that makes standby impossible (it parks, closes the ring, leaves
   * a request to the reaper, or stops polling) changes that state first and reads the flag then.
   * The reaper sets the flag first and reads the state then. So one of the two sees the other.
   */
  private volatile boolean active;

  private Thread reaper; // written before active is set

  /** Whether the reaper is on standby. */
  boolean isActive() {
    return active;
  }

  /** Makes the reaper wait in the kernel again if it is on standby. */
  void recall() {
    if (active) {
      active = false;
      LockSupport.unpark(reaper);
    }
  }

  /**
   * Parks the calling thread, the reaper, until another thread recalls it.
   *
   * @param isAllowed whether standby is possible; checked again once the flag is set
   */
  void await(BooleanSupplier isAllowed) {
    if (!isAllowed.getAsBoolean()) {
      return;
    }
    assert reaper == null || reaper == Thread.currentThread() : "one thread is the reaper";
    reaper = Thread.currentThread();
    active = true;
    if (!isAllowed.getAsBoolean()) {
      active = false;
    }
    while (active) {
      LockSupport.park(this);
    }
  }
}
