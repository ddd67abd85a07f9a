package io.github.loomuring.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs a program of the main tree in a JVM of its own, under a command such as strace if wanted.
 * What it prints is collected by a thread while it runs; stderr is in {@code target/} for whom it
 * failed. Closing kills it, if it still runs.
 */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final Path errors;
  private final List<String> lines = new ArrayList<>(); // guarded by itself
  private final Thread reader;

  private ChildJvm(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /** What is to run, and how. */
  record Command(
      Class<?> main,
      String classPath,
      List<String> wrapper,
      List<String> flags,
      List<String> arguments) {
    static Command of(Class<?> main, Route route, List<String> arguments) {
      String classPath = System.getProperty("java.class.path");
      return new Command(main, classPath, List.of(), route.flags(), arguments);
    }

    Command under(List<String> command) {
      return new Command(main, classPath, command, flags, arguments);
    }

    /** On a class path of its own, not that of the tests. */
    Command from(List<Path> entries) {
      String path = entries.stream().map(Path::toString).collect(joining(File.pathSeparator));
      return new Command(main, path, wrapper, flags, arguments);
    }

    Command flags(List<String> more) {
      List<String> all = new ArrayList<>(flags);
      all.addAll(more);
      return new Command(main, classPath, wrapper, all, arguments);
    }

    /** Starts it; {@code name} is part of the name of the file that takes its stderr. */
    ChildJvm start(String name) throws IOException {
      List<String> command = new ArrayList<>(wrapper);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx1g", "--enable-native-access=ALL-UNNAMED"));
      command.addAll(flags);
      command.addAll(List.of("-cp", classPath, main.getName()));
      command.addAll(arguments);
      Path errors = Path.of("target", name + ".err");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      // These add flags, and a line on stderr.
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      return new ChildJvm(builder.start(), errors);
    }
  }

  private void read() {
    try (BufferedReader in = process.inputReader()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      add("(" + e + ")"); // the child was killed
    }
  }

  private void add(String line) {
    synchronized (lines) {
      lines.add(line);
      lines.notifyAll();
    }
  }

  /** Waits until the program has printed {@code key=}, and returns what followed. */
  String awaitValue(String key, long seconds) throws InterruptedException {
    long deadline = System.nanoTime() + SECONDS.toNanos(seconds);
    synchronized (lines) {
      Optional<String> value = value(key);
      while (value.isEmpty()) {
        if (System.nanoTime() - deadline > 0 || !reader.isAlive()) {
          throw new AssertionError("no " + key + "= in " + lines + ", see " + errors);
        }
        lines.wait(100); // the end of the output is not notified
        value = value(key);
      }
      return value.get();
    }
  }

  private Optional<String> value(String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst();
  }

  /** Ends the program's input, waits for its end, and returns its lines. It must have succeeded. */
  List<String> finish(long seconds) throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(seconds, SECONDS)) {
      throw new AssertionError("still running after " + seconds + " s, see " + errors);
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new AssertionError("status " + process.exitValue() + ", see " + errors);
    }
    return List.copyOf(lines);
  }

  /** As {@link #finish}, for a program whose lines are {@code key=value}. */
  Map<String, String> finishValues(long seconds) throws IOException, InterruptedException {
    Map<String, String> values = new TreeMap<>();
    for (String line : finish(seconds)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return values;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly); // strace's JVM
    process.destroyForcibly().onExit().join();
  }
}
