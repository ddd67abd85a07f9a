package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.jvm.DaemonThreads;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of an {@link Offload} and their queue: a bounded number of daemon platform threads,
 * made when a task finds none idle, and ended after some seconds without a task.
 *
 * <p>Any thread may call. A task is either accepted, and then done, or left to the caller.
 */
final class OffloadThreads {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final long IDLE_SECONDS = 5;

  private final int threadsMax;
  private final ThreadPoolExecutor executor;

  /** The threads that run, whether they work or wait. */
  private final AtomicInteger running = new AtomicInteger();

  OffloadThreads(int threadsMax) {
    this.threadsMax = threadsMax;
    executor =
        new ThreadPoolExecutor(
            0,
            threadsMax,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new Handover(),
            new Factory(),
            this::enqueue);
  }

  /**
   * Hands {@code task} to a thread.
   *
   * @return false if it was not accepted: the pool is closed, or there is no thread and no memory
   *     to make one, or the caller is too deep in its stack
   */
  boolean execute(Runnable task) {
    try {
      executor.execute(task);
      return true;
    } catch (RejectedExecutionException | VirtualMachineError e) {
      return false;
    }
  }

  /** Takes back a task that no thread has taken yet, so that it leaves the queue. */
  void remove(Runnable task) {
    executor.remove(task);
  }

  /** The number of threads, idle ones included. */
  int count() {
    return executor.getPoolSize();
  }

  boolean isClosed() {
    return executor.isShutdown();
  }

  /** Refuses new tasks; tasks that were accepted are done. */
  void close() {
    executor.shutdown();
  }

  /** Makes threads that count themselves while they run. */
  private final class Factory implements ThreadFactory {
    private final ThreadFactory threads =
        DaemonThreads.factory("loom-uring-pool-" + NUMBERS.incrementAndGet() + "-");

    @Override
    public Thread newThread(Runnable work) {
      return threads.newThread(
          () -> {
            running.incrementAndGet();
            try {
              work.run();
            } finally {
              running.decrementAndGet();
            }
          });
    }
  }

  /**
   * Queues a task because all threads are busy: the first idle one takes it. It is rejected if no
   * thread runs: the threads that the executor counts may be about to fail to start.
   */
  private void enqueue(Runnable task, ThreadPoolExecutor rejecting) {
    rejecting.getQueue().add(task);
    if ((rejecting.isShutdown() || running.get() == 0) && rejecting.remove(task)) {
      throw new RejectedExecutionException("the pool is closed, or has no thread");
    }
  }

  /**
   * A queue whose {@code offer} succeeds only if a thread waits. So the executor makes another
   * thread only when none is idle, and few callers are served by threads that have just run.
   */
  private final class Handover extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;
    private static final long FULL_HEAP_PAUSE_NANOS = 1_000_000;

    @Override
    public boolean offer(Runnable task) {
      if (tryTransfer(task)) {
        return true;
      }
      if (running.get() < threadsMax && Thread.currentThread().isVirtual()) {
        // The executor is going to make a thread, under a lock of its own, and would lose count if
        // the caller could not park there. So this yield fails now if the caller cannot park.
        Thread.yield();
      }
      return false;
    }

    @Override
    public boolean add(Runnable task) {
      put(task);
      return true;
    }

    /** Called by a thread of the pool, which must not end because the heap is full. */
    @Override
    public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
      for (; ; ) {
        try {
          return super.poll(timeout, unit);
        } catch (OutOfMemoryError e) {
          Pauses.parkNanos(FULL_HEAP_PAUSE_NANOS);
        }
      }
    }
  }
}
