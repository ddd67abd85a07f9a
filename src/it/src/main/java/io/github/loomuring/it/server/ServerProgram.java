package io.github.loomuring.it.server;

import io.github.loomuring.it.Directories;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the server programs have in common: {@code DIRECTORY PORT} as arguments, a line {@code
 * port=} on the output once the server listens, and its end when the input ends. {@code GET
 * /files/NAME} answers with a file of the directory, by what the framework has for static content;
 * {@code PUT /uploads/NAME} writes one there.
 */
final class ServerProgram {
  /** A server that listens. */
  interface Running {
    int port();

    void stop() throws Exception;
  }

  /** Starts the server; port 0 is any that is free. */
  interface Start {
    Running start(Path directory, int port) throws Exception;
  }

  private ServerProgram() {}

  static void run(String[] arguments, Start start) throws Exception {
    Path directory = Directories.of(arguments[0]);
    Lateness lateness = new Lateness();
    Running server = start.start(directory, Integer.parseInt(arguments[1]));
    System.out.println("default=" + FileSystems.getDefault().provider().getClass().getName());
    System.out.println("given=" + directory.getFileSystem().provider().getClass().getName());
    System.out.println("port=" + server.port());
    awaitEndOfInput();
    server.stop();
    System.out.println(lateness.stop());
    Duration processors = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    System.out.println("processorMillis=" + processors.toMillis());
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      continue; // whatever it is, it is not the end
    }
  }
}
