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
 * Names under which files are written before they are complete.
 *
 * <p>A temporary file lies in the directory of the final one, so that the rename(2) which completes
 * it is atomic: the final name never shows half a file, however the process ends. When it is ended
 * by a signal that Java can handle (SIGINT, SIGTERM, SIGHUP), temporary files are removed, too.
 *
 * <p>For use by any thread. Closing it gives up the handling of signals.
 */
final class TemporaryFiles implements AutoCloseable {
  /** Thrown to end a copy because the process is ending. */
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

  /** Reserves a name beside {@code target}; the caller creates the file, with CREATE_NEW. */
  Temporary beside(Path target) throws StoppedException {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Temporary temporary = new Temporary(target.resolveSibling(PREFIX + random), target);
    // First the entry, then the look at the flag; stop() goes the other way round. So either it
    // sees the entry, or the file is not created.
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
      // The process is ending, and the hook runs.
    }
  }

  /**
   * Has those who copy stop and remove their files, and removes what is left of those who do not in
   * time. The other threads go on while shutdown hooks run.
   */
  private void stop() {
    stopping = true;
    long deadline = System.nanoTime() + STOP_NANOS;
    try {
      while (!inUse.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts a hook; if somebody does, don't wait.
    }
    for (Path path : inUse) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        System.err.println("left over: " + path + ": " + e);
      }
    }
  }

  /** A file that is being written. Closing it removes the file, unless it was completed. */
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

    /** Gives the file its final name, replacing the file that has it. */
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
