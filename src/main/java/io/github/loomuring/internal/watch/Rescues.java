package io.github.loomuring.internal.watch;

import java.time.Duration;

/** Counts what the watch has done. The watcher alone writes; any thread may read. */
final class Rescues {
  private static final boolean HAS_EVENTS = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private volatile long count;
  private volatile int sparesMost;
  private volatile long longestNanos;

  /** A carrier has been replaced. Returns an event for {@link #end}, or null. */
  Object begin(String thread, int systemCall) {
    count++;
    return HAS_EVENTS ? RescueEvent.begun(thread, systemCall) : null;
  }

  /** The carrier is back, after it was blocked for {@code nanos}. */
  void end(Object event, long nanos) {
    longestNanos = Math.max(longestNanos, nanos);
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
    return count;
  }

  int sparesMost() {
    return sparesMost;
  }

  Duration longest() {
    return Duration.ofNanos(longestNanos);
  }
}
