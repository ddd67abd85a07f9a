package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import java.nio.file.Path;
import java.util.Map;

/**
 * In a child JVM: says where the reaper waits before and during the JVM's exit, and uses files in
 * both.
 *
 * <p>Argument: a directory to work in.
 */
final class UseFilesWhileExiting {
  private static final long TIMEOUT_NANOS = 20_000_000_000L;

  private UseFilesWhileExiting() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    RoundTrip.onVirtualThread(Uring.shared(), directory);
    say("before", awaitReaper(Thread.State.RUNNABLE));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> exit(directory)));
  }

  private static void exit(Path directory) {
    try {
      say("exiting", awaitReaper(Thread.State.WAITING));
      RoundTrip.onVirtualThread(Uring.shared(), directory);
      say("files", "ok");
      say("after", awaitReaper(Thread.State.WAITING));
    } catch (Exception e) {
      say("failure", e);
    }
  }

  private static Thread.State awaitReaper(Thread.State expected) throws InterruptedException {
    long begun = System.nanoTime();
    Thread.State state = reaper();
    while (state != expected && System.nanoTime() - begun < TIMEOUT_NANOS) {
      Thread.sleep(1);
      state = reaper();
    }
    return state;
  }

  /** A thread in the kernel is runnable to Java. */
  private static Thread.State reaper() {
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      if (thread.getKey().getName().startsWith("loom-uring-reaper")) {
        return thread.getKey().getState();
      }
    }
    throw new AssertionError("no reaper");
  }

  private static void say(String key, Object value) {
    System.out.println(key + "=" + value);
  }
}
