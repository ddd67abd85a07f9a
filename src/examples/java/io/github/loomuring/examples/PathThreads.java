package io.github.loomuring.examples;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A few platform threads for operations on paths: rename, owner, times, mode.
 *
 * <p>The library has none of these yet, and {@code java.nio.file.Files} holds the carrier of a
 * virtual thread meanwhile. Here the virtual thread parks instead.
 */
final class PathThreads implements AutoCloseable {
  /** Path operations seldom wait for a device, so there need not be many threads. */
  private static final int THREADS = 4;

  /** An operation. */
  interface Operation {
    void run() throws IOException;
  }

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("tree-copy-paths-", 0).factory());

  /** Runs {@code operation} to its end, while the calling thread is parked. */
  void run(Operation operation) throws IOException {
    try {
      threads
          .submit(
              () -> {
                operation.run();
                return null;
              })
          .get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an operation on a path");
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
