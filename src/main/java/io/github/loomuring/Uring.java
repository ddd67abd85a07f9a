package io.github.loomuring;

import io.github.loomuring.internal.Engine;
import io.github.loomuring.internal.Engines;
import io.github.loomuring.internal.OpenSpec;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.op.ManyRings;
import io.github.loomuring.internal.op.RingEngine;
import io.github.loomuring.internal.pool.PoolEngine;
import io.github.loomuring.internal.ring.UnavailableException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What file operations run on: an io_uring of the kernel with one thread that reaps its
 * completions, or several ({@link UringOptions#rings()}), or, where there is none, a pool of
 * platform threads.
 *
 * <p>Most programs need only the {@linkplain #shared() shared} one, which {@link UringFile#open}
 * uses. All methods may be called by any thread, virtual or platform.
 */
public final class Uring implements AutoCloseable {
  private static final LazyLogger LOGGER = new LazyLogger(Uring.class);

  /** As many calls in progress at once as the JDK allows carriers to be compensated for. */
  private static final int POOL_THREADS_MAX = 256;

  private static final AtomicBoolean FALLBACK_LOGGED = new AtomicBoolean();

  static {
    Engines.setAccess(Uring::engine);
  }

  private final Engine engine;
  private final FileOperations files;
  private final boolean ring;
  private final boolean isShared;

  private Uring(Engine engine, boolean isShared) {
    this.engine = engine;
    this.files = new FileOperations(engine);
    this.ring = !(engine instanceof PoolEngine);
    this.isShared = isShared;
  }

  /*
   * Null in the thread that is making it, if that comes back here: see nio.UringFileSystem.
   */

  /**
   * The one of this process, made with {@link UringOptions#fromSystemProperties()} at the first
   * call. It stays open: {@link #close} does nothing to it.
   *
   * @return always the same one
   * @throws ExceptionInInitializerError if a system property has a value that is none of its
   *     option; the cause names both
   */
  public static Uring shared() {
    return Shared.INSTANCE;
  }

  /**
   * Makes one of its own.
   *
   * @param options how to set it up
   * @return an open one, to be closed by the caller
   * @throws UnsupportedOperationException if there is no io_uring and {@code options} forbid the
   *     pool; the message names the cause, and the remedy where one is known
   */
  public static Uring open(UringOptions options) {
    return open(options, false);
  }

  private static Uring open(UringOptions options, boolean isShared) {
    Objects.requireNonNull(options, "options");
    if (options.fallback() == UringOptions.Fallback.ALWAYS) {
      return new Uring(new PoolEngine(POOL_THREADS_MAX), isShared);
    }
    try {
      RingEngine.Settings settings = settings(options);
      // One ring is used without a detour.
      Engine engine = options.rings() == 1 ? RingEngine.open(settings) : ManyRings.open(settings);
      return new Uring(engine, isShared);
    } catch (UnavailableException e) {
      if (options.fallback() == UringOptions.Fallback.NEVER) {
        throw new UnsupportedOperationException("io_uring is not available: " + e.getMessage(), e);
      }
      if (FALLBACK_LOGGED.compareAndSet(false, true)) {
        LOGGER
            .get()
            .log(
                Level.WARNING,
                "io_uring is not available, files use a pool of platform threads: "
                    + e.getMessage());
      }
      return new Uring(new PoolEngine(POOL_THREADS_MAX), isShared);
    }
  }

  /**
   * Whether this process can use io_uring. Tried once, with a small ring.
   *
   * @return whether a ring can be made
   */
  public static boolean available() {
    return unavailableReason().isEmpty();
  }

  /**
   * Why this process cannot use io_uring, and what to do about it.
   *
   * @return cause and remedy; empty if it can
   */
  public static Optional<String> unavailableReason() {
    return Availability.REASON;
  }

  /**
   * Opens a file on this one, as {@link UringFile#open(Path, OpenOption...)} does on the shared
   * one.
   *
   * @param path of the default file system
   * @param options how to open it
   * @return the open file
   * @throws IOException if the file cannot be opened
   */
  public UringFile openFile(Path path, OpenOption... options) throws IOException {
    Objects.requireNonNull(path, "path");
    return new UringFile(this, path, OpenSpec.of(options));
  }

  /**
   * Opens a file on this one, as {@link UringFile#open(Path, Set, FileAttribute...)} does on the
   * shared one.
   *
   * @param path of the default file system
   * @param options how to open it
   * @param attributes for a file that is created
   * @return the open file
   * @throws IOException if the file cannot be opened
   */
  public UringFile openFile(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(attributes, "attributes");
    return new UringFile(this, path, OpenSpec.of(options, attributes));
  }

  /**
   * Operations on files by their paths, on this one.
   *
   * @return always the same object; it may be kept
   */
  public FileOperations files() {
    return files;
  }

  /**
   * Makes buffers whose memory the kernel knows, where it can: see {@link UringBuffers}.
   *
   * <p>The memory is part of what {@code -XX:MaxDirectMemorySize} limits, is all there from the
   * start, and cannot be swapped out. The call waits for that; an interrupt does not end the wait.
   *
   * @param count of buffers, from 1 to 1,048,576
   * @param bytes of each, from 1 to 1,073,741,824; it takes the next multiple of 4,096
   * @return open ones, to be closed by the caller
   * @throws IllegalArgumentException if a number is out of its range
   * @throws OutOfMemoryError if there is not so much memory
   * @throws java.nio.channels.ClosedChannelException if this one is closed
   * @throws IOException none but this
   */
  public UringBuffers buffers(int count, int bytes) throws IOException {
    return new UringBuffers(this, count, bytes);
  }

  Engine engine() {
    return engine;
  }

  /**
   * Whether operations run on io_uring, and not on the pool.
   *
   * @return true for the ring
   */
  public boolean isRing() {
    return ring;
  }

  /**
   * Whether files can be opened and used.
   *
   * @return false once it has been closed
   */
  public boolean isOpen() {
    return engine.isOpen();
  }

  /**
   * Ends every operation in flight, whose callers get an {@link
   * java.nio.channels.AsynchronousCloseException}, and gives its rings back to the kernel. Calls on
   * its files then throw {@link java.nio.channels.ClosedChannelException}; the files' own {@code
   * close} still closes their descriptors.
   *
   * <p>Waits up to ten seconds for operations that the kernel cannot cancel, such as those on a
   * hung network file system. After that it returns, logging a warning, and the ring's memory stays
   * until they end. An interrupt does not end the wait; the interrupt status is kept. Closing a
   * closed one, or the shared one, does nothing.
   */
  @Override
  public void close() {
    if (!isShared) {
      engine.close();
    }
  }

  /** Engine, kernel, and what the kernel granted. */
  @Override
  public String toString() {
    return "Uring[engine=" + engine + (isOpen() ? "]" : ", closed]");
  }

  private static RingEngine.Settings settings(UringOptions options) {
    return new RingEngine.Settings(
        options.entries(),
        options.completionEntries(),
        options.gate(),
        TimeUnit.MICROSECONDS.toNanos(options.pollMicros()),
        options.inline() != UringOptions.Inline.NEVER,
        options.inline() == UringOptions.Inline.ADAPTIVE,
        options.rings(),
        options.workers(),
        options.sqPollIdleMillis());
  }

  /** The lazily made shared one. */
  private static final class Shared {
    static final Uring INSTANCE = open(UringOptions.fromSystemProperties(), true);
  }

  /** The lazily made trial. */
  private static final class Availability {
    static final Optional<String> REASON = tryOne();

    private static Optional<String> tryOne() {
      try {
        RingEngine.open(settings(UringOptions.defaults().withEntries(2))).close();
        return Optional.empty();
      } catch (UnavailableException e) {
        return Optional.of(e.getMessage());
      }
    }
  }
}
