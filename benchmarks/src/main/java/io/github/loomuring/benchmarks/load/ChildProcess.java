package io.github.loomuring.benchmarks.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A child JVM that measures what it is asked to, see {@link Child}. Confined to one thread. */
final class ChildProcess implements AutoCloseable {
  /** Time for everything around a measurement, such as starting, filling files, writing back. */
  private static final int OVERHEAD_MILLIS_MAX = 120_000;

  private static final int EXIT_SECONDS_MAX = 20;

  private final Path scratch;
  private final Process process;
  private final BufferedReader replies;
  private final PrintStream requests;
  private final JsonMapper mapper = new JsonMapper();

  private ChildProcess(Path scratch, Process process) {
    this.scratch = scratch;
    this.process = process;
    this.replies = process.inputReader(StandardCharsets.UTF_8);
    this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** Starts a JVM whose works have their files in the directory of the data file. */
  static ChildProcess start(Jvm jvm, Path dataFile) throws IOException {
    Path directory = dataFile.toAbsolutePath().getParent();
    Path scratch = Files.createTempDirectory(directory, "loom-uring-benchmark-");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx4g",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            jvm.name(),
            dataFile.toString(),
            scratch.toString());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new ChildProcess(scratch, process);
  }

  /** Returns a reply in any case; its failure tells if the child hung or crashed. */
  ChildReply ask(ChildRequest request) throws IOException, InterruptedException {
    requests.println(mapper.writeValueAsString(request));
    int millisMax = request.millis() + request.settleMillis() + OVERHEAD_MILLIS_MAX;
    CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
    try {
      String reply = line.get(millisMax, TimeUnit.MILLISECONDS);
      return reply != null
          ? mapper.readValue(reply, ChildReply.class)
          : ChildReply.failed("its JVM exited with status " + process.waitFor());
    } catch (TimeoutException e) {
      kill();
      return ChildReply.failed("its JVM had no answer after " + millisMax + " ms, and was killed");
    } catch (ExecutionException e) {
      kill();
      return ChildReply.failed("its JVM cannot be read: " + e.getCause());
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private String readLine() {
    try {
      return replies.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  /** Ends the JVM, and removes the files of the works. */
  @Override
  public void close() throws IOException {
    requests.close();
    try {
      if (!process.waitFor(EXIT_SECONDS_MAX, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Trees.delete(scratch);
  }
}
