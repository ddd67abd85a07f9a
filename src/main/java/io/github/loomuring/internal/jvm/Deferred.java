package io.github.loomuring.internal.jvm;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something that makes many calls faster and takes longer than a few of them: it is done when there
 * have been many, once, by a thread of its own, which nobody waits for.
 *
 * <p>Any thread may ask. Nothing is thrown, and without the work everything goes on as before.
 */
public abstract class Deferred {
  private final String name;
  private final int calls;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean done;

  /**
   * Work to be done later.
   *
   * @param name of the thread that does it
   * @param calls of {@link #isDone} after which it begins
   */
  protected Deferred(String name, int calls) {
    this.name = name;
    this.calls = calls;
  }

  /** Does the work. What it throws is as if it had not been asked for. */
  protected abstract void work();

  /** Whether the work has been done. Begins it, if it has often been asked. */
  public final boolean isDone() {
    return done || begin();
  }

  private boolean begin() {
    if (asked.get() < calls && asked.incrementAndGet() == calls) {
      try {
        DaemonThreads.unstarted(name, new Worker()).start();
      } catch (Throwable t) {
        asked.set(0); // no thread or no memory; perhaps later
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
        asked.set(0); // no memory; perhaps later
      } catch (Throwable t) {
        // Then it is never done.
      }
    }
  }
}
