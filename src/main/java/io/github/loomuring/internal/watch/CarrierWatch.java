package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.schedule.Carriers;
import java.time.Duration;

/**
 * Replaces carriers that are blocked in a system call, so that other virtual threads run meanwhile.
 *
 * <p>A virtual thread that makes a system call which may wait encloses it in {@link #begin} and
 * {@link #end}. If the call blocks its carrier while virtual threads are queued, a watcher thread
 * raises the parallelism of the scheduler, and lowers it again later.
 *
 * <p>There is one watch for the process, because the JVM has one scheduler. Any thread may call.
 */
public final class CarrierWatch {
  private CarrierWatch() {}

  /**
   * Marks that the calling thread is about to make a system call that may wait. The thread must not
   * park before {@link #end}. Allocates nothing, and throws nothing.
   *
   * @return a token for {@link #end}
   */
  public static int begin() {
    int token = Marks.begin();
    if (token >= 0 && Watcher.ASLEEP.get()) {
      Watcher.INSTANCE.wake();
    }
    return token;
  }

  /**
   * Marks that the system call has returned.
   *
   * @return for how many nanoseconds the call has lasted; 0 if the thread has had no mark
   */
  public static long end(int token) {
    return token >= 0 ? Marks.end(token) : 0;
  }

  /** How many spare carriers there are now: by how many the watch has raised the parallelism. */
  public static int spares() {
    return Carriers.spares();
  }

  /**
   * Whether blocked carriers are replaced. They are not before the scheduler's bean is found, if
   * there is none, if it does not know the scheduler, if {@code /proc} cannot be read, or if there
   * can be no watcher thread.
   */
  public static boolean isPossible() {
    return Watcher.isPossible();
  }

  /** Whether it is not known yet if carriers can be replaced. */
  public static boolean isBeingFound() {
    return Watcher.isBeingFound();
  }

  /** Sets whether all blocked carriers are replaced, or those in marked calls alone. */
  public static void watchAll(boolean all) {
    Watcher.INSTANCE.watchAll(all);
  }

  /** Sets how many spare carriers there may be. */
  public static void bound(int spares) {
    Watcher.INSTANCE.bound(spares);
  }

  /** The most spare carriers that there have been at a time. */
  public static int sparesMost() {
    return Watcher.INSTANCE.rescues().sparesMost();
  }

  /** How often a carrier was replaced. */
  public static long rescues() {
    return Watcher.INSTANCE.rescues().count();
  }

  /** The longest time for which a carrier that was replaced was blocked. */
  public static Duration longestBlock() {
    return Watcher.INSTANCE.rescues().longest();
  }
}
