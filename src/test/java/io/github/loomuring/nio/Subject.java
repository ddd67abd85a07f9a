package io.github.loomuring.nio;

import io.github.loomuring.Uring;
import io.github.loomuring.support.Engines;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A file system under test, and the kind of thread that uses it. */
enum Subject {
  JDK(null, false),
  RING(Engines.RING, true),
  RING_NOTHING_INLINE(Engines.RING_NOTHING_INLINE, true),
  RING_ON_PLATFORM_THREADS(Engines.RING, false),
  POOL(Engines.POOL, true),
  CHANNELS(Engines.CHANNELS, true);

  private final Engines engine;
  private final boolean virtual;

  Subject(Engines engine, boolean virtual) {
    this.engine = engine;
    this.virtual = virtual;
  }

  /** What it runs on, which the caller closes; null for the JDK. */
  Uring open() {
    return engine == null ? null : engine.open();
  }

  /** The path of it for the platform's. */
  Path path(Uring uring, Path platform) {
    return engine == null ? platform : UringFileSystem.of(uring, platform);
  }

  /** Calls {@code work} on a thread of its kind. */
  <T> T call(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(task);
    try {
      return task.get();
    } catch (java.util.concurrent.ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw e;
      }
    } finally {
      thread.join();
    }
  }
}
