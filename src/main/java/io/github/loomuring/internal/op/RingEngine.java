package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.buffers.RegisteredBuffers;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.platform.Permissions;
import io.github.loomuring.internal.ring.KernelRing;
import io.github.loomuring.internal.ring.Ring;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.ThreadRing;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.watch.CarrierWatch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * The engine on a ring, which is an io_uring or stands in for one: the ring, its operations, and
 * what they share.
 *
 * <p>A few calls that the kernel has no opcode for, or that must have ended when they return, run
 * on a small pool of platform threads.
 */
public final class RingEngine implements Engine {
  private static final LazyLogger LOGGER = new LazyLogger(RingEngine.class);

  private static final int DIRECTORY_MODE = 0777;

  static final long CLOSE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Context context;
  private final Completer completer;

  /** The ring, if it is one of the kernel. */
  private final List<KernelRing> kernelRings;

  private final RegisteredBuffers registeredBuffers;

  private RingEngine(Kernel kernel, RingSettings settings, BufferSets bufferSets, boolean onThreads)
      throws UnavailableException {
    SlotTable slots = new SlotTable();
    this.completer = new Completer(slots);
    Ring ring =
        onThreads
            ? ThreadRing.open(kernel, settings, completer)
            : KernelRing.open(kernel, settings, completer);
    Context made = null;
    try {
      completer.attach(ring);
      int rings = onThreads ? 1 : settings.rings();
      int workers = onThreads ? 2 * ThreadRing.REMOTE_THREADS_MAX : settings.workers();
      int gate = settings.gate();
      int limit = onThreads ? Math.min(gate, ThreadRing.DEVICE_REQUESTS_MAX) : gate;
      Gates gates = new Gates(ring.room(), limit, rings, workers);
      Policy policy = new Policy(settings.inlineNonBlocking(), settings.inlineAdaptive());
      kernelRings = ring instanceof KernelRing kernelRing ? List.of(kernelRing) : List.of();
      registeredBuffers = new RegisteredBuffers(kernelRings);
      made = new Context(kernel, ring, slots, bufferSets, policy, gates, rings);
    } finally {
      if (made == null) {
        ring.close(CLOSE_TIMEOUT_NANOS);
      }
    }
    context = made;
    try {
      FirstUse.of(context);
      if (context.policy.adaptive) {
        CarrierWatch.isPossible(); // initialises it, which could fail for ever deep in a stack
      }
    } catch (Throwable t) {
      close();
      throw t;
    }
  }

  /** Opens a ring on the running kernel, or says why there is none. */
  public static RingEngine open(RingSettings settings) throws UnavailableException {
    return open(RunningKernel.get(), settings);
  }

  /** Opens a ring on {@code kernel}. */
  public static RingEngine open(Kernel kernel, RingSettings settings) throws UnavailableException {
    return open(kernel, settings, new BufferSets());
  }

  /** As {@link #open(Kernel, RingSettings)}; {@code bufferSets} are those of several rings. */
  static RingEngine open(Kernel kernel, RingSettings settings, BufferSets bufferSets)
      throws UnavailableException {
    return make(kernel, settings, bufferSets, false);
  }

  /**
   * Makes an engine for a running kernel that has, or allows, no io_uring: its ring is a {@link
   * ThreadRing}. Or says why the kernel's other calls cannot be made either.
   */
  public static RingEngine onThreads(RingSettings settings) throws UnavailableException {
    return onThreads(RunningKernel.get(), settings);
  }

  /** As {@link #onThreads(RingSettings)}, on {@code kernel}. */
  public static RingEngine onThreads(Kernel kernel, RingSettings settings)
      throws UnavailableException {
    return make(kernel, settings, new BufferSets(), true);
  }

