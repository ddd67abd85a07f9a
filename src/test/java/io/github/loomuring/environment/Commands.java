package io.github.loomuring.environment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the machine, and what a test needs of it. */
final class Commands {
  private static final long TIMEOUT_SECONDS = 30;

  private Commands() {}

  /** What a program printed, both streams, and how it ended. */
  record Outcome(int status, String output) {}

  /** Runs a program to its end. */
  static Outcome run(String... command) throws IOException {
    Path output = Files.createTempFile("loom-uring-command", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new IOException(List.of(command) + " did not end in " + TIMEOUT_SECONDS + " s");
      }
      String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
      return new Outcome(process.exitValue(), text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(List.of(command) + " was interrupted", e);
    } finally {
      Files.delete(output);
    }
  }

  /** Runs a program that has to succeed. */
  static String succeed(String... command) throws IOException {
    Outcome outcome = run(command);
    if (outcome.status() != 0) {
      throw new IOException(
          List.of(command) + " ended with status " + outcome.status() + ": " + outcome.output());
    }
    return outcome.output();
  }

  static void needRoot() throws IOException {
    assumeTrue(isRoot(), "needs root");
  }

  static boolean isRoot() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }

  static void needTool(String name, String installedBy) {
    assumeTrue(hasTool(name), () -> "needs " + name + " (" + installedBy + ")");
  }

  static boolean hasTool(String name) {
    for (String directory : List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin")) {
      if (Files.isExecutable(Path.of(directory, name))) {
        return true;
      }
    }
    return false;
  }
}
