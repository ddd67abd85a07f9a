package io.github.loomuring.benchmarks.load;

import com.sun.management.ThreadMXBean;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** The operations completed, and the resources used by this process, up to a moment. */
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

  /** The rate and the costs since {@code begin}; costs are NaN if no operation completed. */
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
