package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One call that is offloaded, and the thread that waits for it, its owner.
 *
 * <p>A thread of the pool, or the owner itself, runs it. Only the owner calls the other methods.
 */
final class OffloadTask<T> implements Runnable {
  private static final LazyLogger LOGGER = new LazyLogger(OffloadTask.class);

  /*
   * QUEUED → RUNNING → DONE         the thread that runs the task makes both transitions
   * QUEUED → ABANDONED              by the owner: the work does not run
   * RUNNING → ABANDONED             by the owner, if there is a disposer: it gets the result
   *
   * The owner of a task that is DONE reads its value or failure, which were written before. A task
   * that is ABANDONED belongs to the thread that runs it, if there is one.
   */
  private static final int QUEUED = 0;
  private static final int RUNNING = 1;
  private static final int DONE = 2;
  private static final int ABANDONED = 3;

  private final AtomicInteger state = new AtomicInteger(QUEUED);
  private final Thread owner = Thread.currentThread();
  private final Callable<T> work;
  private final Consumer<T> disposer;
  private T value; // written before DONE
  private Throwable failure; // written before DONE

  /**
   * Makes a task, which the calling thread owns.
   *
   * @param disposer takes the result if the task is abandoned while it runs; null if it must not be
   */
  OffloadTask(Callable<T> work, Consumer<T> disposer) {
    this.work = work;
    this.disposer = disposer;
  }

  @Override
  public void run() {
    if (!state.compareAndSet(QUEUED, RUNNING)) {
      return; // it was abandoned before it started, or another thread runs it
    }
    try {
      value = work.call();
    } catch (Throwable t) {
      failure = t; // for the owner
    }
    if (state.compareAndSet(RUNNING, DONE)) {
      LockSupport.unpark(owner);
    } else {
      assert state.get() == ABANDONED && disposer != null : "only the owner ends the wait";
      if (failure == null) {
        dispose();
      }
    }
  }

  private void dispose() {
    try {
      disposer.accept(value);
    } catch (Throwable t) {
      LOGGER.get().log(Level.WARNING, "the result of an abandoned call is not disposed of", t);
    }
  }

  Callable<T> work() {
    return work;
  }

  /** Whether the owner need not wait any longer. */
  boolean isOver() {
    int s = state.get();
    return s == DONE || s == ABANDONED;
  }

  boolean isAbandoned() {
    return state.get() == ABANDONED;
  }

  /** Abandons the task if it has not started, or if there is a disposer for its result. */
  void abandon() {
    assert owner == Thread.currentThread() : "only the owner abandons a task";
    if (!state.compareAndSet(QUEUED, ABANDONED) && disposer != null) {
      state.compareAndSet(RUNNING, ABANDONED);
    }
  }

  /** The result of a task that is done. */
  T result() throws IOException {
    assert state.get() == DONE : "the task is not done";
    if (failure == null) {
      return value;
    }
    Failures.rethrow(failure);
    throw new AssertionError("rethrow returned", failure);
  }
}
