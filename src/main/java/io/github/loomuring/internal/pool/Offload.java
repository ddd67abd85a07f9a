package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.Deadlines;
import io.github.loomuring.internal.Interrupts;
import java.io.IOException;
import java.io.InterruptedIOException;
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
 */
public final class Offload implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final long IDLE_SECONDS = 5;

  /** The subject of messages where none is known. */
  private static final String UNNAMED = "the pool";

  private final ThreadPoolExecutor threads;

  /** A pool of at most {@code threadsMax} threads, which end when they have been idle a while. */
  public Offload(int threadsMax) {
    threads =
        new ThreadPoolExecutor(
            0,
            threadsMax,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new Handover(),
            new Factory(),
            Offload::enqueue);
  }

  /** Not the one of Thread.Builder, whose counting is linked at its first use, for milliseconds. */
  private static final class Factory implements ThreadFactory {
    private final String prefix = "loom-uring-pool-" + NUMBERS.incrementAndGet() + "-";
    private final AtomicInteger threads = new AtomicInteger();

    @Override
    public Thread newThread(Runnable work) {
      return Thread.ofPlatform()
          .daemon()
          .name(prefix + threads.incrementAndGet())
          .inheritInheritableThreadLocals(false)
          .unstarted(work);
    }
  }

  /** All threads are busy: the first that is not takes the call. */
  private static void enqueue(Runnable task, ThreadPoolExecutor executor) {
    executor.getQueue().add(task);
    if (executor.isShutdown() && executor.remove(task)) {
      throw new RejectedExecutionException("the pool is closed");
    }
  }

  /**
   * A queue that an executor offers to in vain unless a thread waits: so it makes another one only
   * then, and few callers find threads that have just run.
   */
  private static final class Handover extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    @Override
    public boolean add(Runnable task) {
      put(task);
      return true;
    }
  }

  /**
   * Runs {@code work}; once it has started, it is waited for.
   *
   * @throws InterruptedIOException if the caller was interrupted before it started
   * @throws AsynchronousCloseException if the pool is closed
   */
  public <T> T call(Callable<T> work) throws IOException {
    return run(new Task<>(work, null), true, UNNAMED);
  }

  /**
   * Runs {@code work}, or leaves it when the caller is interrupted.
   *
   * @param disposer takes the result of work that was left; called by a pool thread
   */
  public <T> T callOrLeave(Callable<T> work, Consumer<T> disposer) throws IOException {
    return run(new Task<>(work, disposer), true, UNNAMED);
  }

  /**
   * Runs {@code steps}, which are told to stop when the caller is interrupted.
   *
   * @param subject what they work on, for messages
   */
  public <T> T call(Steps<T> steps, Object subject) throws IOException {
    return run(new Task<>(steps, null), true, subject);
  }

  /** Blocking work of several steps. */
  public interface Steps<T> extends Callable<T> {
    /** Has the work end before its next step; called by the thread that waits for it. */
    void stop();
  }

  /** Runs {@code work} whatever happens to the caller. */
  public <T> T callUninterruptibly(Callable<T> work) throws IOException {
    return run(new Task<>(work, null), false, UNNAMED);
  }

  /** Runs {@code work} on the caller: where there is no pool any more. */
  public static <T> T callHere(Callable<T> work) throws IOException {
    Task<T> task = new Task<>(work, null);
    task.run();
    return task.result();
  }

  /** Runs {@code work} some time, for nobody. */
  public void execute(Runnable work) {
    threads.execute(work);
  }

  private <T> T run(Task<T> task, boolean interruptible, Object subject) throws IOException {
    if (interruptible && Interrupts.pending()) {
      throw new InterruptedIOException(
          subject + ": the thread was interrupted before the operation");
    }
    if (interruptible) {
      Deadlines.check(subject);
    }
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      throw (IOException) new AsynchronousCloseException().initCause(e);
    }
    boolean interrupted = false;
    boolean late = false;
    try {
      while (!task.isDone()) {
        if (Thread.interrupted()) {
          interrupted = true;
          if (interruptible && !Interrupts.areIgnored() && task.giveUp()) {
            threads.remove(task);
            throw new InterruptedIOException(subject + ": the operation was interrupted");
          }
        }
        if (!interruptible || late) {
          LockSupport.park(task);
        } else if (!Deadlines.park(task)) {
          late = true;
          if (task.giveUp()) {
            threads.remove(task);
            throw Deadlines.timeout(subject + ": the operation");
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return task.result();
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
        disposer.accept(value);
      }
    }

    boolean isDone() {
      return state.get() == DONE;
    }

    /** Takes the call back, or leaves it if it may be left; false if it must be waited for. */
    boolean giveUp() {
      if (state.compareAndSet(QUEUED, LEFT)
          || (disposer != null && state.compareAndSet(RUNNING, LEFT))) {
        return true;
      }
      if (work instanceof Steps<T> steps) {
        steps.stop();
      }
      return false;
    }

    T result() throws IOException {
      if (failure == null) {
        return value;
      }
      switch (failure) {
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IOException(failure);
      }
    }
  }
}
