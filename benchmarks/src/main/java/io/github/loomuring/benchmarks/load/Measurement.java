package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs threads that repeat operations for some time, and measures rate, latency and cost. An
 * instance is used once.
 *
 * <p>The threads start before the measured time and end after it. The result is the difference of
 * two snapshots that the controlling thread, a platform thread, takes meanwhile.
 */
final class Measurement {
  /*
   * Each thread should have completed its first operation before the measured time begins. But
   * threads that never release their carriers (reads of cached data) keep others from starting, so
   * the wait is limited.
   */
  private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long START_NANOS_OF_THREAD = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long BURNER_SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private enum Phase {
    STARTING,
    MEASURING,
    ENDING
  }

  private final List<MeasuredOperation> operations;
  private final int latencyInterval;
  private final Counters counters;
  private final Latencies latencies = new Latencies();
  private final CountDownLatch started;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile Phase phase = Phase.STARTING;

  /** Each operation gets one thread. */
  Measurement(List<MeasuredOperation> operations, int latencyInterval) {
    this.operations = operations;
    this.latencyInterval = latencyInterval;
    this.counters = new Counters(operations.size());
    this.started = new CountDownLatch(operations.size());
  }

  Round run(Thread.Builder threadBuilder, int burners, Span span)
      throws IOException, InterruptedException {
    // Links the calls that it makes. While the load runs, that may wait for ever for a lock of the
    // JDK, which a virtual thread is to get next that finds no carrier.
    Snapshot.take(counters);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < burners; i++) {
      threads.add(Thread.ofVirtual().start(this::burn));
    }
    for (int i = 0; i < operations.size(); i++) {
      int thread = i;
      threads.add(threadBuilder.start(() -> work(thread)));
    }
    started.await(START_NANOS + operations.size() * START_NANOS_OF_THREAD, TimeUnit.NANOSECONDS);
    Sleeper sleeper = new Sleeper();
    Snapshot begin = Snapshot.take(counters);
    phase = Phase.MEASURING;
    span.await(counters);
    Snapshot end = Snapshot.take(counters);
    Percentiles late = Percentiles.of(sleeper.stop());
    phase = Phase.ENDING;
    for (Thread thread : threads) {
      thread.join();
    }
    sleeper.join();
    if (failure.get() != null) {
      throw new IOException("an operation failed", failure.get());
    }
    return end.since(begin, Percentiles.of(latencies.sum()), late);
  }

  private void work(int thread) {
    try {
      repeat(thread, operations.get(thread));
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private void repeat(int thread, MeasuredOperation operation) throws IOException {
    for (long count = 0; phase != Phase.ENDING; count++) {
      step(thread, operation, count);
      if (count == 0) {
        started.countDown();
      }
    }
  }

  /**
   * A separate method, so that the compiled code is used from the first call: a new thread runs a
   * loop in the interpreter for the first thousand rounds.
   */
  private void step(int thread, MeasuredOperation operation, long count) throws IOException {
    if (count % latencyInterval == 0) {
      long begunNanos = System.nanoTime();
      operation.run();
      if (phase == Phase.MEASURING) {
        latencies.record(thread, System.nanoTime() - begunNanos);
      }
    } else {
      operation.run();
    }
    counters.set(thread, count + 1);
  }

  /**
   * Computes in slices, and parks between them. It does not yield: a carrier runs threads that
   * yielded before threads that were unparked from outside, so the latter would never run.
   */
  private void burn() {
    while (phase != Phase.ENDING) {
      long begunNanos = System.nanoTime();
      while (System.nanoTime() - begunNanos < BURNER_SLICE_NANOS) {
        Thread.onSpinWait();
      }
      LockSupport.parkNanos(BURNER_SLICE_NANOS);
    }
  }
}
