package io.github.loomuring;

import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.log.LazyLogger;
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
 * Closes the descriptor of a file that was forgotten. Must not refer to the UringFile.
 *
 * <p>A thread does it as long as any file is open, and ends then: it would keep the class loader of
 * the library. Where no thread can be made, those do it who open files.
 */
final class Leak extends PhantomReference<UringFile> {
  private static final LazyLogger LOGGER = new LazyLogger(UringFile.class);
  private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(5);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final ReferenceQueue<UringFile> FORGOTTEN = new ReferenceQueue<>();
  private static final Set<Leak> WATCHED = ConcurrentHashMap.newKeySet();

  /** Null while there is none. Who adds a file looks here after that; who ends looks for files. */
  private static final AtomicReference<Thread> CLEANER = new AtomicReference<>();

  private static volatile boolean noThread;
  private static volatile long noThreadNanos;

  private final Uring uring;
  private final EngineFile file;
  private final Path path;

  private Leak(UringFile owner, Uring uring, EngineFile file, Path path) {
    super(owner, FORGOTTEN);
    this.uring = uring;
    this.file = file;
    this.path = path;
  }

  /** Has {@code file} closed when {@code owner} is garbage, unless that is {@link #forget}ed. */
  static Leak watch(UringFile owner, Uring uring, EngineFile file, Path path) {
    Leak leak = new Leak(owner, uring, file, path);
    WATCHED.add(leak);
    if (CLEANER.get() == null && !start()) {
      closeOne();
    }
    return leak;
  }

  /** The file is closed. */
  void forget() {
    WATCHED.remove(this);
    clear();
  }

  /** Closes the files of {@code uring}, which is closed, whoever has them. */
  static void closeAll(Uring uring) {
    for (Leak leak : WATCHED) {
      if (leak.uring == uring) {
        leak.close();
      }
    }
    Thread cleaner = CLEANER.get();
    if (cleaner != null && WATCHED.isEmpty()) {
      cleaner.interrupt(); // it need not wait until it has been idle for a while
    }
  }

  private static boolean start() {
    if (noThread && System.nanoTime() - noThreadNanos < RETRY_NANOS) {
      return false;
    }
    Thread thread = DaemonThreads.unstarted("loom-uring-cleaner", Leak::run);
    if (!CLEANER.compareAndSet(null, thread)) {
      return true;
    }
    try {
      thread.start();
      noThread = false;
      return true;
    } catch (OutOfMemoryError e) { // no thread; the file is open all the same
      CLEANER.set(null);
      noThreadNanos = System.nanoTime();
      noThread = true;
      return false;
    }
  }

  private static void run() {
    Thread self = Thread.currentThread();
    try {
      do {
        await();
      } while (!WATCHED.isEmpty()
          // Who has added a file meanwhile has seen this thread, or is seen now.
          || !CLEANER.compareAndSet(self, null)
          || (!WATCHED.isEmpty() && CLEANER.compareAndSet(null, self)));
    } finally {
      CLEANER.compareAndSet(self, null);
    }
  }

  private static void await() {
    try {
      if (FORGOTTEN.remove(IDLE_MILLIS) instanceof Leak leak) {
        leak.close();
      }
    } catch (InterruptedException e) {
      return; // to end sooner, if there is nothing to wait for
    }
  }

  private static void closeOne() {
    if (FORGOTTEN.poll() instanceof Leak leak) {
      leak.close();
    }
  }

  private void close() {
    try {
      file.close();
    } catch (IOException | RuntimeException | Error e) {
      log(e);
    }
    if (!file.isOpen()) { // it is if there was no stack to begin with
      forget();
    }
  }

  private void log(Throwable failure) {
    try {
      LOGGER
          .get()
          .log(System.Logger.Level.WARNING, path + " was forgotten, and failed to close", failure);
    } catch (RuntimeException | Error e) {
      // There is nobody left to tell.
    }
  }
}
