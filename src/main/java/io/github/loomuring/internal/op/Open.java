package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.spi.WholeFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
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
   * worker that others wait for; the flag is taken off again before anybody sees the descriptor.
   * What blocking would have meant is then made up for:
   *
   *   write a FIFO that nobody reads   ENXIO. Opened again, blocking, in a worker.
   *   read a FIFO                      Succeeds at once, while the JDK waits for a writer. See
   *                                    awaitWriter.
   *   a file lease is being broken     EAGAIN. Opened again, blocking, in a worker.
   *
   * Blocking opens have a gate of their own: they may last for ever, and must leave room. They
   * are not left to the reaper, except on a remote file system: a cancel ends one, and one that was
   * left would be a reader or writer whom the other side meets in vain.
   */

  /** What the library has to know of an open file. Alignments in bytes; zero without O_DIRECT. */
  record Kind(
      boolean seekable,
      boolean fifo,
      boolean block,
      long lockKey,
      boolean readable,
      boolean writable,
      boolean append,
      boolean synchronous,
      int memoryAlignment,
      int offsetAlignment,
      boolean dirty) {}

  private static final int DEFAULT_ALIGNMENT = 4096;

  private final RingEngine engine;
  private final Path path;
  private final OpenSpec spec;
  private final int flags;
  private final PathMemory memory;
  private final Operation operation;

  /** The mount point of the remote file system the path is on, or null. */
  private final Path remote;

  /** The operation outlives this call: its slot and memory are the reaper's. */
  private boolean left;

  private boolean nonBlocking = true;

  private Open(
      RingEngine engine, Path path, OpenSpec spec, PathMemory memory, Operation operation) {
    this.engine = engine;
    this.path = path;
    this.spec = spec;
    this.flags = flags(spec);
    this.memory = memory;
    this.operation = operation;
    this.remote = engine.remoteMounts.of(path);
  }

  static RingFile open(RingEngine engine, Path path, OpenSpec spec) throws IOException {
    return run(engine, path, spec, open -> open.finish(open.descriptor()));
  }

  /** Opens a file for reading, reads all of it, and closes it. */
  static byte[] readAll(RingEngine engine, Path path) throws IOException {
    return run(engine, path, OpenSpec.READ, Open::readAll);
  }

  /** What is done with an open. */
  private interface Use<T> {
    T of(Open open) throws IOException;
  }

  private static <T> T run(RingEngine engine, Path path, OpenSpec spec, Use<T> use)
      throws IOException {
    if (Interrupts.pending()) {
      throw new InterruptedIOException(path + ": the thread was interrupted before the operation");
    }
    Deadlines.check(path);
    PathMemory memory = PathMemory.acquire();
    Operation operation = null;
    Open open = null;
    try {
      memory.setPath(path);
      operation = engine.slots.acquire();
      open = new Open(engine, path, spec, memory, operation);
      return use.of(open);
    } finally {
      if (operation == null) {
        memory.close();
      } else if (open == null || !open.left) {
        end(engine, operation, memory);
      }
    }
  }

  private static void end(RingEngine engine, Operation operation, PathMemory memory) {
    memory.release(operation);
    int bytes = operation.onCaller.take();
    operation.end();
    engine.slots.release(operation);
    if (bytes >= 0) {
      Turns.count(bytes); // last: it may wait
    }
  }

  @Override
  public void abandoned() {
    left = true;
  }

  @Override
  public void dispose(int result) {
    Descriptor.closeSoon(engine, result);
  }

  /** Makes a file of a descriptor that is not yet known to block. */
  private RingFile finish(int opened) throws IOException {
    int fd = opened;
    try {
      stat(fd);
      int type = memory.statMode() & S_IFMT;
      if (type == S_IFIFO && nonBlocking && (flags & (O_WRONLY | O_RDWR)) == 0) {
        int reading = fd;
        fd = -1; // awaitWriter closes it, or gives it back
        fd = awaitWriter(reading);
      }
      if (nonBlocking) {
        int result =
            engine.kernel.fcntl(operation.errno, fd, F_SETFL, flags & (O_APPEND | O_DIRECT));
        if (result < 0) {
          throw failure(result); // it would not wait for bytes of a FIFO
        }
      }
      if (spec.deleteOnClose()) {
        unlink();
      }
      Device device = engine.device(memory.statDevice(), fd);
      return new RingFile(engine, path, fd, device, kind(type));
    } catch (Throwable t) {
      Descriptor.closeSoon(engine, fd);
      throw t;
    }
  }

  private byte[] readAll() throws IOException {
    int fd;
    // Made first: what comes after the open must not fail for want of memory.
    try (ReadFile reader = new ReadFile(engine, operation, memory)) {
      fd = tryInline();
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
    RingFile file = finish(fd >= 0 ? fd : descriptor());
    try {
      return WholeFile.read(file, path, file.size());
    } finally {
      file.close();
    }
  }

  /** Opens; the descriptor, which is not yet known to block. */
  private int descriptor() throws IOException {
    int result = tryInline();
    if (Errno.EAGAIN.is(result)) {
      result = onRing(false);
    }
    boolean wouldBlock = Errno.EAGAIN.is(result);
    if (wouldBlock || (Errno.ENXIO.is(result) && (flags & O_WRONLY) != 0)) {
      nonBlocking = false;
      result = onRing(true);
    }
    if (result < 0) {
      throw failure(result);
    }
    return result;
  }

  /** The descriptor, or EAGAIN if the open may have to wait. */
  private int tryInline() {
    if (!engine.inlineOpens() || remote != null || (flags & (O_CREAT | O_TRUNC)) != 0) {
      return Errno.EAGAIN.negated();
    }
    int result =
        engine.kernel.openat2(
            operation.errno,
            AT_FDCWD,
            memory.path(),
            memory.how(flags | O_NONBLOCK, RESOLVE_CACHED),
            OPEN_HOW_BYTES);
    if (Errno.ENOSYS.is(result) || Errno.E2BIG.is(result)) {
      engine.noInlineOpens();
      return Errno.EAGAIN.negated();
    }
    if (Errno.EINVAL.is(result) || Attempt.isDecidedByRing(result)) {
      return Errno.EAGAIN.negated(); // the ring's open says what is wrong
    }
    if (!Errno.EAGAIN.is(result)) {
      operation.onCaller.done(0);
    }
    return result;
  }

  private int onRing(boolean blocking) throws IOException {
    setOpen(blocking);
    int result = operation.runOrAbandon(engine.slots, memory, abandonable(blocking));
    if (left) {
      throw gone();
    }
    return result;
  }

  /** Null if the caller must not leave the open to the reaper. */
  private Abandonable abandonable(boolean blocking) {
    return blocking && remote == null ? null : this;
  }

  private void setOpen(boolean blocking) {
    operation.set(
        IORING_OP_OPENAT,
        AT_FDCWD,
        memory.path(),
        spec.mode(),
        0,
        blocking ? flags : flags | O_NONBLOCK,
        blocking ? engine.blockingOpens : engine.pathGate(remote));
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
    Operation poll;
    try {
      poll = engine.slots.acquire();
    } catch (ClosedChannelException e) {
      Descriptor.closeQuietly(engine, fd);
      throw (IOException)
          new AsynchronousCloseException().initCause(e); // it was open when we began
    } catch (Throwable t) {
      Descriptor.closeQuietly(engine, fd);
      throw t;
    }
    int result = Errno.EINTR.negated();
    boolean hadWriter = false;
    try {
      poll.set(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLIN, engine.streamReads);
      poll.begin(engine.slots, null);
      try {
        setOpen(true);
        operation.setMemory(memory);
        operation.begin(engine.slots, null);
        if (operation.await(engine.slots.ring(), poll, abandonable(true))) {
          result = operation.result();
        }
      } finally {
        poll.addCause(Operation.CAUSE_SUPERSEDED);
        poll.await(engine.slots.ring(), null, null);
        hadWriter = poll.result() > 0;
      }
    } catch (Throwable t) {
      Descriptor.closeQuietly(engine, fd);
      Descriptor.closeSoon(engine, result); // if it has succeeded
      throw t;
    } finally {
      poll.end();
      engine.slots.release(poll);
    }
    if (hadWriter && result < 0 && !left && Errno.isCancelled(result)) {
      return fd;
    }
    // At once, so that nobody takes this for a reader any more. A FIFO is closed in no time.
    Descriptor.closeQuietly(engine, fd);
    if (result >= 0) {
      nonBlocking = false;
      return result;
    }
    if (left) {
      throw gone(); // whatever the poll says: slot and memory went with the other open
    }
    throw failure(result);
  }

  private void stat(int fd) throws IOException {
    int mask = STATX_TYPE | STATX_SIZE | (spec.direct() ? STATX_DIOALIGN : 0);
    int result =
        engine.kernel.statx(
            operation.errno,
            fd,
            memory.emptyPath(),
            AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
            mask,
            memory.statx());
    if (result < 0) {
      result = statOnRing(fd, mask);
    }
    if (result < 0) {
      throw failure(result);
    }
  }

  /** Where a profile of seccomp refuses statx(2), or it failed for another reason that may pass. */
  private int statOnRing(int fd, int mask) throws IOException {
    operation.set(
        IORING_OP_STATX,
        fd,
        memory.emptyPath(),
        mask,
        memory.statx(),
        AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
        engine.pathGate(remote));
    return operation.run(engine.slots, null);
  }

  /** As the JDK does it: the name goes at once, the file with its last descriptor. */
  private void unlink() throws IOException {
    operation.set(IORING_OP_UNLINKAT, AT_FDCWD, memory.path(), 0, 0, 0, engine.pathGate(remote));
    int result =
        engine.slots.ring().supports(IORING_OP_UNLINKAT)
            ? operation.run(engine.slots, null)
            : Errno.EINTR.negated();
    if (Errno.isCancelled(result)) {
      engine.offload.callUninterruptibly(
          () -> engine.kernel.unlinkat(operation.errno, AT_FDCWD, memory.path(), 0));
    }
    // Somebody else may have removed or replaced the name: that is no failure of this open.
  }

  private Kind kind(int type) {
    int memoryAlignment = 0;
    int offsetAlignment = 0;
    if (spec.direct()) {
      boolean known =
          (memory.statMask() & STATX_DIOALIGN) != 0 && memory.statOffsetAlignment() != 0;
      memoryAlignment = known ? memory.statMemoryAlignment() : DEFAULT_ALIGNMENT;
      offsetAlignment = known ? memory.statOffsetAlignment() : DEFAULT_ALIGNMENT;
    }
    return new Kind(
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
    if (causes != 0 && (Errno.isCancelled(result) || Errno.EAGAIN.is(result))) {
      if ((causes & Operation.CAUSE_RING_CLOSED) != 0) {
        return new AsynchronousCloseException();
      }
      return (causes & Operation.CAUSE_DEADLINE) != 0
          ? Deadlines.timeout(path + ": open")
          : interrupted();
    }
    return failure(result, path, spec);
  }

  /** The exception for an open that the kernel refused. */
  static IOException failure(int result, Path path, OpenSpec spec) {
    if (spec.createNew() && (Errno.EISDIR.is(result) || path.endsWith("."))) {
      return new FileAlreadyExistsException(path.toString());
    }
    if (Errno.ELOOP.is(result) && (flags(spec) & O_NOFOLLOW) != 0) {
      return new FileSystemException(
          path.toString(),
          null,
          Errno.describe(result) + " or the path is a symbolic link and NOFOLLOW_LINKS specified");
    }
    return Errno.exception(result, path.toString(), "open");
  }

  /** Why the operation was left: an interrupt, the deadline, or because the ring was closed. */
  private IOException gone() {
    if (Interrupts.pending()) {
      return interrupted();
    }
    return Deadlines.isOver()
        ? Deadlines.timeout(path + ": open")
        : new AsynchronousCloseException();
  }

  private InterruptedIOException interrupted() {
    return new InterruptedIOException(path + ": open was interrupted");
  }

  static int flags(OpenSpec spec) {
    int flags = O_CLOEXEC;
    flags |= spec.read() && spec.write() ? O_RDWR : spec.write() ? O_WRONLY : O_RDONLY;
    if (spec.createNew()) {
      flags |= O_CREAT | O_EXCL;
    } else if (spec.create()) {
      flags |= O_CREAT;
    }
    flags |= spec.truncateExisting() ? O_TRUNC : 0;
    flags |= spec.append() ? O_APPEND : 0;
    flags |= spec.dsync() ? O_DSYNC : 0;
    flags |= spec.sync() ? O_SYNC : 0;
    flags |= spec.direct() ? O_DIRECT : 0;
    flags |= spec.noFollowLinks() ? O_NOFOLLOW : 0;
    return flags;
  }
}
