package io.github.loomuring.internal.watch;

import io.github.loomuring.SpareCarriers;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The main class of a child: uses marks for a while, and then none. It prints how often the watcher
 * thread ran meanwhile, and whether it ends and starts again.
 */
public final class WatcherThread {
  private static final String TASKS = "/proc/self/task/";

  private WatcherThread() {}

  public static void main(String[] arguments) throws Exception {
    int quietMillis = Integer.parseInt(arguments[0]);
    for (int i = 0; i < 2_000 && !CarrierWatch.isPossible(); i++) {
      Thread.sleep(1);
    }
    if (arguments.length > 1) {
      SpareCarriers.start();
    }
    useMarks();
    Thread.sleep(500);
    String watcher = find();
    System.out.println("found=" + (watcher != null));
    long before = runs(watcher);
    long begun = System.nanoTime();
    Thread.sleep(quietMillis);
    long runs = runs(watcher) - before;
    System.out.println("runs=" + runs);
    System.out.println("millis=" + (System.nanoTime() - begun) / 1_000_000);
    SpareCarriers.stop();
    for (int i = 0; i < 10_000 && find() != null; i++) {
      Thread.sleep(1);
    }
    System.out.println("ended=" + (find() == null));
    useMarks();
    System.out.println("again=" + (find() != null));
  }

  private static void useMarks() throws InterruptedException {
    Thread user =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    Blocking.markedSleep(1_000);
                  }
                });
    user.join();
  }

  /** The id of the thread; null if there is none. */
  private static String find() throws IOException {
    for (String id : new File(TASKS).list()) {
      if (read(TASKS + id + "/comm").startsWith("loom-uring-watc")) {
        return id;
      }
    }
    return null;
  }

  /**
   * How often the thread has woken up: how often it has gone to sleep, see proc(5), status. Not by
   * schedstat, which counts also how often other threads have taken its processor.
   */
  private static long runs(String id) throws IOException {
    String key = "voluntary_ctxt_switches:";
    String status = read(TASKS + id + "/status");
    int begin = status.indexOf("\n" + key) + 1 + key.length();
    int end = status.indexOf('\n', begin);
    return Long.parseLong(status.substring(begin, end).strip());
  }

  private static String read(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (FileNotFoundException e) {
      return ""; // the thread has ended
    }
  }
}
