package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;
import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.ring.RequestCalls;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.spi.WholeFile;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

/**
 * IORING_OP_OPENAT, after an attempt on the caller with {@code openat2(2)} and RESOLVE_CACHED,
 * which opens what is in the dentry and inode caches and never waits for a device.
 *
 * <p>One instance is one open. It owns its slot, its path memory and the descriptor until it has
 * given them to a file, or, if the caller was interrupted and left, to the reaper.
 */
final class Open implements Abandonable {
  /*
   * Every descriptor is opened with O_NONBLOCK, so that a FIFO blocks neither the caller nor a
   * worker that others wait for. A FIFO keeps the flag, see FileKind.fifo, and so does a character
   * device where the ring cannot cancel a transfer that blocks; other files lose it before anybody
   * sees the descriptor. The library makes up for the effect that blocking would have had:
   *
   *   write a FIFO without a reader    ENXIO. Opened again, blocking, in a worker.
   *   read a FIFO                      Succeeds at once, while the JDK waits for a writer. See
   *                                    awaitWriter.
   *   a file lease is being broken     EAGAIN. Opened again, blocking, in a worker.
   *
   * Blocking opens have a gate of their own: they may last for ever, and must leave room. They
   * are not left to the reaper, except on a remote file system. A cancel ends a blocking open of a
   * FIFO; one that was left would later open the FIFO for a caller that has gone. A ring that
   * cannot cancel opens does without: see FifoReader and FifoWriter.
   */
  private static final int DEFAULT_ALIGNMENT = 4096;

  private final Context context;
  private final Path path;
  private final OpenSpec spec;
  private final int flags;
  private final PathMemory memory;
  private final Operation operation;

  /** The mount point of the remote file system the path is on, or null. */
  private final Path remote;

  /** The operation outlives this call: its slot and memory are the reaper's. */
  private boolean abandoned;

  private boolean nonBlocking = true;

  private Open(Context context, Path path, OpenSpec spec, PathMemory memory, Operation operation) {
    this.context = context;
    this.path = path;
    this.spec = spec;
    this.flags = OpenFlags.of(spec);
    this.memory = memory;
    this.operation = operation;
    this.remote = context.remoteMounts.of(path);
  }

  /** Opens a file; what it has opened. */
  static Handle open(Context context, Path path, OpenSpec spec) throws IOException {
    return run(context, path, spec, open -> open.finish(open.descriptor()));
  }

  /** Opens a file for reading, reads all of it, and closes it. */
  static byte[] readAll(Context context, Path path) throws IOException {
    return run(context, path, OpenSpec.READ, Open::readAll);
  }

  /** The work of an open. */
  private interface Use<T> {
    T of(Open open) throws IOException;
  }

  private static <T> T run(Context context, Path path, OpenSpec spec, Use<T> use)
      throws IOException {
    Cancellation.check(path);
    PathMemory memory = PathMemory.acquire();
    Operation operation = null;
    Open open = null;
    try {
      memory.setPath(path);
      operation = context.slots.acquire();
      open = new Open(context, path, spec, memory, operation);
      return use.of(open);
    } finally {
      if (operation == null) {
        memory.close();
      } else if (open == null || !open.abandoned) {
        memory.release(operation);
        context.end(operation); // last: it may wait
      }
    }
  }

  @Override
  public void abandoned() {
    abandoned = true;
  }

  @Override
  public void dispose(int result) {
    Descriptor.closeSoon(context, result);
  }

  /** Makes a file of a descriptor that is not yet known to block. */
  private Handle finish(int opened) throws IOException {
    int fd = opened;
    try {
      stat(fd);
      int type = memory.statMode() & S_IFMT;
      if (type == S_IFIFO && nonBlocking && (flags & (O_WRONLY | O_RDWR)) == 0) {
        int reading = fd;
        fd = -1; // awaitWriter closes it, or gives it back
        fd = awaitWriter(reading);
      }
      boolean stays = type == S_IFIFO || (type == S_IFCHR && !context.ring.cancelsBlockingCalls());
      setNonBlocking(fd, stays);
      if (spec.deleteOnClose()) {
        unlink();
      }
      Device device = context.devices.of(memory.statDevice(), fd);
      return new Handle(context, path, fd, device, kind(type));
    } catch (Throwable t) {
      Descriptor.closeSoon(context, fd);
      throw t;
    }
  }

