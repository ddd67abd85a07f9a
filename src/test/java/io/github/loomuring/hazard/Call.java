package io.github.loomuring.hazard;

import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;

/** A call on a thread of its own, and what became of it. */
public final class Call<T> {
  /** The kinds of threads that may call. */
  public enum On {
    VIRTUAL,
    PLATFORM
  }

  private final Thread thread;
  private volatile T value;
  private volatile Throwable failure;
  private volatile boolean interruptedAfterwards;

  private Call(On on, Callable<T> work) {
    Runnable run =
        () -> {
          try {
            value = work.call();
          } catch (Throwable t) {
            failure = t;
          }
          interruptedAfterwards = Thread.currentThread().isInterrupted();
        };
    thread =
        on == On.VIRTUAL
            ? Thread.ofVirtual().start(run)
            : Thread.ofPlatform().daemon().name("hazard-caller").start(run);
  }

  public static <T> Call<T> start(On on, Callable<T> work) {
    return new Call<>(on, work);
  }

  public static <T> Call<T> start(Callable<T> work) {
    return start(On.VIRTUAL, work);
  }

  /** Starts a call and returns when it is parked: submitted, or queued at a gate. */
  public static <T> Call<T> startParked(On on, Callable<T> work) throws Exception {
    Call<T> call = start(on, work);
    Waiting.untilParked(call.thread);
    return call;
  }

  public static <T> Call<T> startParked(Callable<T> work) throws Exception {
    return startParked(On.VIRTUAL, work);
  }

  public Thread thread() {
    return thread;
  }

  public boolean hasEnded() {
    return !thread.isAlive();
  }

  public void interrupt() {
    thread.interrupt();
  }

  /** Waits for the end; the value. Throws what the call threw. */
  public T value() throws Exception {
    join();
    if (failure != null) {
      throw new AssertionError("the call failed: " + failure, failure);
    }
    return value;
  }

  /** Waits for the end; what the call threw, or null. */
  public Throwable failure() throws InterruptedException {
    join();
    return failure;
  }

  /** Whether the thread's interrupt status was set when the call had ended. */
  public boolean interruptedAfterwards() throws InterruptedException {
    join();
    return interruptedAfterwards;
  }

  /** Waits for the end, which must be an interrupt as documented, with nothing transferred. */
  public void assertInterrupted() throws InterruptedException {
    Throwable end = failure();
    if (!(end instanceof InterruptedIOException interrupted)
        || end.getClass() != InterruptedIOException.class
        || interrupted.bytesTransferred != 0
        || !interruptedAfterwards) {
      throw new AssertionError(
          "expected an InterruptedIOException and the interrupt status; value="
              + value
              + ", status="
              + interruptedAfterwards,
          end);
    }
  }

  /** Waits for the end, which must be an {@link IOException} of exactly {@code type}. */
  public void assertFailed(Class<? extends IOException> type) throws InterruptedException {
    Throwable end = failure();
    if (end == null || end.getClass() != type) {
      throw new AssertionError("expected " + type.getName() + "; value=" + value, end);
    }
  }

  private void join() throws InterruptedException {
    if (!thread.join(java.time.Duration.ofSeconds(30))) {
      StringBuilder trace = new StringBuilder("the call does not end: " + thread);
      for (StackTraceElement element : thread.getStackTrace()) {
        trace.append("\n  ").append(element);
      }
      throw new AssertionError(trace.toString());
    }
  }
}
