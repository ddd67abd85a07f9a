package io.github.loomuring.internal.schedule;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A bounded pool of daemon platform threads that run blocking calls while their callers park.
 *
 * <p>A call that has started cannot be cancelled. An interrupted caller takes back one that has
 * not; one that has started is waited for ({@link #call}), or left ({@link #callOrLeave}).
 *
 * <p>If there is no thread, and no memory to make one, the caller does the work itself.
 */
public final class Offload implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final LazyLogger LOGGER = new LazyLogger(Offload.class);
  private static final long IDLE_SECONDS = 5;

  /** Between two looks of a caller that cannot park. */
  private static final int HOLD_MICROS = 100;

  /** The subject of messages where none is known. */
  private static final String UNNAMED = "the pool";

  private final ThreadPoolExecutor threads;
  private final int threadsMax;

  /** Threads that run, whether they work or wait. */
  private final AtomicInteger running = new AtomicInteger();

  /** A pool of at most {@code threadsMax} threads, which end when they have been idle a while. */
  public Offload(int threadsMax) {
    this.threadsMax = threadsMax;
    threads =
        new ThreadPoolExecutor(
            0,
            threadsMax,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new Handover(),
            new Factory(),
            this::enqueue);
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
   * All threads are busy: the first that is not takes the call. Not if none runs: those that the
   * executor counts may be about to fail to start.
   */
  private void enqueue(Runnable task, ThreadPoolExecutor executor) {
    executor.getQueue().add(task);
    if ((executor.isShutdown() || running.get() == 0) && executor.remove(task)) {
      throw new RejectedExecutionException("the pool is closed, or has no thread");
    }
  }

  /**
   * A queue that an executor offers to in vain unless a thread waits: so it makes another one only
   * then, and few callers find threads that have just run.
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
        // the caller could not park there. So it shows here whether it can.
        Thread.yield();
      }
      return false;
    }

    @Override
    public boolean add(Runnable task) {
      put(task);
      return true;
    }

    /** By a thread of the pool, which must not end because the heap is full: tasks may wait. */
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

  /**
   * Runs {@code work}; once it has started, it is waited for.
   *
   * @throws InterruptedIOException if the caller was interrupted before it started
   * @throws AsynchronousCloseException if the pool is closed
   */
  public <T> T call(Callable<T> work) throws IOException {
    return run(work, null, true, UNNAMED);
  }

  /**
   * Runs {@code work}, or leaves it when the caller is interrupted.
   *
   * @param disposer takes the result of work that was left; called by a pool thread
   */
  public <T> T callOrLeave(Callable<T> work, Consumer<T> disposer) throws IOException {
    return run(work, disposer, true, UNNAMED);
  }

  /**
   * Runs {@code steps}, which are told to stop when the caller is interrupted.
   *
   * @param subject what they work on, for messages
   */
  public <T> T call(Steps<T> steps, Object subject) throws IOException {
    return run(steps, null, true, subject);
  }

  /** Blocking work of several steps. */
  public interface Steps<T> extends Callable<T> {
    /** Has the work end before its next step; called by the thread that waits for it. */
    void stop();
  }

  /**
   * Runs {@code work} whatever happens to the caller.
   *
   * @throws AsynchronousCloseException if the pool is closed; the work is not done then
   */
  public <T> T callUninterruptibly(Callable<T> work) throws IOException {
    return run(work, null, false, UNNAMED);
  }

  /**
   * As {@link #callUninterruptibly}, and on the caller if the pool is closed. It is for what is
   * torn if it is not done, and so the caller has made sure of stack before.
   */
  public <T> T callAlways(Callable<T> work) throws IOException {
    Task<T> task;
    try {
      task = new Task<>(work, null);
    } catch (OutOfMemoryError e) {
      return callHere(work);
    }
    if (!isHandedOver(task)) {
      runHere(task);
    }
    await(task, false, UNNAMED);
    return task.result();
  }

  /** Runs {@code work} on the caller: where there is no pool any more. */
  public static <T> T callHere(Callable<T> work) throws IOException {
    try {
      return work.call();
    } catch (Exception e) {
      Failures.rethrow(e);
      throw new AssertionError("it is thrown", e);
    }
  }

  /** Runs {@code work}, which throws nothing, some time, for nobody; on the caller if need be. */
  public void execute(Runnable work) {
    boolean accepted = false;
    try {
      threads.execute(work);
      accepted = true;
    } catch (RejectedExecutionException | VirtualMachineError e) {
      // The pool is closed, or there is no thread, or the caller is too deep in its stack.
    }
    if (!accepted) {
      work.run();
    }
  }

  private <T> T run(Callable<T> work, Consumer<T> disposer, boolean interruptible, Object subject)
      throws IOException {
    StackReserve.ensure();
    if (interruptible && Interrupts.pending()) {
      throw new InterruptedIOException(
          subject + ": the thread was interrupted before the operation");
    }
    if (interruptible) {
      Deadlines.check(subject);
    }
    Task<T> task = new Task<>(work, disposer);
    if (!isHandedOver(task)) {
      if (threads.isShutdown()) {
        throw new AsynchronousCloseException();
      }
      runHere(task);
    }
    await(task, interruptible, subject);
    return task.result();
  }

  /** Whether a thread has the task, or will have it; otherwise the caller must see to it. */
  private boolean isHandedOver(Task<?> task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException | VirtualMachineError e) {
      return false;
    }
  }

  /** On the caller, without its interrupt, which would close the channels that it works on. */
  private static void runHere(Task<?> task) {
    boolean interrupted = Thread.interrupted();
    task.run();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until the task is done, or given up.
   *
   * <p>Whatever is thrown meanwhile, a task that runs is waited for, on the carrier if the caller
   * cannot park, unless it may be left: it uses what belongs to the caller.
   */
  private <T> void await(Task<T> task, boolean interruptible, Object subject) throws IOException {
    boolean interrupted = false;
    boolean late = false;
    Throwable torn = null;
    while (!task.isOver()) {
      try {
        if (Thread.interrupted()) {
          interrupted = true;
          if (interruptible && !Interrupts.areIgnored()) {
            task.giveUp();
          }
        } else if (torn != null) {
          Pauses.hold(HOLD_MICROS);
        } else if (!interruptible || late) {
          LockSupport.park(task);
        } else if (!Deadlines.park(task)) {
          late = true;
          task.giveUp();
        }
      } catch (Throwable t) {
        torn = torn == null ? t : torn;
        if (interruptible) {
          task.takeBack();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (task.isGivenUp()) {
      threads.remove(task);
      if (torn != null) {
        Failures.rethrow(torn);
      }
      throw late
          ? Deadlines.timeout(subject + ": the operation")
          : new InterruptedIOException(subject + ": the operation was interrupted");
    }
  }

  /** Threads there are now. */
  public int threads() {
    return threads.getPoolSize();
  }

  /** Refuses new work; what was accepted is done. */
  @Override
  public void close() {
    threads.shutdown();
  }

  /** One call, and who waits for it. */
  private static final class Task<T> implements Runnable {
    private static final int QUEUED = 0;
    private static final int RUNNING = 1;
    private static final int DONE = 2;
    private static final int LEFT = 3;

    private final AtomicInteger state = new AtomicInteger(QUEUED);
    private final Thread owner = Thread.currentThread();
    private final Callable<T> work;
    private final Consumer<T> disposer;
    private T value; // written before DONE
    private Throwable failure; // written before DONE

    Task(Callable<T> work, Consumer<T> disposer) {
      this.work = work;
      this.disposer = disposer;
    }

    @Override
    public void run() {
      if (!state.compareAndSet(QUEUED, RUNNING)) {
        return; // given up before it started
      }
      try {
        value = work.call();
      } catch (Throwable t) {
        failure = t; // for the caller
      }
      if (state.compareAndSet(RUNNING, DONE)) {
        LockSupport.unpark(owner);
      } else if (failure == null) {
        dispose();
      }
    }

    private void dispose() {
      try {
        disposer.accept(value);
      } catch (Throwable t) {
        LOGGER.get().log(Level.WARNING, "the result of work that was left is not disposed of", t);
      }
    }

    boolean isOver() {
      int s = state.get();
      return s == DONE || s == LEFT;
    }

    boolean isGivenUp() {
      return state.get() == LEFT;
    }

    /** Takes the task back, or leaves it if it may be left; otherwise has it end if it can. */
    void giveUp() {
      takeBack();
      if (!isOver() && work instanceof Steps<T> steps) {
        steps.stop();
      }
    }

    /** Takes the task back if it has not started, or leaves it if it may be left. */
    void takeBack() {
      if (!state.compareAndSet(QUEUED, LEFT) && disposer != null) {
        state.compareAndSet(RUNNING, LEFT);
      }
    }

    T result() throws IOException {
      if (failure == null) {
        return value;
      }
      Failures.rethrow(failure);
      throw new AssertionError("it is thrown", failure);
    }
  }
}
