package io.github.loomuring.examples;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A few platform threads for operations on paths: rename, owner, times, mode.
 *
 * <p>{@code java.nio.file.Files} performs them, which would block the carrier of a virtual thread.
 * With these threads the virtual thread parks instead, whichever engine copies the bytes.
 */
final class PathThreads implements AutoCloseable {
  /** A small number is enough, because operations on paths seldom wait for a device. */
  private static final int THREADS = 4;

  /** An operation on a path. */
  interface Operation {
    void run() throws IOException;
  }

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("tree-copy-paths-", 0).factory());

  /** Runs {@code operation} on one of the threads, and parks the calling thread until it ends. */
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
