package io.github.loomuring.internal.concurrent;

import io.github.loomuring.internal.jvm.DaemonThreads;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A daemon thread that is started when its work is needed, sleeps while it is not, and ends when
 * that has lasted a while. The next need starts another thread.
 *
 * <p>Any thread may call, except for {@link #awaitNeed}.
 */
public final class OnDemandThread {
  /*
   * Who needs the work first makes Work.isNeeded true, and then calls wake. The thread decides to
   * end under the lock: it clears the field, and then looks once more whether it is needed. Both
   * are volatile. So either the look sees the need and the thread goes on, or wake sees that there
   * is no thread and starts one, which waits for the lock.
   */

  private static final long IDLE_NANOS = 5_000_000_000L;

  /** The pause after an attempt to make the thread failed. */
  private static final long RETRY_NANOS = 1_000_000_000L;

  /** What the thread does. */
  public interface Work extends Runnable {
    /** Whether there is something to do. Reads volatile state only, and throws nothing. */
    boolean isNeeded();

    /** Called without any lock by the thread that has failed to start the thread. */
    default void onFailure(OutOfMemoryError failure) {}
  }

  private final ThreadFactory threads;
  private final Work work;
  private final long idleNanos;

  /** Held while the thread is started, and when it decides to end. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Thread thread; // written under lock
  private volatile boolean failed; // written under lock
  private volatile long failedNanos; // written under lock

  public OnDemandThread(String name, Work work) {
    this(new Named(name), work, IDLE_NANOS);
  }

  OnDemandThread(ThreadFactory threads, Work work, long idleNanos) {
    this.threads = threads;
    this.work = work;
    this.idleNanos = idleNanos;
  }

  /** Whether the thread runs, possibly started now; false if there can be none. */
  public boolean isRunning() {
    return thread != null || (mayStart() && start());
  }

  /** Whether the thread runs, or it has not just failed to start. */
  public boolean mayStart() {
    return !failed || System.nanoTime() - failedNanos > RETRY_NANOS;
  }

  /** Whether the last attempt to start the thread has failed. */
  public boolean hasFailed() {
    return failed;
  }

  /**
   * Wakes or starts the thread. Must be called after {@link Work#isNeeded} has become true.
   *
   * @return false if the thread does not run, and none can be made
   */
  public boolean wake() {
    Thread running = thread;
    if (running == null) {
      return start();
    }
    LockSupport.unpark(running);
    return true;
  }

  /**
   * Makes sure that the thread runs, but does not end its sleep. Must be called after {@link
   * Work#isNeeded} has become true, by a caller that knows that the thread does not sleep.
   *
   * @return false if the thread does not run, and none can be made
   */
  public boolean keep() {
    return thread != null || start();
  }

  private boolean start() {
    OutOfMemoryError failure = null;
    Pauses.lock(lock);
    try {
      if (thread == null) {
        Thread made = threads.newThread(work);
        made.start();
        thread = made;
        failed = false;
      }
      return true;
    } catch (OutOfMemoryError e) { // no thread: what the caller has done must not fail
      failedNanos = System.nanoTime();
      failed = true;
      failure = e;
    } finally {
      lock.unlock();
    }
    work.onFailure(failure); // without the lock: the log may use files, and so come here
    return false;
  }

  /**
   * Called by the thread itself: waits until its work is needed.
   *
   * @return false if it has not been for a while, and the thread must end
   */
  public boolean awaitNeed() {
    long startNanos = System.nanoTime();
    while (!work.isNeeded()) {
      long leftNanos = idleNanos - (System.nanoTime() - startNanos);
      if (leftNanos <= 0 && tryEnd()) {
        return false;
      }
      LockSupport.parkNanos(this, leftNanos);
      Thread.interrupted(); // parking with the status set returns at once
    }
    return true;
  }

  /** Gives up the role of the thread, unless it has been needed meanwhile. */
  private boolean tryEnd() {
    Pauses.lock(lock);
    try {
      assert thread == Thread.currentThread() : "there is one thread";
      thread = null;
      if (!work.isNeeded()) {
        return true;
      }
      thread = Thread.currentThread();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Not a lambda, whose link takes milliseconds at the first use. */
  private record Named(String name) implements ThreadFactory {
    @Override
    public Thread newThread(Runnable run) {
      return DaemonThreads.unstarted(name, run);
    }
  }
}
