package io.github.loomuring.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The system calls of a program and its threads that do file I/O, as strace has logged them:
 * descriptors with the paths of their files. What a ring does for a request is no system call; what
 * makes it is {@code io_uring_enter}.
 */
final class StraceLog {
  private static final String CALLS =
      "open,openat,openat2,read,write,pread64,pwrite64,readv,writev,preadv,pwritev,preadv2,"
          + "pwritev2,sendfile,copy_file_range,fsync,fdatasync,ftruncate,io_uring_enter";
  private static final Pattern CALL = Pattern.compile("^(?:\\d+ +)?([a-z0-9_]+)\\(");

  /** Of each call its name and its arguments. */
  private final List<String> calls;

  private StraceLog(List<String> calls) {
    this.calls = calls;
  }

  /** Whether strace is there and may trace. */
  static boolean works() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder("strace", "-f", "-o", "/dev/null", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // not installed
    }
  }

  /** What runs a program so that {@code log} becomes its log. */
  static String[] command(Path log) {
    return new String[] {
      "strace",
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-y",
      "-s",
      "0",
      "-e",
      "trace=" + CALLS,
      "-o",
      log.toString()
    };
  }

  static StraceLog read(Path log) throws IOException {
    List<String> calls = new ArrayList<>();
    try (Stream<String> lines = Files.lines(log)) {
      // A call that was still going on when another thread made one has a second line.
      lines.filter(line -> CALL.matcher(line).find()).forEach(calls::add);
    }
    return new StraceLog(calls);
  }

  /** How many calls there were of that name. */
  int count(String name) {
    return countsFor("").getOrDefault(name, 0);
  }

  /** How many calls there were, by their names, that have {@code text} in their arguments. */
  Map<String, Integer> countsFor(String text) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String call : calls) {
      Matcher matcher = CALL.matcher(call);
      if (call.contains(text) && matcher.find()) {
        counts.merge(matcher.group(1), 1, Integer::sum);
      }
    }
    return counts;
  }
}
