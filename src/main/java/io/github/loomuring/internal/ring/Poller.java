package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.schedule.Carriers;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lets one caller at a time look for its completion on its carrier before it parks.
 *
 * <p>A completion that goes by the reaper wakes two threads, which costs more than a fast device
 * takes. Looking spares both, and delays nobody: it is done only while no virtual thread waits for
 * a carrier, and ends as soon as one does.
 */
final class Poller {
  /** Looks between two looks at whether the carrier is wanted and the time is up. */
  private static final int LOOKS = 16;

  /** So many calls that looked in vain, one after the other, say that the device is slow. */
  private static final int MISSES_MAX = 3;

  /** Calls that do not look then; doubled each time, up to the maximum. */
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

  private final Ring ring;
  private final long nanosMax;
  private volatile boolean busy;

  // Used by the caller that is busy.
  private int misses;
  private int skips;
  private int nextSkips = SKIPS_MIN;

  /** One that looks for at most {@code nanosMax} nanoseconds; never if that is zero. */
  Poller(Ring ring, long nanosMax) {
    this.ring = ring;
    // A single processor is needed by whoever completes the request.
    this.nanosMax = Runtime.getRuntime().availableProcessors() > 1 ? nanosMax : 0;
  }

  /** Returns when {@code request} has completed, or when its owner had better park. */
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
      ring.polled();
    }
  }

  /** Whether a caller may look. */
  boolean isPossible() {
    return nanosMax > 0 && Carriers.areKnown();
  }

  /** Whether a caller is looking. */
  boolean isBusy() {
    return busy;
  }

  /** False if the time was up. */
  private boolean look(Request request, MemorySegment errno) {
    long begun = System.nanoTime();
    while (request.isPending()) {
      for (int i = 0; i < LOOKS && request.isPending(); i++) {
        ring.drain(errno);
        Thread.onSpinWait();
      }
      // A halted processor of a virtual machine looks busy to the guest's scheduler, so that a
      // thread that wakes may have been queued behind this one, for milliseconds.
      ring.yieldProcessor();
      if (Carriers.queued() != 0 || Thread.currentThread().isInterrupted()) {
        return true;
      }
      if (System.nanoTime() - begun > nanosMax) {
        return false;
      }
    }
    return true;
  }
}