  /** Sets O_NONBLOCK, or removes it. */
  private void setNonBlocking(int fd, boolean wanted) throws IOException {
    if (nonBlocking == wanted) {
      return;
    }
    int status = (flags & (O_APPEND | O_DIRECT)) | (wanted ? O_NONBLOCK : 0);
    int result = context.kernel.fcntl(operation.errno, fd, F_SETFL, status);
    if (result < 0) {
      throw failure(result); // a transfer would fail with EAGAIN, or wait in a worker
    }
  }

  private byte[] readAll() throws IOException {
    int fd;
    // Made first: what comes after the open must not fail for want of memory.
    try (ReadFile reader = new ReadFile(context, operation, memory)) {
      fd = OpenOnCaller.cached(context, remote, flags, memory, operation);
      if (fd < 0 && !Errno.EAGAIN.is(fd)) {
        throw failure(fd);
      }
      reader.opened(fd);
      if (remote == null) {
        byte[] bytes = null;
        if (fd >= 0) {
          stat(fd);
          bytes = reader.cached();
        }
        if (bytes == null) {
          bytes = reader.whole(path);
        }
        if (bytes != null) {
          return bytes;
        }
      }
      fd = reader.take();
    }
    Handle handle = finish(fd >= 0 ? fd : descriptor());
    try {
      return WholeFile.read(
          (dst, offset) -> Read.read(handle, dst, offset), path, Stat.size(handle));
    } finally {
      if (Close.begin(handle)) {
        Close.descriptor(handle);
      }
    }
  }

  /** Opens; the descriptor, which is not yet known to block. */
  private int descriptor() throws IOException {
    int result = OpenOnCaller.cached(context, remote, flags, memory, operation);
    if (Errno.EAGAIN.is(result)) {
      result = OpenOnCaller.creating(context, path, spec, flags, memory, operation);
    }
    if (Errno.EAGAIN.is(result)) {
      result = onRing(false);
    }
    boolean lacksReader = Errno.ENXIO.is(result) && (flags & O_WRONLY) != 0;
    if (lacksReader && !context.ring.cancelsBlockingCalls() && isFifo()) {
      result = FifoReader.await(path, () -> onRing(false));
    } else if (lacksReader || Errno.EAGAIN.is(result)) {
      nonBlocking = false;
      result = onRing(true);
    }
    if (result < 0) {
      throw failure(result);
    }
    return result;
  }

  private boolean isFifo() throws IOException {
    long answer = memory.statx();
    Sqe.prepStatx(
        operation, AT_FDCWD, memory.path(), 0, STATX_TYPE, answer, context.gates.ofPaths(remote));
    // Not abandoned: dispose would take its result for a descriptor.
    int result = context.requests.run(operation, null);
    if (Causes.areOf(operation.causes(), result)) {
      throw failure(result);
    }
    return result >= 0 && (memory.statMode() & S_IFMT) == S_IFIFO;
  }

  private void checkNotAbandoned() throws IOException {
    if (abandoned) {
      throw Causes.exceptionOfAbandoned(path + ": open");
    }
  }

  private int onRing(boolean blocking) throws IOException {
    prepareOpen(blocking);
    int result = context.requests.runOrAbandon(operation, memory, abandonable(blocking));
    checkNotAbandoned();
    return result;
  }

  /** Null if the caller must not leave the open to the reaper. */
  private Abandonable abandonable(boolean blocking) {
    return blocking && remote == null && context.ring.cancelsBlockingCalls() ? null : this;
  }

  private void prepareOpen(boolean blocking) {
    Sqe.prepOpenat(
        operation,
        memory.path(),
        blocking ? flags : flags | O_NONBLOCK,
        spec.mode(),
        blocking ? context.gates.blockingOpens : context.gates.ofPaths(remote));
    // Never in io_uring_enter: although the name is cached, opening it may ask a FUSE daemon, and
    // that under the lock that every other entry into the ring needs.
    operation.setAsync();
  }

