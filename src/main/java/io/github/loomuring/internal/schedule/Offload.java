package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.jvm.StackReserve;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A bounded pool of daemon platform threads that run blocking calls while their callers park.
 *
 * <p>An interrupt takes a call back that has not started. A call that has started cannot be
 * cancelled: its caller waits for it ({@link #call}), or leaves it ({@link #callOrAbandon}).
 *
 * <p>If there is no thread, and no memory to make one, the caller does the work itself. Any thread
 * may call.
 */
public final class Offload implements AutoCloseable {
  /** The pause between two looks of a caller that cannot park. */
  private static final int HOLD_MICROS = 100;

  /** The subject of messages where none is known. */
  private static final String UNNAMED = "the pool";

  private final OffloadThreads threads;

  /**
   * Makes a pool of at most {@code threadsMax} threads, which end when they are idle for a while.
   */
  public Offload(int threadsMax) {
    this.threads = new OffloadThreads(threadsMax);
  }

  /**
   * Runs {@code work}. Once it has started, the caller waits for its end.
   *
   * @throws InterruptedIOException if the caller was interrupted before it started
   * @throws AsynchronousCloseException if the pool is closed
   */
  public <T> T call(Callable<T> work) throws IOException {
    return run(work, null, true, UNNAMED);
  }

  /**
   * Runs {@code work}, or leaves it when the caller is interrupted or its deadline passes.
   *
   * @param disposer takes the result of work that was left; called by a pool thread
   */
  public <T> T callOrAbandon(Callable<T> work, Consumer<T> disposer) throws IOException {
    return run(work, disposer, true, UNNAMED);
  }

  /**
   * Runs {@code steps}, and stops them when the caller is interrupted or its deadline passes.
   *
   * @param subject of the steps, for messages
   */
  public <T> T call(Steps<T> steps, Object subject) throws IOException {
    return run(steps, null, true, subject);
  }

  /** Blocking work of several steps. */
  public interface Steps<T> extends Callable<T> {
    /** Makes the work end before its next step; called by the thread that waits for it. */
    void stop();
  }

  /**
   * Runs {@code work} whatever happens to the caller.
   *
   * @throws AsynchronousCloseException if the pool is closed; the work is not done
   */
  public <T> T callUninterruptibly(Callable<T> work) throws IOException {
    return run(work, null, false, UNNAMED);
  }

  /**
   * As {@link #callUninterruptibly}, and on the caller if the pool is closed. For work without
   * which something would be lost; the caller has made sure of enough stack before.
   */
  public <T> T callAlways(Callable<T> work) throws IOException {
    OffloadTask<T> task;
    try {
      task = new OffloadTask<>(work, null);
    } catch (OutOfMemoryError e) {
      return callHere(work);
    }
    if (!threads.execute(task)) {
      runHere(task);
    }
    await(task, false, UNNAMED);
    return task.result();
  }

  /** Runs {@code work} on the caller: the pool is closed. */
  public static <T> T callHere(Callable<T> work) throws IOException {
    try {
      return work.call();
    } catch (Exception e) {
      Failures.rethrow(e);
      throw new AssertionError("rethrow returned", e);
    }
  }

  /**
   * Runs {@code work}, which throws nothing, later on a thread of the pool, or at once on the
   * caller if there is none. Nobody waits for it.
   */
  public void execute(Runnable work) {
    if (!threads.execute(work)) {
      work.run();
    }
  }

  private <T> T run(Callable<T> work, Consumer<T> disposer, boolean interruptible, Object subject)
      throws IOException {
    StackReserve.ensure();
    if (interruptible) {
      Cancellation.check(subject);
    }
    OffloadTask<T> task = new OffloadTask<>(work, disposer);
    if (!threads.execute(task)) {
      if (threads.isClosed()) {
        throw new AsynchronousCloseException();
      }
      runHere(task);
    }
    await(task, interruptible, subject);
    return task.result();
  }

  /**
   * Runs a task on the caller, with its interrupt status cleared meanwhile: an interrupt would
   * close the channels that the task works on.
   */
  private static void runHere(OffloadTask<?> task) {
    boolean interrupted = Thread.interrupted();
    task.run();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until the task is done or abandoned.
   *
   * <p>A task that runs uses memory of the caller. So whatever is thrown meanwhile, the caller
   * waits for it, on its carrier if it cannot park, unless the task may be abandoned.
   */
  private <T> void await(OffloadTask<T> task, boolean interruptible, Object subject)
      throws IOException {
    boolean interrupted = false;
    boolean late = false;
    Throwable thrown = null;
    while (!task.isOver()) {
      try {
        if (Thread.interrupted()) {
          interrupted = true;
          if (interruptible && !Interrupts.areIgnored()) {
            giveUp(task);
          }
        } else if (thrown != null) {
          Pauses.hold(HOLD_MICROS);
        } else if (!interruptible || late) {
          LockSupport.park(task);
        } else if (!Deadlines.park(task)) {
          late = true;
          giveUp(task);
        }
      } catch (Throwable t) {
        thrown = thrown == null ? t : thrown;
        if (interruptible) {
          task.abandon();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (task.isAbandoned()) {
      threads.remove(task);
      if (thrown != null) {
        Failures.rethrow(thrown);
      }
      throw late
          ? Deadlines.timeout(subject + ": the operation")
          : new InterruptedIOException(subject + ": the operation was interrupted");
    }
  }

  /** Abandons the task if it may be abandoned; otherwise stops its steps, if it has any. */
  private static <T> void giveUp(OffloadTask<T> task) {
    task.abandon();
    if (!task.isOver() && task.work() instanceof Steps<T> steps) {
      steps.stop();
    }
  }

  /** The number of threads now, idle ones included. */
  public int threads() {
    return threads.count();
  }

  /** Refuses new work; work that was accepted is done. */
  @Override
  public void close() {
    threads.close();
  }
}
