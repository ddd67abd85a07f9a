package io.github.loomuring;

import io.github.loomuring.internal.EngineFile;
import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;

/** Closes the descriptor of a file that was forgotten. Must not refer to the UringFile. */
record Leak(EngineFile file, Path path) implements Runnable {
  private static final LazyLogger LOGGER = new LazyLogger(UringFile.class);

  private static final Cleaner CLEANER =
      Cleaner.create(
          Thread.ofPlatform()
              .daemon()
              .name("loom-uring-cleaner")
              .inheritInheritableThreadLocals(false)
              .factory());

  /** What closes {@code file}, once: by itself when {@code owner} is garbage. */
  static Cleaner.Cleanable watch(UringFile owner, EngineFile file, Path path) {
    return CLEANER.register(owner, new Leak(file, path));
  }

  @Override
  public void run() {
    try {
      file.close();
    } catch (IOException e) {
      LOGGER
          .get()
          .log(System.Logger.Level.WARNING, path + " was forgotten, and failed to close", e);
    }
  }
}
