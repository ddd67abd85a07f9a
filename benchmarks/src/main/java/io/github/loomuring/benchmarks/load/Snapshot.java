package io.github.loomuring.benchmarks.load;

import com.sun.management.ThreadMXBean;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** What had been done by a moment, and what this process had used for it. */
record Snapshot(
    long nanos, long operations, long cpuNanos, long contextSwitches, long allocatedBytes) {
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

  /** The rates between two; NaN for one operation's share, if there was none. */
  Round since(Snapshot begin, Percentiles latency, Percentiles late) {
    double done = operations - begin.operations;
    double seconds = (double) (nanos - begin.nanos) / TimeUnit.SECONDS.toNanos(1);
    return new Round(
        done / seconds,
        latency,
        share(cpuNanos - begin.cpuNanos, done),
        share(allocatedBytes - begin.allocatedBytes, done),
        share(contextSwitches - begin.contextSwitches, done),
        late);
  }

  private static double share(long used, double done) {
    return done == 0 ? Double.NaN : used / done;
  }
}
