package io.github.loomuring;

import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Closes a file that has become unreachable without being closed. There is one for each open file;
 * it must not refer to the {@link OpenFile}.
 *
 * <p>A thread closes the files. It runs while any file is open, and then ends, because it would
 * keep the class loader of the library reachable. If no thread can be started, the threads that
 * open files close unreachable ones.
 */
final class FileCleaner extends PhantomReference<OpenFile> {
  private static final LazyLogger LOGGER = new LazyLogger(FileCleaner.class);
  private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(5);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final ReferenceQueue<OpenFile> UNREACHABLE = new ReferenceQueue<>();

  /** The cleaners of all open files; a cleaner must be reachable itself to be enqueued. */
  private static final Set<FileCleaner> REGISTERED = ConcurrentHashMap.newKeySet();

  /**
   * The thread, or null if none runs. A thread that registers a file looks here afterwards, and the
   * cleaner thread looks for registered files after it has cleared this, so that one sees the
   * other.
   */
  private static final AtomicReference<Thread> THREAD = new AtomicReference<>();

  private static volatile boolean startFailed;
  private static volatile long startFailedNanos;

  private final Engine engine;
  private final EngineFile file;
  private final Path path;

  private FileCleaner(OpenFile file, Engine engine) {
    super(file, UNREACHABLE);
    this.engine = engine;
    this.file = file.engineFile;
    this.path = file.path;
  }

  /**
   * Registers {@code file} to be closed when it is unreachable.
   *
   * @param engine that of the {@link Uring} on which the file was opened; see {@link #closeAll}
   * @return the cleaner, to be unregistered when the file is closed
   */
  static FileCleaner register(OpenFile file, Engine engine) {
    FileCleaner cleaner = new FileCleaner(file, engine);
    REGISTERED.add(cleaner);
    if (THREAD.get() == null && !startThread()) {
      closeOneUnreachable();
    }
    return cleaner;
  }

  /** Ends the registration of a file that is closed. */
  void unregister() {
    REGISTERED.remove(this);
    clear();
  }

  /** Closes all files that were registered with {@code engine}, which is closed. */
  static void closeAll(Engine engine) {
    for (FileCleaner cleaner : REGISTERED) {
      if (cleaner.engine == engine) {
        cleaner.close();
      }
    }
    Thread thread = THREAD.get();
    if (thread != null && REGISTERED.isEmpty()) {
      thread.interrupt(); // so that it ends now and not after IDLE_MILLIS
    }
  }

  private static boolean startThread() {
    if (startFailed && System.nanoTime() - startFailedNanos < RETRY_NANOS) {
      return false;
    }
    Thread thread = DaemonThreads.unstarted("loom-uring-cleaner", FileCleaner::run);
    if (!THREAD.compareAndSet(null, thread)) {
      return true;
    }
    try {
      thread.start();
      startFailed = false;
      return true;
    } catch (OutOfMemoryError e) { // no thread can be started; the file is open all the same
      THREAD.set(null);
      startFailedNanos = System.nanoTime();
      startFailed = true;
      return false;
    }
  }

  private static void run() {
    Thread self = Thread.currentThread();
    try {
      do {
        awaitOneUnreachable();
      } while (!REGISTERED.isEmpty()
          || !THREAD.compareAndSet(self, null)
          // A file registered meanwhile: its thread has seen this one, or this one sees the file.
          || (!REGISTERED.isEmpty() && THREAD.compareAndSet(null, self)));
    } finally {
      THREAD.compareAndSet(self, null);
    }
  }

  private static void awaitOneUnreachable() {
    try {
      if (UNREACHABLE.remove(IDLE_MILLIS) instanceof FileCleaner cleaner) {
        cleaner.close();
      }
    } catch (InterruptedException e) {
      return; // closeAll has closed the last file
    }
  }

  private static void closeOneUnreachable() {
    if (UNREACHABLE.poll() instanceof FileCleaner cleaner) {
      cleaner.close();
    }
  }

  private void close() {
    try {
      file.close();
    } catch (IOException | RuntimeException | Error e) {
      log(e);
    }
    if (!file.isOpen()) { // it is open if there was not enough stack to begin to close it
      unregister();
    }
  }

  private void log(Throwable failure) {
    try {
      LOGGER
          .get()
          .log(
              System.Logger.Level.WARNING,
              path + ": the file became unreachable without being closed, and closing it failed",
              failure);
    } catch (RuntimeException | Error e) {
      // No caller could be told.
    }
  }
}
