package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.buffers.RegisteredBuffers;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.jvm.Headroom;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.internal.linux.RemoteMounts;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.platform.Permissions;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.ring.Ring;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine on io_uring: one ring, its operations, and what they share.
 *
 * <p>A few calls that the kernel has no opcode for, or that must have ended when they return, run
 * on a small pool of platform threads.
 */
public final class RingEngine implements Engine {
  private static final LazyLogger LOGGER = new LazyLogger(RingEngine.class);

  private static final byte[] REQUIRED_OPCODES = {
    IORING_OP_NOP,
    IORING_OP_READ,
    IORING_OP_WRITE,
    IORING_OP_OPENAT,
    IORING_OP_FSYNC,
    IORING_OP_STATX,
    IORING_OP_ASYNC_CANCEL,
    IORING_OP_POLL_ADD
  };
  private static final int OFFLOAD_THREADS_MAX = 64;

  /** Of one ring among many: what hangs in one thread must leave others. */
  private static final int OFFLOAD_THREADS_MIN = 8;

  private static final int DIRECTORY_MODE = 0777;

  /** Requests in flight on a remote file system; each has a worker of the kernel. */
  private static final int REMOTE_GATE = 128;

  static final long CLOSE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

  final Kernel kernel;

  /**
   * For closes that get no slot, as there is no memory for one. Two that fail at once may read each
   * other's error number; the descriptors are closed all the same.
   */
  final MemorySegment closeErrno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);

  final SlotTable slots = new SlotTable();
  final Staging staging = new Staging();
  final Offload offload;

  /** Of what writes and reads whole files; apart, so that these do not keep closes waiting. */
  final Offload wholeFiles;

  /** Files that are being written as a whole, on callers and by the pool. */
  final AtomicInteger wholeFileWrites = new AtomicInteger();

  final BufferSets bufferSets;
  final boolean inlineReads;
  final boolean inlineWrites;
  final boolean adaptiveWrites;

  /** Parents of the gates of files that cannot seek: requests there may stay for ever. */
  final Gate streamReads;

  final Gate streamWrites;

  /** Of opens that may block for ever. */
  final Gate blockingOpens;

  /** Parent of the gates of what may last for ever in a worker of the kernel. */
  private final Gate lastingWork;

  final RemoteMounts remoteMounts = new RemoteMounts();

  /** Of operations on paths, whose device is not known: a server that hangs stops its own only. */
  private final Gate localPaths;

  private final ConcurrentHashMap<Path, Gate> remotePaths = new ConcurrentHashMap<>();

  private final Ring ring;
  private final RegisteredBuffers registeredBuffers;
  private final int deviceLimit;
  private final int remoteLimit;
  private final ConcurrentHashMap<Long, Device> devices = new ConcurrentHashMap<>();
  private final String inline;
  private volatile boolean inlineOpens;

  /**
   * How the engine is set up.
   *
   * @param entries of the submission queue
   * @param completionEntries of the completion queue
   * @param gate requests in flight on one device, on all rings together
   * @param pollNanos how long a caller may look for its completion before it parks
   * @param inlineNonBlocking whether what cannot block is tried on the caller
   * @param inlineAdaptive whether plain writes are tried on the caller as long as they are quick
   * @param rings how many rings there are, which divide what is bounded
   * @param workers of the kernel that each thread that submits may have; {@link #WORKERS_UNBOUNDED}
   *     for as many as the gates let in
   * @param sqPollIdleMillis how long a thread of the kernel that submits looks for work before it
   *     sleeps; zero for no such thread
   */
  public record Settings(
      int entries,
      int completionEntries,
      int gate,
      long pollNanos,
      boolean inlineNonBlocking,
      boolean inlineAdaptive,
      int rings,
      int workers,
      int sqPollIdleMillis) {

    /** More than the gates of any ring let in. */
    public static final int WORKERS_UNBOUNDED = 65_536;

    /** Of one ring. */
    public Settings(
        int entries,
        int completionEntries,
        int gate,
        long pollNanos,
        boolean inlineNonBlocking,
        boolean inlineAdaptive) {
      this(
          entries,
          completionEntries,
          gate,
          pollNanos,
          inlineNonBlocking,
          inlineAdaptive,
          1,
          WORKERS_UNBOUNDED,
          0);
    }
  }

  private RingEngine(Kernel kernel, Settings settings, BufferSets bufferSets)
      throws UnavailableException {
    this.kernel = kernel;
    this.inlineReads = settings.inlineNonBlocking();
    this.inlineOpens = settings.inlineNonBlocking();
    this.inlineWrites = settings.inlineNonBlocking();
    this.adaptiveWrites = settings.inlineAdaptive();
    this.inline = !inlineReads ? "never" : adaptiveWrites ? "adaptive" : "what cannot block";
    int rings = settings.rings();
    int threads = Math.max(OFFLOAD_THREADS_MIN, OFFLOAD_THREADS_MAX / rings);
    this.offload = new Offload(threads);
    this.wholeFiles = new Offload(threads);
    this.bufferSets = bufferSets;
    ring =
        Ring.open(
            kernel,
            new Ring.Settings(
                settings.entries(),
                settings.completionEntries(),
                settings.pollNanos(),
                settings.workers(),
                settings.sqPollIdleMillis()),
            slots);
    try {
      slots.attach(ring);
      registeredBuffers = new RegisteredBuffers(List.of(ring));
      Gate room = ring.room();
      streamReads = Gate.ofLasting(Math.max(1, room.limit() / 4), room);
      streamWrites = Gate.ofLasting(Math.max(1, room.limit() / 4), room);
      // The workers of who submits these run other requests too: half of them are left to those.
      lastingWork =
          settings.workers() == Settings.WORKERS_UNBOUNDED
              ? room
              : Gate.ofLasting(Math.min(room.limit(), settings.workers() / 2), room);
      blockingOpens = Gate.ofLasting(Math.max(2, room.limit() / 8), lastingWork);
      deviceLimit = Math.max(1, Math.min(settings.gate() / rings, room.limit() / 2));
      remoteLimit = Math.max(1, Math.min(REMOTE_GATE / rings, room.limit() / 2));
      localPaths = new Gate(deviceLimit, room);
      checkRequired();
      tryOnce();
    } catch (Throwable t) {
      close();
      throw t;
    }
  }

  /** Opens a ring on the running kernel, or says why there is none. */
  public static RingEngine open(Settings settings) throws UnavailableException {
    return open(runningKernel(), settings);
  }

  /** The kernel, or why it cannot be called. */
  static Kernel runningKernel() throws UnavailableException {
    String system = System.getProperty("os.name");
    String architecture = System.getProperty("os.arch");
    if (!system.equals("Linux")) {
      throw new UnavailableException("this is " + system + ", and io_uring is part of Linux");
    }
    if (!architecture.equals("amd64") && !architecture.equals("aarch64")) {
      throw new UnavailableException(
          "os.arch=" + architecture + " is not supported; amd64 and aarch64 are");
    }
    try {
      Headroom.check();
      return LinuxKernel.INSTANCE;
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw noNativeAccess(e);
    } catch (OutOfMemoryError e) {
      throw UnavailableException.shortage(e);
    }
  }

  /** Opens a ring on {@code kernel}. */
  public static RingEngine open(Kernel kernel, Settings settings) throws UnavailableException {
    return open(kernel, settings, new BufferSets());
  }

  /** As {@link #open(Kernel, Settings)}; {@code bufferSets} are those of several rings. */
  static RingEngine open(Kernel kernel, Settings settings, BufferSets bufferSets)
      throws UnavailableException {
    try {
      return new RingEngine(kernel, settings, bufferSets);
    } catch (IllegalCallerException e) {
      throw noNativeAccess(e);
    } catch (OutOfMemoryError e) {
      throw UnavailableException.shortage(e);
    }
  }

  private static UnavailableException noNativeAccess(Throwable t) {
    Throwable cause = t;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    Module module = RingEngine.class.getModule();
    String remedy =
        module.isNativeAccessEnabled()
            ? ""
            : "; start the JVM with --enable-native-access="
                + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    return new UnavailableException(
        "libc cannot be called: " + cause + remedy, UnavailableException.Prospect.LASTING, t);
  }

  private void checkRequired() throws UnavailableException {
    for (byte opcode : REQUIRED_OPCODES) {
      if (!ring.supports(opcode)) {
        throw new UnavailableException(
            "the kernel's io_uring lacks opcode " + opcode + "; use Linux 5.6 or later");
      }
    }
  }

  /**
   * Sends one request round. It proves that the ring works, and has the reaper load every class
   * that it needs, which it could not do later in a process that is out of descriptors.
   */
  private void tryOnce() throws UnavailableException {
    try {
      PathMemory.acquire().close(); // its class, too, is initialised while there is memory for it
      Operation operation = slots.acquire();
      operation.set(IORING_OP_NOP, -1, 0, 0, 0, 0, ring.room());
      int result = operation.runUninterruptibly(slots);
      operation.end();
      slots.release(operation);
      if (result < 0) {
        throw new UnavailableException(
            "IORING_OP_NOP: " + Errno.describe(result),
            UnavailableException.Prospect.UNKNOWN,
            null);
      }
    } catch (IOException e) {
      throw new UnavailableException(
          "a request could not be sent: " + e, UnavailableException.Prospect.UNKNOWN, e);
    }
  }

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    return Open.open(this, path, spec);
  }

  @Override
  public byte[] readAll(Path path) throws IOException {
    return Open.readAll(this, path);
  }

  @Override
  public void write(Path path, OpenSpec spec, byte[] bytes, Sync sync) throws IOException {
    if (!WriteFile.write(this, path, spec, bytes, sync)) {
      Engine.super.write(path, spec, bytes, sync);
    }
  }

  // ---- operations on paths; what has no opcode here is done by the JDK, on the pool

  @Override
  public FileStatus status(Path path, boolean followLinks) throws IOException {
    return PathOperation.status(this, path, followLinks);
  }

  @Override
  public void delete(Path path) throws IOException {
    if (ring.supports(IORING_OP_UNLINKAT)) {
      PathOperation.delete(this, path);
    } else {
      Engine.super.delete(path);
    }
  }

  @Override
  public void move(Path source, Path target, Set<CopyOption> options) throws IOException {
    if (ring.supports(IORING_OP_RENAMEAT)) {
      Move.move(this, source, target, options);
    } else {
      moveByJdk(source, target, options);
    }
  }

  void moveByJdk(Path source, Path target, Set<CopyOption> options) throws IOException {
    Engine.super.move(source, target, options);
  }

  @Override
  public void exchange(Path one, Path other) throws IOException {
    if (ring.supports(IORING_OP_RENAMEAT)) {
      Move.exchange(this, one, other);
    } else {
      Engine.super.exchange(one, other);
    }
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    int mode = Permissions.mode(DIRECTORY_MODE, attributes);
    if (ring.supports(IORING_OP_MKDIRAT)) {
      PathOperation.createDirectory(this, directory, mode);
    } else {
      Engine.super.createDirectory(directory, attributes);
    }
  }

  @Override
  public void createSymbolicLink(Path link, Path target) throws IOException {
    if (ring.supports(IORING_OP_SYMLINKAT)) {
      PathOperation.createSymbolicLink(this, link, target);
    } else {
      Engine.super.createSymbolicLink(link, target);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    if (ring.supports(IORING_OP_LINKAT)) {
      PathOperation.createLink(this, link, existing);
    } else {
      Engine.super.createLink(link, existing);
    }
  }

  @Override
  public <T> T call(Callable<T> work) throws IOException {
    slots.checkOpen();
    return offload.call(work);
  }

  @Override
  public <T> T callOrLeave(Callable<T> work) throws IOException {
    slots.checkOpen();
    return offload.callOrLeave(work, _ -> {});
  }

  @Override
  public BufferSet buffers(int count, int bytes) throws IOException {
    return buffers(count, bytes, registeredBuffers);
  }

  /** As {@link #buffers(int, int)}, known to the rings of {@code registered}. */
  BufferSet buffers(int count, int bytes, RegisteredBuffers registered) throws IOException {
    slots.checkOpen();
    return offload.callUninterruptibly(() -> bufferSets.make(count, bytes, registered));
  }

  @Override
  public void close(BufferSet buffers) {
    close(buffers, registeredBuffers);
  }

  void close(BufferSet buffers, RegisteredBuffers registered) {
    BufferSet.Registration registration = bufferSets.close(buffers);
    if (registration == null || !isOpen()) {
      return;
    }
    try {
      offload.callUninterruptibly(
          () -> {
            registered.unregister(registration);
            return null;
          });
    } catch (IOException e) {
      LOGGER.get().log(Level.DEBUG, "the ring was closed meanwhile, and took the buffers along", e);
    }
  }

  /** Gives a buffer back, with which {@code operation} is done. */
  void release(Staging.Buffer buffer, Operation operation) {
    if (operation.isReusable()) {
      staging.release(buffer);
    } else {
      operation.keep(buffer); // the ring failed: the kernel may not be done with it
    }
  }

  Ring ring() {
    return ring;
  }

  /**
   * The gate of opens on the remote file system mounted at {@code remote}; null for a local one.
   */
  Gate pathGate(Path remote) {
    return remote == null
        ? localPaths
        : remotePaths.computeIfAbsent(remote, _ -> Gate.ofLasting(deviceLimit, lastingWork));
  }

  boolean inlineOpens() {
    return inlineOpens;
  }

  void noInlineOpens() {
    inlineOpens = false;
  }

  /** What is known of the device {@code number}, on which {@code fd} is open. */
  Device device(long number, int fd) throws IOException {
    Device device = devices.get(number);
    if (device != null) {
      return device;
    }
    // Once a device; fstatfs(2) may ask a server.
    long type = offload.callUninterruptibly(() -> fileSystemType(fd));
    device = new Device(deviceGate(type), type);
    Device earlier = devices.putIfAbsent(number, device);
    return earlier == null ? device : earlier;
  }

  private Gate deviceGate(long type) {
    // No block layer is behind a remote file system, but perhaps files of which only one hangs.
    return Device.isLocal(type)
        ? new Gate(deviceLimit, ring.room())
        : Gate.ofLasting(Math.max(deviceLimit, remoteLimit), lastingWork);
  }

  private long fileSystemType(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
      MemorySegment statfs = arena.allocate(Fcntl.STATFS_BYTES, 8);
      int result = kernel.fstatfs(errno, fd, statfs.address());
      return result < 0 ? 0 : statfs.get(JAVA_LONG, Fcntl.STATFS_TYPE);
    }
  }

  // ---- the end

  @Override
  public boolean isOpen() {
    return !slots.isClosed();
  }

  @Override
  public void close() {
    beginClose();
    awaitClosed(System.nanoTime() + CLOSE_TIMEOUT_NANOS);
  }

  /** Refuses new operations and cancels all that are open. */
  void beginClose() {
    slots.close();
    bufferSets.close();
    ring.beginClose();
  }

  /** Waits for the end of what has been begun, and says so if {@code deadlineNanos} comes first. */
  void awaitClosed(long deadlineNanos) {
    if (!ring.close(deadlineNanos - System.nanoTime())) {
      LOGGER
          .get()
          .log(
              Level.WARNING,
              "{0} operations are still in the kernel after {1} s; the ring''s memory is kept until"
                  + " they end",
              slots.inUse(),
              TimeUnit.NANOSECONDS.toSeconds(CLOSE_TIMEOUT_NANOS));
    }
    offload.close();
    wholeFiles.close();
  }

  // ---- what tests and people look at

  /** The slots, for tests and diagnosis. */
  public SlotTable slots() {
    return slots;
  }

  /** How often completions did not fit the completion queue. */
  public long overflows() {
    return ring.overflows();
  }

  @Override
  public String toString() {
    return "ring, kernel="
        + kernel.release()
        + ", entries="
        + ring.entries()
        + ", completionEntries="
        + ring.completionEntries()
        + ", flags="
        + ring.grantedFlags()
        + ", opcodes="
        + ring.opcodeCount()
        + ", gate="
        + deviceLimit
        + ", inline="
        + inline;
  }
}
