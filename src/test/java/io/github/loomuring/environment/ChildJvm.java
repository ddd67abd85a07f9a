package io.github.loomuring.environment;

import io.github.loomuring.UringFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class of the test tree in a JVM of its own, where limits, users, filters and flags
 * are others than here.
 *
 * <p>The class path of the child has the library and the test classes, no other library. What a
 * child has to say it prints as lines {@code key=value}.
 */
final class ChildJvm {
  private static final long TIMEOUT_SECONDS = 45;

  private final Class<?> main;
  private final List<String> arguments = new ArrayList<>();
  private final List<String> flags = new ArrayList<>();
  private final List<String> wrapper = new ArrayList<>();
  private String classPath = path(libraryClasses(), testClasses());
  private long timeoutSeconds = TIMEOUT_SECONDS;

  private ChildJvm(Class<?> main) {
    this.main = main;
  }

  /** A child that is to run {@code main}, for now without flags, native access included. */
  static ChildJvm bare(Class<?> main, Object... arguments) {
    ChildJvm child = new ChildJvm(main);
    for (Object argument : arguments) {
      child.arguments.add(argument.toString());
    }
    return child;
  }

  /** A child that is to run {@code main} with native access. */
  static ChildJvm of(Class<?> main, Object... arguments) {
    return bare(main, arguments).flags("--enable-native-access=ALL-UNNAMED");
  }

  ChildJvm flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** A command that runs the rest of its arguments in another environment, such as prlimit. */
  ChildJvm under(String... command) {
    wrapper.addAll(List.of(command));
    return this;
  }

  /** For a child that runs longer than most. */
  ChildJvm timeoutSeconds(long seconds) {
    timeoutSeconds = seconds;
    return this;
  }

  ChildJvm classPath(Path... entries) {
    classPath = path(entries);
    return this;
  }

  /** Where the library's classes are: a directory or a jar. */
  static Path libraryClasses() {
    return classesOf(UringFile.class);
  }

  /** The library's jar; made in {@code directory} if its classes are in no jar yet. */
  static Path libraryJar(Path directory) throws IOException {
    Path classes = libraryClasses();
    if (!Files.isDirectory(classes)) {
      return classes;
    }
    Path jar = directory.resolve("library.jar");
    String tool = java().resolveSibling("jar").toString();
    Commands.succeed(tool, "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    return jar;
  }

  static Path testClasses() {
    return classesOf(ChildJvm.class);
  }

  private static Path classesOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static String path(Path... entries) {
    List<String> texts = new ArrayList<>();
    for (Path entry : entries) {
      texts.add(entry.toString());
    }
    return String.join(File.pathSeparator, texts);
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Runs the child to its end. */
  Result run() throws IOException, InterruptedException {
    try (Running running = start()) {
      return running.result();
    }
  }

  /** Starts the child, for a test that has something to do meanwhile. */
  Running start() throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(java().toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // These add flags, and a line on stderr.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return new Running(builder.start(), timeoutSeconds);
  }

  /** What the child printed, and how it ended. */
  record Result(int status, String out, String err) {
    /** What the child printed for {@code key}; null if nothing. */
    String value(String key) {
      for (String line : out.split("\n")) {
        if (line.startsWith(key + "=")) {
          return line.substring(key.length() + 1);
        }
      }
      return null;
    }
  }

  /** A child that runs. Closing kills it, if it still does. */
  static final class Running implements AutoCloseable {
    private final Process process;
    private final long timeoutSeconds;
    private final StringBuilder out = new StringBuilder(); // guarded by itself
    private final StringBuilder err = new StringBuilder(); // guarded by itself
    private final Thread outReader;
    private final Thread errReader;

    Running(Process process) {
      this(process, TIMEOUT_SECONDS);
    }

    Running(Process process, long timeoutSeconds) {
      this.process = process;
      this.timeoutSeconds = timeoutSeconds;
      outReader = collect(process.getInputStream(), out);
      errReader = collect(process.getErrorStream(), err);
    }

    private static Thread collect(InputStream stream, StringBuilder text) {
      return Thread.ofPlatform().daemon().start(() -> readLines(stream, text));
    }

    private static void readLines(InputStream stream, StringBuilder text) {
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          append(text, line + "\n");
        }
      } catch (IOException e) {
        append(text, "(" + e + ")\n"); // the child was killed
      }
    }

    private static void append(StringBuilder text, String line) {
      synchronized (text) {
        text.append(line);
        text.notifyAll();
      }
    }

    /** Waits until the child has printed {@code line}. */
    void awaitLine(String line) throws InterruptedException {
      awaitLines(line, 1);
    }

    /** Waits until the child has printed {@code line} so many times. */
    void awaitLines(String line, int times) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
      synchronized (out) {
        while (count(line) < times) {
          if (System.nanoTime() - deadline > 0 || !outReader.isAlive()) {
            throw new AssertionError("the child did not print " + line + ": " + out + errText());
          }
          out.wait(100); // the end of the output is not notified
        }
      }
    }

    /** How often the child has printed {@code line} by now. */
    int count(String line) {
      synchronized (out) {
        return (int) out.toString().lines().filter(line::equals).count();
      }
    }

    /** The last number the child has printed on a line of its own; once it has ended, of all. */
    int lastNumber() throws InterruptedException {
      if (!process.isAlive()) {
        outReader.join();
      }
      synchronized (out) {
        return out.toString()
            .lines()
            .filter(line -> line.matches("\\d+")) // a reader of a child that was killed adds others
            .mapToInt(Integer::parseInt)
            .reduce(-1, (_, last) -> last);
      }
    }

    private String errText() {
      synchronized (err) {
        return err.toString();
      }
    }

    /** Sends the child a line. */
    void send(String line) throws IOException {
      OutputStream in = process.getOutputStream();
      in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    }

    long pid() {
      return process.pid();
    }

    /** Waits for the end. */
    Result result() throws IOException, InterruptedException {
      process.getOutputStream().close();
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        synchronized (out) {
          throw new AssertionError("the child did not end: " + out + errText());
        }
      }
      outReader.join();
      errReader.join();
      return new Result(process.exitValue(), out.toString(), err.toString());
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() {
      process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
      kill();
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        return; // bytes that nobody reads any more
      }
    }
  }
}
