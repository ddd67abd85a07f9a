package io.github.loomuring.internal.op;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import io.github.loomuring.errors.ThrowPoints;
import io.github.loomuring.errors.ThrowPoints.Kind;
import io.github.loomuring.internal.Access;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes each call again and again, with an Error thrown at the first point of its way, then at the
 * second, and so on until the call comes to its end. Runs in a copy of the library that has such
 * points.
 *
 * <p>After each it looks whether anything is lost: slots, places at the gates, the other threads'
 * calls, and at the end descriptors.
 */
public final class ThrowingCalls implements AutoCloseable {
  private static final int POINTS_MAX = 5_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;
  private final Uring uring;
  private final RingEngine engine;
  private final Calls calls;

  /**
   * Calls in {@code directory}, which is empty.
   *
   * @param engine RING or POOL, and after a space the policy of what is done on the caller
   */
  public ThrowingCalls(Path directory, String engine) throws IOException {
    String[] words = engine.split(" ");
    this.directory = directory;
    this.uring =
        Uring.open(
            UringOptions.builder()
                .fallback(
                    words[0].equals("RING")
                        ? UringOptions.Fallback.NEVER
                        : UringOptions.Fallback.ALWAYS)
                .inline(UringOptions.Inline.valueOf(words[1]))
                .build());
    this.engine = (RingEngine) Access.get().engine(uring);
    this.calls = new Calls(uring, directory);
  }

  /** The names of all calls. */
  public List<String> names() {
    return List.copyOf(calls.all().keySet());
  }

  /** Has each call load its classes, and be made once by each kind of thread. */
  public void warmUp() throws Exception {
    for (int i = 0; i < 3; i++) {
      for (Calls.Call call : calls.all().values()) {
        for (boolean virtual : new boolean[] {true, false}) {
          Attempt attempt = new Attempt(call, virtual);
          attempt.thread.start();
          attempt.thread.join();
        }
      }
    }
  }

  /**
   * Has Errors thrown in the thread that calls.
   *
   * @param kind of the points
   * @param lasting whether all points after it throw, too, as in a heap that stays full
   * @return how many points there were
   */
  public int inTheCaller(String name, Kind kind, boolean lasting, boolean virtual)
      throws Exception {
    Calls.Call call = calls.all().get(name);
    for (int nth = 1; nth < POINTS_MAX; nth++) {
      Attempt attempt = new Attempt(call, virtual);
      ThrowPoints.arm(t -> t == attempt.thread, kind, nth, lasting);
      if (run(attempt, name + ", point " + nth) == 0) {
        return nth - 1;
      }
    }
    throw new AssertionError(name + " does not come to its end");
  }

  /** Has an Error thrown in the library's own threads; how many points there were. */
  public int inThreads(String prefix, String name, Kind kind) throws Exception {
    Predicate<Thread> who = t -> t.getName().startsWith(prefix);
    for (int nth = 1; nth < POINTS_MAX; nth++) {
      ThrowPoints.arm(who, kind, nth, false);
      Attempt attempt = new Attempt(calls.all().get(name), true);
      if (run(attempt, name + ", point " + nth + " in " + prefix) == 0) {
        return nth - 1;
      }
    }
    throw new AssertionError(name + " does not come to its end");
  }

  private int run(Attempt attempt, String what) throws Exception {
    attempt.thread.start();
    if (!attempt.thread.join(PATIENCE)) {
      StackTraceElement[] at = attempt.thread.getStackTrace();
      throw new AssertionError(what + ": the call does not end: " + List.of(at));
    }
    int thrown = attempt.thrown + ThrowPoints.disarm();
    checkNothingLost(what);
    return thrown;
  }

  private void checkNothingLost(String what) throws Exception {
    Waiting.until(what + ": slots in use", () -> engine.inUse() == 0);
    Waiting.until(what + ": places at the gate", () -> engine.ring().room().inside() == 0);
    Waiting.untilEmpty(what + ": open files", this::openFiles);
    Attempt other = new Attempt(calls.all().get("read heap"), true);
    other.thread.start();
    if (!other.thread.join(PATIENCE) || other.failure != null) {
      throw new AssertionError(what + ": another thread's read then fails", other.failure);
    }
    if (!engine.isOpen()) {
      throw new AssertionError(what + ": the ring has failed");
    }
  }

  /** The files in the directory that are open. */
  public List<Path> openFiles() throws IOException {
    return Descriptors.below(directory);
  }

  @Override
  public void close() {
    uring.close();
  }

  /** A call on a thread of its own. */
  private static final class Attempt {
    final Thread thread;
    volatile Throwable failure;
    volatile int thrown;

    Attempt(Calls.Call call, boolean virtual) {
      Runnable run =
          () -> {
            try {
              call.run();
            } catch (Throwable t) {
              failure = t;
            } finally {
              thrown = ThrowPoints.disarm();
            }
          };
      thread = virtual ? Thread.ofVirtual().unstarted(run) : Thread.ofPlatform().unstarted(run);
    }
  }
}