  private static RingEngine make(
      Kernel kernel, RingSettings settings, BufferSets bufferSets, boolean onThreads)
      throws UnavailableException {
    try {
      return new RingEngine(kernel, settings, bufferSets, onThreads);
    } catch (IllegalCallerException e) {
      throw RunningKernel.noNativeAccess(e);
    } catch (OutOfMemoryError e) {
      throw UnavailableException.shortage(e);
    }
  }

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    Handle handle = Open.open(context, path, spec);
    try {
      return new RingFile(handle);
    } catch (Throwable t) {
      Descriptor.closeSoon(context, handle.fd);
      throw t;
    }
  }

  @Override
  public byte[] readAll(Path path) throws IOException {
    return Open.readAll(context, path);
  }

  @Override
  public void write(Path path, OpenSpec spec, byte[] bytes, Sync sync) throws IOException {
    if (!WriteFile.write(context, path, spec, bytes, sync)) {
      Engine.super.write(path, spec, bytes, sync);
    }
  }

  // ---- operations on paths; what has no opcode here is done by the JDK, on the pool

  @Override
  public FileStatus status(Path path, boolean followLinks) throws IOException {
    return PathStat.status(context, path, followLinks);
  }

  @Override
  public void delete(Path path) throws IOException {
    if (context.supports(IORING_OP_UNLINKAT)) {
      PathOperation.delete(context, path);
    } else {
      Engine.super.delete(path);
    }
  }

  @Override
  public void move(Path source, Path target, Set<CopyOption> options) throws IOException {
    if (!context.supports(IORING_OP_RENAMEAT) || !Move.move(context, source, target, options)) {
      Engine.super.move(source, target, options);
    }
  }

  @Override
  public void exchange(Path one, Path other) throws IOException {
    if (context.supports(IORING_OP_RENAMEAT)) {
      Move.exchange(context, one, other);
    } else {
      Engine.super.exchange(one, other);
    }
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    int mode = Permissions.mode(DIRECTORY_MODE, attributes);
    if (context.supports(IORING_OP_MKDIRAT)) {
      PathOperation.createDirectory(context, directory, mode);
    } else {
      Engine.super.createDirectory(directory, attributes);
    }
  }

  @Override
  public void createSymbolicLink(Path link, Path target) throws IOException {
    if (context.supports(IORING_OP_SYMLINKAT)) {
      PathOperation.createSymbolicLink(context, link, target);
    } else {
      Engine.super.createSymbolicLink(link, target);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    if (context.supports(IORING_OP_LINKAT)) {
      PathOperation.createLink(context, link, existing);
    } else {
      Engine.super.createLink(link, existing);
    }
  }

  @Override
  public <T> T call(Callable<T> work) throws IOException {
    context.slots.checkOpen();
    return context.pool.call(work);
  }

  @Override
  public <T> T callOrAbandon(Callable<T> work) throws IOException {
    context.slots.checkOpen();
    return context.pool.callOrAbandon(work, _ -> {});
  }

  @Override
  public BufferSet buffers(int count, int bytes) throws IOException {
    return buffers(count, bytes, registeredBuffers);
  }

  /** As {@link #buffers(int, int)}, known to the rings of {@code registered}. */
  BufferSet buffers(int count, int bytes, RegisteredBuffers registered) throws IOException {
    context.slots.checkOpen();
    return context.pool.callUninterruptibly(
        () -> context.bufferSets.make(count, bytes, registered));
  }

  @Override
  public void close(BufferSet buffers) {
    close(buffers, registeredBuffers);
  }

  void close(BufferSet buffers, RegisteredBuffers registered) {
    BufferSet.Registration registration = context.bufferSets.close(buffers);
    if (registration == null || !isOpen()) {
      return;
    }
    try {
      context.pool.callUninterruptibly(
          () -> {
            registered.unregister(registration);
            return null;
          });
    } catch (IOException e) {
      LOGGER.get().log(Level.DEBUG, "the ring was closed meanwhile, and took the buffers along", e);
    }
  }

  Ring ring() {
    return context.ring;
  }

  /** The ring, if it is one of the kernel; otherwise nothing. */
  List<KernelRing> kernelRings() {
    return kernelRings;
  }

  /** The context of the operations, for tests. */
  Context context() {
    return context;
  }

  // ---- the end

  @Override
  public boolean callsKernel() {
    return true;
  }

  @Override
  public boolean isOpen() {
    return !context.slots.isClosed();
  }

  @Override
  public void close() {
    beginClose();
    awaitClosed(System.nanoTime() + CLOSE_TIMEOUT_NANOS);
  }

  /** Refuses new operations and cancels all that are open. */
  void beginClose() {
    context.slots.close();
    context.bufferSets.close();
    context.ring.beginClose();
  }

  /** Waits for the end of what has been begun, and says so if {@code deadlineNanos} comes first. */
  void awaitClosed(long deadlineNanos) {
    if (!context.ring.close(deadlineNanos - System.nanoTime())) {
      LOGGER
          .get()
          .log(
              Level.WARNING,
              "{0} operations are still in the kernel after {1} s; the ring''s memory is kept until"
                  + " they end",
              context.slots.inUse(),
              TimeUnit.NANOSECONDS.toSeconds(CLOSE_TIMEOUT_NANOS));
    }
    context.pool.close();
    context.wholeFiles.close();
  }

  // ---- what tests and people look at

  /** Operations that are submitted, waiting at a gate, or completed and not yet given back. */
  public int inUse() {
    return context.slots.inUse();
  }

  /** CQEs that belonged to no operation, and were ignored. */
  public long strays() {
    return completer.strays();
  }

  /** Requests submitted again because the kernel gave them up unasked. */
  public long retries() {
    return completer.retries();
  }

  /** How often completions did not fit the completion queue. */
  public long overflows() {
    return context.ring.overflows();
  }

  @Override
  public String toString() {
    return context.ring.description(context.kernel.release())
        + ", gate="
        + context.gates.deviceLimit
        + ", inline="
        + context.policy;
  }
}
