package io.github.loomuring;

import io.github.loomuring.internal.Access;
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
import io.github.loomuring.internal.spi.EngineFile;
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
 * Runs file operations on io_uring or on a pool of platform threads.
 *
 * <p>On io_uring, a {@code Uring} has one ring, or several ({@link UringOptions#rings()}), and one
 * thread for each ring that reaps its completions. Where io_uring is not available, the pool takes
 * its place: each request is a system call on one of up to 256 platform threads for local files.
 * Further threads are for remote file systems, for opens of FIFOs, and for transfers on FIFOs and
 * devices. {@link UringOptions#inline()} holds for both: calls that may run on the caller do. What
 * has started on the pool cannot be cancelled, except the wait for a FIFO or a device to be ready:
 * an interrupted operation on a path is abandoned, and one on data ends first.
 *
 * <p>Where Java code cannot call the kernel (another system than Linux, or native access is
 * denied), the pool uses the JDK's file channels instead, and no call runs on the caller.
 *
 * <p>Most programs need only the {@linkplain #shared() shared} {@code Uring}, which {@link
 * UringFile#open} and {@link UringFiles} use. Any thread, virtual or platform, may call any method.
 */
public final class Uring implements AutoCloseable {
  private static final LazyLogger LOGGER = new LazyLogger(Uring.class);

  /** The default of jdk.virtualThreadScheduler.maxPoolSize, the limit on compensating carriers. */
  private static final int POOL_THREADS_MAX = 256;

  /** Whether the last message in the log says that io_uring is not available. */
  private static final AtomicBoolean FALLBACK_LOGGED = new AtomicBoolean();

  // Null before the first use, and after closeShared.
  private static volatile Uring shared;

  static {
    Access.install(new ApiAccess());
    SpareCarriers.startIfAsked();
  }

  private final Engine engine;

  /** Whether the engine is on io_uring; not used for the shared one, which changes. */
  private final boolean ring;

  private final FileOperations files;

  private Uring(Engine engine, boolean ring) {
    this.engine = engine;
    this.ring = ring;
    this.files = new FileOperations(engine);
  }

  /**
   * Returns the shared {@code Uring} of this process. The first call makes it, with {@link
   * UringOptions#fromSystemProperties()}. It stays open until {@link #closeShared}; {@link #close}
   * has no effect on it.
   *
   * <p>If the ring cannot be made because the process lacks a resource (descriptors, memory,
   * lockable memory, threads), the shared {@code Uring} uses the pool. It tries again when it is
   * used later, first after a second, in the end about once a minute. If its ring fails, for
   * example because other code closes the ring's descriptor, it makes a new one; the files of the
   * failed ring stay unusable and have to be opened again. A file stays on the ring or the pool on
   * which it was opened. The log has one line when the pool takes over, and one when a ring does.
   *
   * @return the shared {@code Uring}, the same one until it is closed
   * @throws IllegalArgumentException if the value of a system property is not valid for its option;
   *     every call throws it, and the message names the property and the value
   * @throws UnsupportedOperationException if io_uring is not available at present and the option
   *     {@code fallback} is {@link UringOptions.Fallback#NEVER}
   */
  public static Uring shared() {
    Uring known = shared;
    if (known == null) {
      known = makeShared();
    }
    known.engine();
    return known;
  }

  /** The ring is made later, outside the monitor, because that takes a while and may log. */
  private static synchronized Uring makeShared() {
    Uring known = shared;
    if (known == null) {
      Headroom.check(); // an error in the initialiser of a class below would be permanent
      known = new Uring(sharedEngine(UringOptions.fromSystemProperties()), false);
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
        () -> pool(options),
        () -> new PoolEngine(POOL_THREADS_MAX),
        options.fallback() != UringOptions.Fallback.NEVER,
        new SharedLog(always),
        System::nanoTime);
  }

  /**
   * Closes the shared {@code Uring}, as {@link #close} closes others, and all files that were
   * opened on it. It has no effect if there is none. The next call of {@link #shared} makes a new
   * one.
   *
   * <p>This is for containers that load the library with an application and unload both. The
   * threads of the shared {@code Uring} end, after which nothing in the library keeps its class
   * loader reachable. The application has to close the other {@code Uring}s that it made, and their
   * files.
   *
   * <p>Calls in progress on the shared {@code Uring} throw {@link
   * java.nio.channels.AsynchronousCloseException}s, and later ones find it closed. {@link
   * UringFiles}, and file systems of {@code io.github.loomuring.nio} that were not made for another
   * {@code Uring}, use the present shared one for each call, and so make a new one.
   */
  public static void closeShared() {
    StackReserve.ensure();
    Uring closing = takeShared();
    if (closing != null) {
      closing.engine.close();
      FileCleaner.closeAll(closing.engine);
    }
  }

  private static synchronized Uring takeShared() {
    Uring taken = shared;
    shared = null;
    return taken;
  }

  /**
   * Makes a {@code Uring} that is independent of the shared one.
   *
   * @param options the configuration
   * @return an open {@code Uring}, to be closed by the caller; unlike the shared one, it does not
   *     change between ring and pool
   * @throws UnsupportedOperationException if io_uring is not available and {@code options} do not
   *     allow the pool; the message names the cause and, if known, the remedy
   */
  public static Uring open(UringOptions options) {
    Objects.requireNonNull(options, "options");
    if (options.fallback() == UringOptions.Fallback.ALWAYS) {
      return new Uring(pool(options), false);
    }
    try {
      return new Uring(ring(options), true);
    } catch (UnavailableException e) {
      if (options.fallback() == UringOptions.Fallback.NEVER) {
        throw new UnsupportedOperationException("io_uring is not available: " + e.getMessage(), e);
      }
      logUnavailable(e.getMessage());
      return new Uring(pool(options), false);
    }
  }

  private static Engine ring(UringOptions options) throws UnavailableException {
    RingSettings settings = settings(options);
    // A single ring is used directly, without the cost of a choice for each call.
    return options.rings() == 1 ? RingEngine.open(settings) : ManyRings.open(settings);
  }

  /** The pool: with the kernel's calls, or where these cannot be made, with the JDK's channels. */
  private static Engine pool(UringOptions options) {
    try {
      return RingEngine.onThreads(settings(options));
    } catch (UnavailableException e) {
      return new PoolEngine(POOL_THREADS_MAX);
    }
  }

  /** Logs that the pool is used, once until a ring is used again. */
  private static void logUnavailable(String reason) {
    if (FALLBACK_LOGGED.compareAndSet(false, true)
        && !log(
            Level.WARNING,
            "io_uring is not available, files use a pool of platform threads: " + reason)) {
      FALLBACK_LOGGED.set(false); // to log at the next attempt
    }
  }

  /** Returns false if the message cannot be logged now; a logger that fails is no failure. */
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
   * Returns whether the {@linkplain #shared() shared} {@code Uring} runs on io_uring; see {@link
   * #isRing}. Makes the shared {@code Uring} if there is none.
   *
   * @return true for io_uring; false for the pool, at present or permanently
   * @throws IllegalArgumentException as {@link #shared} does
   */
  public static boolean available() {
    return unavailableReason().isEmpty();
  }

  /**
   * Returns why the {@linkplain #shared() shared} {@code Uring} does not run on io_uring. Makes the
   * shared {@code Uring} if there is none.
   *
   * @return the cause and, if known, the remedy; empty if it runs on io_uring
   * @throws IllegalArgumentException as {@link #shared} does
   */
  public static Optional<String> unavailableReason() {
    Uring known = shared;
    if (known == null) {
      known = makeShared();
    }
    return Optional.ofNullable(((SharedEngine) known.engine).reason());
  }

  /**
   * Opens or creates a file on this {@code Uring}. {@link UringFile#open(Path, OpenOption...)} does
   * the same on the shared one, and describes options and exceptions.
   *
   * @param path the file, a path of the default file system
   * @param options how to open the file
   * @return the open file
   * @throws IOException if the file cannot be opened
   */
  public UringFile openFile(Path path, OpenOption... options) throws IOException {
    Objects.requireNonNull(path, "path");
    return new UringFile(this, path, OpenSpec.of(options));
  }

  /**
   * Opens or creates a file on this {@code Uring}, with initial attributes. {@link
   * UringFile#open(Path, Set, FileAttribute...)} does the same on the shared one, and describes
   * options, attributes and exceptions.
   *
   * @param path the file, a path of the default file system
   * @param options how to open the file
   * @param attributes the attributes of a file that is created
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
   * Returns the operations on paths that run on this {@code Uring}.
   *
   * @return the same object at every call
   */
  public FileOperations files() {
    return files;
  }

  /**
   * Makes a set of buffers and, if possible, registers their memory with the kernel; see {@link
   * UringBuffers}.
   *
   * <p>The memory counts towards {@code -XX:MaxDirectMemorySize}. The kernel allocates all of it
   * during the call and does not swap it out. An interrupt does not end the call.
   *
   * @param count the number of buffers, from 1 to 1,048,576
   * @param bytes the size of each buffer in bytes, from 1 to 1,073,741,824; each takes the next
   *     multiple of 4,096 bytes of memory
   * @return the open buffers, to be closed by the caller
   * @throws IllegalArgumentException if {@code count} or {@code bytes} is out of range
   * @throws OutOfMemoryError if there is not enough memory
   * @throws java.nio.channels.ClosedChannelException if this {@code Uring} is closed
   * @throws IOException never for another reason
   */
  public UringBuffers buffers(int count, int bytes) throws IOException {
    Arguments.checkBetween("count", count, 1, UringBuffers.COUNT_MAX);
    Arguments.checkBetween("bytes", bytes, 1, UringBuffers.BYTES_MAX);
    return new UringBuffers(engine(), count, bytes);
  }

  /** Returns the engine on which files are opened at present. */
  Engine engine() {
    return engine instanceof SharedEngine sharedEngine ? sharedEngine.current() : engine;
  }

  /** Returns the engine that belongs to this alone; that of the shared one delegates to others. */
  Engine ownEngine() {
    return engine;
  }

  /**
   * Returns whether operations run on io_uring or on the pool. The answer of the {@linkplain
   * #shared() shared} {@code Uring} may change. A file stays where it was opened.
   *
   * @return true for io_uring, false for the pool
   */
  public boolean isRing() {
    return engine instanceof SharedEngine sharedEngine ? sharedEngine.isRing() : ring;
  }

  /**
   * Returns whether this {@code Uring} is open.
   *
   * @return false after it has been closed
   */
  public boolean isOpen() {
    return engine.isOpen();
  }

  /**
   * Cancels all operations in flight and releases the rings. The callers of these operations get an
   * {@link java.nio.channels.AsynchronousCloseException}. Later calls on files of this {@code
   * Uring} throw a {@link java.nio.channels.ClosedChannelException}, except for {@link
   * UringFile#close}, which still closes the descriptor.
   *
   * <p>The call waits up to ten seconds for operations that the kernel cannot cancel, such as those
   * on a network file system that does not respond. If they last longer, the call logs a warning
   * and returns; the memory of the ring is then kept until they end. An interrupt does not end the
   * wait; the interrupt status stays set. Closing a closed {@code Uring}, or the shared one, has no
   * effect.
   */
  @Override
  public void close() {
    if (!(engine instanceof SharedEngine)) {
      StackReserve.ensure();
      engine.close();
    }
  }

  /** Returns the engine, the version of the kernel and the features in use, for messages. */
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

  /** Serves the other packages of the library. */
  private static final class ApiAccess implements Access {
    @Override
    public Engine engine(Uring uring) {
      return uring.engine();
    }

    @Override
    public boolean isShared(Uring uring) {
      return uring == shared;
    }

    @Override
    public boolean isBeingOpenedByCallingThread(Uring uring) {
      return uring.engine instanceof SharedEngine sharedEngine && sharedEngine.isBeingMadeHere();
    }

    @Override
    public EngineFile engineFile(UringFile file) {
      return file.engineFile();
    }
  }

  /** Logs when the shared {@code Uring} changes between ring and pool. */
  private record SharedLog(boolean isPoolWanted) implements SharedEngine.Listener {
    @Override
    public void unavailable(String reason, boolean passes) {
      if (!isPoolWanted) {
        logUnavailable(passes ? reason + "; the library tries again later" : reason);
      }
    }

    @Override
    public void recovered(String why) {
      FALLBACK_LOGGED.set(false);
      log(
          Level.INFO,
          "new files of the shared Uring use io_uring again; the reason why they did not: " + why);
    }
  }
}
