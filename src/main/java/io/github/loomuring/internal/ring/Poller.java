package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.schedule.Carriers;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lets one caller at a time poll for its completion on its carrier before it parks.
 *
 * <p>A completion that the reaper delivers wakes two threads, which costs more than a fast device
 * takes. Polling avoids both wake-ups. It delays no other virtual thread: a caller polls only while
 * none waits for a carrier, and stops as soon as one does.
 */
final class Poller {
  /** Looks at the request between two checks of the scheduler and the time. */
  private static final int LOOKS = 16;

  /** After so many calls in a row that polled in vain, the device counts as slow. */
  private static final int MISSES_MAX = 3;

  /** The number of calls that then do not poll; doubled each time, up to the maximum. */
  private static final int SKIPS_MIN = 4;

  private static final int SKIPS_MAX = 256;
  private static final VarHandle BUSY;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(Poller.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Kernel kernel;
  private final CompletionDispatcher dispatcher;
  private final Gate room;
  private final ReaperStandby standby;
  private final long nanosMax;
  private volatile boolean busy;

  // Used by the caller that has set busy.
  private int misses;
  private int skips;
  private int nextSkips = SKIPS_MIN;

  /**
   * Makes a poller.
   *
   * @param room the gate of the ring as a whole
   * @param nanosMax how long a caller polls at most; zero for never
   */
  Poller(
      Kernel kernel,
      CompletionDispatcher dispatcher,
      Gate room,
      ReaperStandby standby,
      long nanosMax) {
    this.kernel = kernel;
    this.dispatcher = dispatcher;
    this.room = room;
    this.standby = standby;
    // The kernel needs the only processor of a machine to complete the request.
    this.nanosMax = Runtime.getRuntime().availableProcessors() > 1 ? nanosMax : 0;
  }

  /** Returns when {@code request} has completed, or when its owner should park. */
  void poll(Request request, MemorySegment errno) {
    if (nanosMax == 0
        || !Thread.currentThread().isVirtual()
        || !Carriers.areKnown()
        || Carriers.queued() != 0
        || !BUSY.compareAndSet(this, false, true)) {
      return;
    }
    try {
      if (skips > 0) {
        skips--;
      } else if (look(request, errno)) {
        misses = 0;
        nextSkips = SKIPS_MIN;
      } else if (++misses >= MISSES_MAX) {
        skips = nextSkips;
        nextSkips = Math.min(2 * nextSkips, SKIPS_MAX);
      }
    } finally {
      busy = false;
      if (room.inside() > 0) {
        standby.recall(); // requests are in flight, and no caller polls for their completions
      }
    }
  }

  /** Whether callers may poll. */
  boolean isPossible() {
    return nanosMax > 0 && Carriers.areKnown();
  }

  /** Whether a caller polls now. */
  boolean isBusy() {
    return busy;
  }

  /** Returns false if the time was up. */
  private boolean look(Request request, MemorySegment errno) {
    long startNanos = System.nanoTime();
    while (request.isPending()) {
      for (int i = 0; i < LOOKS && request.isPending(); i++) {
        dispatcher.drain(errno);
        Thread.onSpinWait();
      }
      // To the guest's scheduler, a halted processor of a virtual machine looks busy. So a thread
      // that wakes may have been queued behind this one, for milliseconds.
      kernel.schedYield();
      if (Carriers.queued() != 0 || Thread.currentThread().isInterrupted()) {
        return true;
      }
      if (System.nanoTime() - startNanos > nanosMax) {
        return false;
      }
    }
    return true;
  }
}
