package io.github.loomuring.internal.watch;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.FlightRecorder;

/** Counts what the watch has done. The watcher alone writes; any thread may read. */
final class Rescues {
  private static final boolean HAS_EVENTS = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private final AtomicLong count = new AtomicLong();
  private volatile int sparesMost;
  private volatile long longestNanos;

  /** A carrier has been replaced. Returns an event for {@link #end}, or null. */
  Object begin(String thread, int systemCall) {
    count.incrementAndGet();
    // The class of an event takes hundreds of milliseconds to load if nothing has used it before.
    boolean mayRecord = HAS_EVENTS && FlightRecorder.isInitialized();
    return mayRecord ? RescueEvent.begun(thread, systemCall) : null;
  }

  /** The carrier is back, after it was blocked for {@code nanos}. */
  void end(Object event, long nanos) {
    if (nanos > longestNanos) {
      longestNanos = nanos;
    }
    if (event != null) {
      RescueEvent.end(event, nanos);
    }
  }

  void spares(int spares) {
    if (spares > sparesMost) {
      sparesMost = spares;
    }
  }

  long count() {
    return count.get();
  }

  int sparesMost() {
    return sparesMost;
  }

  Duration longest() {
    return Duration.ofNanos(longestNanos);
  }
}
