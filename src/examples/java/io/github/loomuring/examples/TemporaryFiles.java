package io.github.loomuring.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The temporary files of a copy. A file is written to a temporary file and renamed when it is
 * complete.
 *
 * <p>The temporary file is in the directory of the final one, so that the rename(2) is atomic: the
 * final name never leads to an incomplete file, however the process ends. If the process is ended
 * by a signal that Java can handle (SIGINT, SIGTERM, SIGHUP), the temporary files are removed.
 *
 * <p>For use by any thread. After it is closed, signals no longer remove files.
 */
final class TemporaryFiles implements AutoCloseable {
  /** Ends a copy because the process is ending. */
  static final class StoppedException extends IOException {
    private static final long serialVersionUID = 1;

    StoppedException() {
      super("the process is ending");
    }
  }

  static final String PREFIX = ".tree-copy-";

  private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Set<Path> inUse = ConcurrentHashMap.newKeySet();
  private final Thread shutdownHook =
      Thread.ofPlatform().name("tree-copy-stop").unstarted(this::stop);
  private volatile boolean stopping;

  TemporaryFiles() {
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  /** Reserves a name beside {@code target}. The caller creates the file, with CREATE_NEW. */
  Temporary beside(Path target) throws StoppedException {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Temporary temporary = new Temporary(target.resolveSibling(PREFIX + random), target);
    // This adds the entry and then reads the flag; stop() sets the flag and then reads the entries.
    // So either stop() sees the entry, or the file is not created.
    inUse.add(temporary.path);
    if (stopping) {
      inUse.remove(temporary.path);
      throw new StoppedException();
    }
    return temporary;
  }

  /** Throws if the process is ending. */
  void checkStopping() throws StoppedException {
    if (stopping) {
      throw new StoppedException();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook is running.
    }
  }

  /**
   * Tells the copying threads to stop and to remove their files, and after some time removes the
   * files of those that have not stopped. Other threads continue to run during shutdown hooks.
   */
  private void stop() {
    stopping = true;
    long deadline = System.nanoTime() + STOP_NANOS;
    try {
      while (!inUse.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      // An interrupt, which is not expected here, ends the wait.
    }
    for (Path path : inUse) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        System.err.println("temporary file not removed: " + path + ": " + e);
      }
    }
  }

  /** A file that is being written. Closing this removes the file unless it is complete. */
  final class Temporary implements AutoCloseable {
    private final Path path;
    private final Path target;
    private boolean completed;

    private Temporary(Path path, Path target) {
      this.path = path;
      this.target = target;
    }

    Path path() {
      return path;
    }

    /** Renames the file to its final name, and replaces a file of that name. */
    void complete() throws IOException {
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
      completed = true;
    }

    @Override
    public void close() throws IOException {
      try {
        if (!completed) {
          Files.deleteIfExists(path);
        }
      } finally {
        inUse.remove(path);
      }
    }
  }
}
