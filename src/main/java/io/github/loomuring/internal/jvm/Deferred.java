package io.github.loomuring.internal.jvm;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work that makes calls faster, but takes longer than a few of them. It is done once, after many
 * calls, by a thread of its own. No caller waits for it.
 *
 * <p>Any thread may call. Nothing is thrown, and callers do without the work until it is done.
 */
public abstract class Deferred {
  private final String name;
  private final int calls;
  private final AtomicInteger asked = new AtomicInteger(); // counts calls of isDone
  private volatile boolean done;

  /**
   * Defers work.
   *
   * @param name the name of the thread that does it
   * @param calls the number of calls of {@link #isDone} after which it starts
   */
  protected Deferred(String name, int calls) {
    this.name = name;
    this.calls = calls;
  }

  /** Does the work. If it throws, the work counts as not done. */
  protected abstract void work();

  /** Whether the work has been done. Starts it if this was called often enough. */
  public final boolean isDone() {
    return done || startIfDue();
  }

  private boolean startIfDue() {
    if (asked.get() < calls && asked.incrementAndGet() == calls) {
      try {
        DaemonThreads.unstarted(name, new Worker()).start();
      } catch (Throwable t) {
        asked.set(0); // no thread or no memory: the calls are counted again
      }
    }
    return false;
  }

  private final class Worker implements Runnable {
    @Override
    public void run() {
      try {
        work();
        done = true;
      } catch (VirtualMachineError e) {
        asked.set(0); // no memory: the calls are counted again
      } catch (Throwable t) {
        // The work cannot be done in this process, and is not tried again.
      }
    }
  }
}
