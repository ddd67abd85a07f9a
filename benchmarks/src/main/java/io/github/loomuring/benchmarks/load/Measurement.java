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
 * Threads that carry out operations for a set time, and what that cost. Used once.
 *
 * <p>The threads run before the measured time begins and after it has ended; what counts is the
 * difference of two snapshots that the controlling thread, a platform thread, takes meanwhile.
 */
final class Measurement {
  /*
   * Each thread is to have done its first operation before the measured time begins. But threads
   * that never give up their carriers (reads of what is cached) keep others from ever starting, so
   * that is waited for only so long.
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

  /** For each operation one thread will be started. */
  Measurement(List<MeasuredOperation> operations, int latencyInterval) {
    this.operations = operations;
    this.latencyInterval = latencyInterval;
    this.counters = new Counters(operations.size());
    this.started = new CountDownLatch(operations.size());
  }

  Round run(Thread.Builder threadBuilder, int burners, int millis)
      throws IOException, InterruptedException {
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
    Thread.sleep(millis); // the measured time
    Snapshot end = Snapshot.take(counters);
    Percentiles late = Statistics.percentiles(sleeper.stop());
    phase = Phase.ENDING;
    for (Thread thread : threads) {
      thread.join();
    }
    sleeper.join();
    if (failure.get() != null) {
      throw new IOException("an operation failed", failure.get());
    }
    return end.since(begin, Statistics.percentiles(latencies.sum()), late);
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
   * A method of its own, for the compiler: a thread that has just been started would carry out the
   * first thousand rounds of its loop in the interpreter.
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
   * Parks between its slices, and does not yield: a carrier goes on with threads that yielded
   * before it looks at those woken from outside, so that these would never run.
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