  /**
   * Waits until a FIFO that is open for reading as {@code fd} has had a writer, as an open that
   * blocks does.
   *
   * <p>A second, blocking open of it returns when there is a writer. One that came and went
   * meanwhile, let in by {@code fd}, would be missed by that; but it leaves bytes, or a hang-up,
   * which a poll of {@code fd} sees. Whichever comes first decides.
   *
   * @return the descriptor to use; {@code fd} or another, {@code fd} then being closed
   */
  private int awaitWriter(int fd) throws IOException {
    Operation poll = acquirePoll(fd);
    if (!context.ring.cancelsBlockingCalls()) {
      return new FifoWriter(context, path, fd, poll).await();
    }
    Requests requests = context.requests;
    int result = Errno.EINTR.negated();
    boolean hadWriter = false;
    try {
      Sqe.prepPollAdd(poll, fd, POLLIN, context.gates.streamReads);
      requests.begin(poll, null);
      try {
        prepareOpen(true);
        operation.setMemory(memory);
        requests.begin(operation, null);
        if (requests.await(operation, poll, abandonable(true))) {
          result = operation.result();
        }
      } finally {
        poll.state.addCause(Causes.SUPERSEDED);
        requests.await(poll);
        hadWriter = poll.result() > 0;
      }
    } catch (Throwable t) {
      Descriptor.closeQuietly(context, fd);
      Descriptor.closeSoon(context, result); // if it has succeeded
      throw t;
    } finally {
      poll.end();
      context.slots.release(poll);
    }
    if (hadWriter && result < 0 && !abandoned && Errno.isCancelled(result)) {
      return fd;
    }
    // At once, so that writers do not take this descriptor for a reader. A FIFO closes quickly.
    Descriptor.closeQuietly(context, fd);
    if (result >= 0) {
      nonBlocking = false;
      return result;
    }
    if (abandoned) {
      // Whatever the poll says: slot and memory went with the other open.
      throw Causes.exceptionOfAbandoned(path + ": open");
    }
    throw failure(result);
  }

  /** A slot for the poll of {@code fd}, which is closed if there is none. */
  private Operation acquirePoll(int fd) throws IOException {
    try {
      return context.slots.acquire();
    } catch (ClosedChannelException e) {
      Descriptor.closeQuietly(context, fd);
      throw (IOException)
          new AsynchronousCloseException().initCause(e); // it was open when the call began
    } catch (Throwable t) {
      Descriptor.closeQuietly(context, fd);
      throw t;
    }
  }

  private void stat(int fd) throws IOException {
    int mask = STATX_TYPE | STATX_SIZE | (spec.direct() ? STATX_DIOALIGN : 0);
    int statFlags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
    long name = memory.emptyPath();
    int result = context.kernel.statx(operation.errno, fd, name, statFlags, mask, memory.statx());
    if (result < 0) {
      // A profile of seccomp refuses statx(2), or it failed for another reason that may pass.
      Sqe.prepStatx(
          operation, fd, name, statFlags, mask, memory.statx(), context.gates.ofPaths(remote));
      result = context.requests.run(operation, null);
    }
    if (result < 0) {
      throw failure(result);
    }
  }

  /** As the JDK does it: the name goes at once, the file with its last descriptor. */
  private void unlink() throws IOException {
    Sqe.prepUnlinkat(operation, memory.path(), 0, context.gates.ofPaths(remote));
    int result =
        context.supports(operation.opcode())
            ? context.requests.run(operation, null)
            : Errno.ECANCELED.negated();
    if (Errno.isCancelled(result)) {
      context.pool.callUninterruptibly(
          () -> RequestCalls.carryOut(context.kernel, operation, operation.errno));
    }
    // Somebody else may have removed or replaced the name: that is no failure of this open.
  }

  private FileKind kind(int type) {
    int memoryAlignment = 0;
    int offsetAlignment = 0;
    if (spec.direct()) {
      boolean known =
          (memory.statMask() & STATX_DIOALIGN) != 0 && memory.statOffsetAlignment() != 0;
      memoryAlignment = known ? memory.statMemoryAlignment() : DEFAULT_ALIGNMENT;
      offsetAlignment = known ? memory.statOffsetAlignment() : DEFAULT_ALIGNMENT;
    }
    return new FileKind(
        type == S_IFREG || type == S_IFBLK || type == S_IFDIR,
        type == S_IFIFO,
        type == S_IFBLK,
        memory.lockKey(),
        spec.read(),
        spec.write(),
        spec.append(),
        spec.sync() || spec.dsync(),
        memoryAlignment,
        offsetAlignment,
        spec.deleteOnClose() || (flags & O_TRUNC) != 0);
  }

  private IOException failure(int result) {
    int causes = operation.causes();
    return Causes.areOf(causes, result)
        ? Causes.exception(causes, path + ": open")
        : OpenFlags.failure(result, path, spec);
  }
}
