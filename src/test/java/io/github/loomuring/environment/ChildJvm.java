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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class in a JVM of its own, with other limits, users, filters and flags than those of
 * this JVM.
 *
 * <p>The class path of the child has the library and the test classes, and no other library. The
 * child prints its results as lines {@code key=value}.
 *
 * <p>The project in {@code src/it} compiles this file too. So it uses only the JDK and the public
 * classes of the library.
 */
public final class ChildJvm {
  private static final long TIMEOUT_SECONDS = 45;

  /** Most children run for a second or less. These flags make them start fast. */
  private static final List<String> SHORT_LIVED =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Class<?> main;
  private final List<String> arguments = new ArrayList<>();
  private final List<String> wrapper = new ArrayList<>();
  private final List<String> flags = new ArrayList<>();
  private List<String> tuning = SHORT_LIVED;
  private String classPath = path(libraryClasses(), testClasses());
  private long timeoutSeconds = TIMEOUT_SECONDS;
  private Path errorFile; // null: this JVM collects stderr

  private ChildJvm(Class<?> main) {
    this.main = main;
  }

  /** A child that runs {@code main}, without access to native code. */
  public static ChildJvm bare(Class<?> main, Object... arguments) {
    ChildJvm child = new ChildJvm(main);
    for (Object argument : arguments) {
      child.arguments.add(argument.toString());
    }
    return child;
  }

  /** A child that runs {@code main}, with access to native code. */
  public static ChildJvm of(Class<?> main, Object... arguments) {
    return bare(main, arguments).flags("--enable-native-access=ALL-UNNAMED");
  }

  public ChildJvm flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** For a child that works for long: {@code instead} replaces the flags for a fast start. */
  public ChildJvm longLived(String... instead) {
    tuning = List.of(instead);
    return this;
  }

  /** A command, such as prlimit, that runs its remaining arguments in another environment. */
  public ChildJvm under(String... command) {
    wrapper.addAll(List.of(command));
    return this;
  }

  /** The time in which the child must end, if it is not the default. */
  public ChildJvm timeoutSeconds(long seconds) {
    timeoutSeconds = seconds;
    return this;
  }

  public ChildJvm classPath(Path... entries) {
    classPath = path(entries);
    return this;
  }

  /** Gives the child the class path of this JVM. */
  public ChildJvm ownClassPath() {
    classPath = System.getProperty("java.class.path");
    return this;
  }

  /** Writes the stderr of the child to {@code file}. */
  public ChildJvm errorsTo(Path file) {
    errorFile = file;
    return this;
  }

  /** The directory or the jar that has the classes of the library. */
  static Path libraryClasses() {
    return classesOf(UringFile.class);
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
  public Result run() throws IOException, InterruptedException {
    try (Running running = start()) {
      return running.result();
    }
  }

  /** Starts the child, for a test that does something while the child runs. */
  public Running start() throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(java().toString());
    command.addAll(tuning);
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // These add flags, and a line on stderr.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    if (errorFile != null) {
      builder.redirectError(errorFile.toFile());
    }
    return new Running(builder.start(), timeoutSeconds, errorFile);
  }

  /** The output of a child that has ended, and its status. */
  public record Result(int status, String out, String err) {
    /** The value that the child printed for {@code key}; null if it printed none. */
    public String value(String key) {
      return values().get(key);
    }

    /** All values, by their keys. The first one counts if the child printed several. */
    public Map<String, String> values() {
      Map<String, String> values = new TreeMap<>();
      for (String line : lines()) {
        int equals = line.indexOf('=');
        if (equals >= 0) {
          values.putIfAbsent(line.substring(0, equals), line.substring(equals + 1));
        }
      }
      return values;
    }

    public List<String> lines() {
      return out.lines().toList();
    }

    /** Fails unless the child ended with status 0. */
    public Result succeeded() {
      if (status != 0) {
        throw new AssertionError("the child ended with status " + status + ": " + out + err);
      }
      return this;
    }
  }

  /** A child that runs. Closing kills it if it still runs. */
  public static final class Running implements AutoCloseable {
    private final Process process;
    private final long timeoutSeconds;
    private final StringBuilder out = new StringBuilder(); // guarded by itself
    private final StringBuilder err = new StringBuilder(); // guarded by itself
    private final Thread outReader;
    private final Thread errReader;

    Running(Process process) {
      this(process, TIMEOUT_SECONDS, null);
    }

    private Running(Process process, long timeoutSeconds, Path errorFile) {
      this.process = process;
      this.timeoutSeconds = timeoutSeconds;
      if (errorFile != null) {
        err.append("see ").append(errorFile);
      }
      outReader = collect(process.getInputStream(), out);
      errReader = collect(process.getErrorStream(), err); // empty if it goes to a file
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

    /** Waits until the child has printed {@code line} {@code times} times. */
    void awaitLines(String line, int times) throws InterruptedException {
      await(line, () -> count(line) >= times);
    }

    /** Waits until the child has printed a value for {@code key}. */
    public String awaitValue(String key) throws InterruptedException {
      await(key + "=", () -> printed().value(key) != null);
      return printed().value(key);
    }

    private interface Condition {
      boolean holds();
    }

    private void await(String what, Condition condition) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
      synchronized (out) {
        while (!condition.holds()) {
          if (System.nanoTime() - deadline > 0 || !outReader.isAlive()) {
            throw new AssertionError("the child did not print " + what + ": " + out + errText());
          }
          out.wait(100); // the end of the output is not notified
        }
      }
    }

    /** What the child has printed so far. */
    private Result printed() {
      synchronized (out) {
        return new Result(0, out.toString(), "");
      }
    }

    /** How often the child has printed {@code line} so far. */
    int count(String line) {
      return (int) printed().lines().stream().filter(line::equals).count();
    }

    /** The last line of the child that is a number: so far, or of all if the child has ended. */
    int lastNumber() throws InterruptedException {
      if (!process.isAlive()) {
        outReader.join();
      }
      return printed().lines().stream()
          .filter(line -> line.matches("\\d+")) // the end of a child that was killed adds another
          .mapToInt(Integer::parseInt)
          .reduce(-1, (_, last) -> last);
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

    /** Closes the input of the child, and waits for its end. */
    public Result result() throws IOException, InterruptedException {
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
      // A wrapper such as strace has the JVM as its child, which would outlive it.
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      kill();
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        return; // bytes that nobody reads any more
      }
    }
  }
}
