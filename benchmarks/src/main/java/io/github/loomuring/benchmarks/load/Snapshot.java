package io.github.loomuring.benchmarks.load;

import com.sun.management.ThreadMXBean;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** The operations completed, and the resources used by this process, up to a moment. */
record Snapshot(
    long nanos, long operations, long cpuNanos, long contextSwitches, long allocatedBytes) {
  static final Snapshot NOTHING = new Snapshot(0, 0, 0, 0, 0);

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  static Snapshot take(Counters counters) {
    Libc.ResourceUsage usage = Libc.resourceUsage();
    long allocatedBytes = THREADS.getTotalThreadAllocatedBytes();
    return new Snapshot(
        System.nanoTime(),
        counters.sum(),
        usage.cpuNanos(),
        usage.contextSwitches(),
        allocatedBytes);
  }

  /** What was done and used between {@code begin} and this. */
  Snapshot minus(Snapshot begin) {
    return new Snapshot(
        nanos - begin.nanos,
        operations - begin.operations,
        cpuNanos - begin.cpuNanos,
        contextSwitches - begin.contextSwitches,
        allocatedBytes - begin.allocatedBytes);
  }

  /** The sum of two differences. */
  Snapshot plus(Snapshot other) {
    return new Snapshot(
        nanos + other.nanos,
        operations + other.operations,
        cpuNanos + other.cpuNanos,
        contextSwitches + other.contextSwitches,
        allocatedBytes + other.allocatedBytes);
  }

  /** The rate and the costs since {@code begin}; costs are NaN if no operation completed. */
  Round since(Snapshot begin, Percentiles latency, Percentiles late) {
    Snapshot used = minus(begin);
    double done = used.operations;
    double seconds = (double) used.nanos / TimeUnit.SECONDS.toNanos(1);
    return new Round(
        done / seconds,
        latency,
        share(used.cpuNanos, done),
        share(used.allocatedBytes, done),
        share(used.contextSwitches, done),
        late);
  }

  private static double share(long used, double done) {
    return done == 0 ? Double.NaN : used / done;
  }
}
