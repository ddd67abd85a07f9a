package io.github.loomuring;

import io.github.loomuring.internal.Engines;
import io.github.loomuring.internal.SharedEngine;
import io.github.loomuring.internal.jvm.Headroom;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.op.ManyRings;
import io.github.loomuring.internal.op.RingEngine;
import io.github.loomuring.internal.pool.PoolEngine;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.OpenSpec;
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

  /** Whether the last that the log has heard is that there is no io_uring. */
  private static final AtomicBoolean FALLBACK_LOGGED = new AtomicBoolean();

  // Null before it is asked for, and when it has been closed.
  private static volatile Uring shared;

  static {
    Engines.setAccess(new EngineAccess());
  }

  private final Engine engine;
  private final FileOperations files;

  private Uring(Engine engine) {
    this.engine = engine;
    this.files = new FileOperations(engine);
  }

  /**
   * The one of this process, made with {@link UringOptions#fromSystemProperties()} at the first
   * call. It stays open until {@link #closeShared}: {@link #close} does nothing to it.
   *
   * <p>It is there whatever the process lacks. Where no ring can be made for a shortage (of
   * descriptors, memory, lockable memory, threads) it runs on the pool, and tries again as it is
   * used, after a second at first and about every minute later. If its ring fails, as it does when
   * its descriptor is closed by somebody else, it makes a new one: files that were open fail from
   * then on, and are to be opened again. A file stays with the ring, or the pool, that it was
   * opened on. One line of the log says that the pool has taken over, and one that a ring has.
   *
   * @return the same one until it is closed
   * @throws IllegalArgumentException at each call, if a system property has a value that is none of
   *     its option; the message names both
   * @throws UnsupportedOperationException if there is no io_uring now and the option {@code
   *     fallback} is {@link UringOptions.Fallback#NEVER}
   */
  public static Uring shared() {
    Uring known = shared;
    if (known == null) {
      known = makeShared();
    }
    known.engine();
    return known;
  }

  /** Without its ring, which is made outside the monitor: that takes a while, and may log. */
  private static synchronized Uring makeShared() {
    Uring known = shared;
    if (known == null) {
      Headroom.check(); // the classes of all that follows are initialised
      known = new Uring(sharedEngine(UringOptions.fromSystemProperties()));
      shared = known;
    }
    return known;
  }

  private static SharedEngine sharedEngine(UringOptions options) {
    boolean always = options.fallback() == UringOptions.Fallback.ALWAYS;
    return new SharedEngine(
        () -> {
          if (always) {
            throw new UnavailableException("the option fallback is ALWAYS");
          }
          return ring(options);
        },
        () -> new PoolEngine(POOL_THREADS_MAX),
        options.fallback() != UringOptions.Fallback.NEVER,
        new SharedLog(always),
        System::nanoTime);
  }

  /**
   * Closes the shared one, if there is one, as {@link #close} does others, and the files that were
   * opened on it. The next {@link #shared} makes another one.
   *
   * <p>Its threads end, and with them the last that keeps the library's class loader from being
   * unloaded: for containers that load it with an application and take that away again. The
   * application has to close what it has made itself: other {@code Uring}s and their files. What
   * still uses the shared one meanwhile gets {@link java.nio.channels.AsynchronousCloseException}s,
   * or finds it closed. Path operations and file systems of {@code io.github.loomuring.nio} that
   * are not of a {@code Uring} of their own go to the shared one that there is, and make one.
   */
  public static void closeShared() {
    StackReserve.ensure();
    Uring closing = takeShared();
    if (closing != null) {
      closing.engine.close();
      Leak.closeAll(closing);
    }
  }

  private static synchronized Uring takeShared() {
    Uring taken = shared;
    shared = null;
    return taken;
  }

  /**
   * Makes one of its own.
   *
   * @param options how to set it up
   * @return an open one, to be closed by the caller; it stays on the ring or the pool that it
   *     begins with
   * @throws UnsupportedOperationException if there is no io_uring and {@code options} forbid the
   *     pool; the message names the cause, and the remedy where one is known
   */
  public static Uring open(UringOptions options) {
    Objects.requireNonNull(options, "options");
    if (options.fallback() == UringOptions.Fallback.ALWAYS) {
      return new Uring(new PoolEngine(POOL_THREADS_MAX));
    }
    try {
      return new Uring(ring(options));
    } catch (UnavailableException e) {
      if (options.fallback() == UringOptions.Fallback.NEVER) {
        throw new UnsupportedOperationException("io_uring is not available: " + e.getMessage(), e);
      }
      logUnavailable(e.getMessage());
      return new Uring(new PoolEngine(POOL_THREADS_MAX));
    }
  }

  private static Engine ring(UringOptions options) throws UnavailableException {
    RingSettings settings = settings(options);
    // One ring is used without a detour.
    return options.rings() == 1 ? RingEngine.open(settings) : ManyRings.open(settings);
  }

  /** Once, until there is something else to say. */
  private static void logUnavailable(String reason) {
    if (FALLBACK_LOGGED.compareAndSet(false, true)
        && !log(
            Level.WARNING,
            "io_uring is not available, files use a pool of platform threads: " + reason)) {
      FALLBACK_LOGGED.set(false); // at the next attempt
    }
  }

  /** False if that is not possible now; whatever a shortage has a log do, it does not fail. */
  private static boolean log(Level level, String message) {
    try {
      if (!LazyLogger.isReady()) {
        return false;
      }
      LOGGER.get().log(level, message);
      return true;
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      return false;
    }
  }

  /**
   * Whether the {@linkplain #shared() shared} one, which this makes if there is none yet, runs on
   * io_uring: its {@link #isRing}.
   *
   * @return false if it runs on the pool, at the moment or for good
   * @throws IllegalArgumentException as {@link #shared}
   */
  public static boolean available() {
    return unavailableReason().isEmpty();
  }

  /**
   * Why the {@linkplain #shared() shared} one does not run on io_uring, and what to do about it.
   *
   * @return cause and remedy; empty if it does
   * @throws IllegalArgumentException as {@link #shared}
   */
  public static Optional<String> unavailableReason() {
    Uring known = shared;
    if (known == null) {
      known = makeShared();
    }
    return Optional.ofNullable(((SharedEngine) known.engine).reason());
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

  /** What serves now. */
  Engine engine() {
    return engine instanceof SharedEngine ofShared ? ofShared.current() : engine;
  }

  /**
   * Whether operations run on io_uring, and not on the pool. That of the {@linkplain #shared()
   * shared} one may change; a file stays where it was opened.
   *
   * @return true for the ring
   */
  public boolean isRing() {
    return engine instanceof SharedEngine ofShared
        ? ofShared.isRing()
        : !(engine instanceof PoolEngine);
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
    if (!(engine instanceof SharedEngine)) {
      StackReserve.ensure();
      engine.close();
    }
  }

  /** Engine, kernel, and what the kernel granted. */
  @Override
  public String toString() {
    return "Uring[engine=" + engine + (isOpen() ? "]" : ", closed]");
  }

  private static RingSettings settings(UringOptions options) {
    return RingSettings.builder(options.entries(), options.completionEntries())
        .gate(options.gate())
        .pollNanos(TimeUnit.MICROSECONDS.toNanos(options.pollMicros()))
        .inlineNonBlocking(options.inline() != UringOptions.Inline.NEVER)
        .inlineAdaptive(options.inline() == UringOptions.Inline.ADAPTIVE)
        .rings(options.rings())
        .workers(options.workers())
        .sqPollIdleMillis(options.sqPollIdleMillis())
        .build();
  }

  /** For the other packages of the library. No lambda: the class is to be initialised anywhere. */
  private static final class EngineAccess implements Engines.Access {
    @Override
    public Engine engine(Uring uring) {
      return uring.engine();
    }

    @Override
    public boolean isShared(Uring uring) {
      return uring == shared;
    }

    @Override
    public boolean isBeingMadeHere(Uring uring) {
      return uring.engine instanceof SharedEngine ofShared && ofShared.isBeingMadeHere();
    }
  }

  /** What the log is told of the shared one. */
  private record SharedLog(boolean isPoolWanted) implements SharedEngine.Listener {
    @Override
    public void unavailable(String reason, boolean passes) {
      if (!isPoolWanted) {
        logUnavailable(passes ? reason + "; it is tried again" : reason);
      }
    }

    @Override
    public void recovered(String why) {
      FALLBACK_LOGGED.set(false);
      log(Level.INFO, "new files of the shared Uring use io_uring again, after this: " + why);
    }
  }
}
