package io.github.loomuring.hazard;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** What several hazard tests need. */
final class Hazards {
  /** ExtendedOpenOption.DIRECT, by name: javac warns of every mention of it. */
  static final OpenOption DIRECT = direct();

  private Hazards() {}

  private static OpenOption direct() {
    try {
      Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
      return (OpenOption) options.getField("DIRECT").get(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A generator whose seed is printed, and taken from the system property loomuring.seed. */
  static Random random(String test) {
    String given = System.getProperty("loomuring.seed", "");
    long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    System.out.println(test + ": loomuring.seed=" + seed);
    return new Random(seed);
  }

  /** The threads of this process whose names, cut to 15 characters by Linux, start so. */
  static Set<String> tids(String... prefixes) throws IOException {
    Set<String> tids = new HashSet<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        String name = name(task);
        if (Stream.of(prefixes).anyMatch(name::startsWith)) {
          tids.add(task.getFileName().toString());
        }
      }
    }
    return tids;
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm"));
    } catch (IOException e) {
      return ""; // it has exited since it was listed: ENOENT or ESRCH
    }
  }

  /** Nanoseconds that a thread of this process has run so far; see proc(5), schedstat. */
  static long cpuNanos(String tid) throws IOException {
    String stat = Files.readString(Path.of("/proc/self/task", tid, "schedstat"));
    return Long.parseLong(stat.substring(0, stat.indexOf(' ')));
  }
}
