package io.github.loomuring.internal.op;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * An open descriptor of the ring engine.
 *
 * <p>Every operation holds a reference while it runs. {@link #close} refuses new ones, cancels
 * those that run, and closes the descriptor when the last has let go, so a descriptor's number is
 * never used for another file while an operation still means this one.
 */
final class RingFile implements EngineFile {
  private static final int CLOSED = 1 << 31;
  private static final VarHandle REFERENCES;
  private static final VarHandle FORCE;
  private static final VarHandle PLAIN;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      REFERENCES = lookup.findVarHandle(RingFile.class, "references", int.class);
      FORCE = lookup.findVarHandle(RingFile.class, "force", Force.class);
      PLAIN = lookup.findVarHandle(RingFile.class, "plain", PlainChannel.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final RingEngine engine;
  final Path path;
  final int fd;
  final Device device;

  /** False for FIFOs, sockets and character devices: offsets are ignored there. */
  final boolean seekable;

  final boolean fifo;
  final boolean block;
  final boolean readable;
  final boolean writable;
  final boolean append;

  /** Whether a write goes to the disk before it returns. */
  final boolean synchronous;

  /** What O_DIRECT transfers have to be aligned to, in bytes; zero without O_DIRECT. */
  final int memoryAlignment;

  final int offsetAlignment;
  final Gate readGate;
  final Gate writeGate;

  private final long lockKey;

  /** The last read did not find its bytes in the page cache. */
  volatile boolean missedCache;

  /** The file system takes no transfers from io_uring: see {@link OnPool}. */
  volatile boolean transfersOnPool;

  /** Something was written or cut: closing may have to wait for the file system. */
  private volatile boolean dirty;

  private volatile int references; // CLOSED is the sign bit
  private volatile Thread closer;

  // Made when they are needed: most files are never forced, mapped or locked.
  private volatile Force force;
  private volatile PlainChannel plain;

  RingFile(RingEngine engine, Path path, int fd, Device device, Open.Kind kind) {
    this.engine = engine;
    this.path = path;
    this.fd = fd;
    this.device = device;
    this.seekable = kind.seekable();
    this.fifo = kind.fifo();
    this.block = kind.block();
    this.lockKey = kind.lockKey();
    this.readable = kind.readable();
    this.writable = kind.writable();
    this.append = kind.append();
    this.synchronous = kind.synchronous();
    this.memoryAlignment = kind.memoryAlignment();
    this.offsetAlignment = kind.offsetAlignment();
    this.dirty = kind.dirty();
    // One request at a time and direction: so bytes go in the order of the calls.
    this.readGate = seekable ? device.gate : new Gate(1, engine.streamReads);
    this.writeGate = seekable ? device.gate : new Gate(1, engine.streamWrites);
  }

  Kernel kernel() {
    return engine.kernel;
  }

  @Override
  public int read(ByteBuffer dst, long offset) throws IOException {
    return Read.read(this, dst, offset);
  }

  @Override
  public long read(MemorySegment dst, long offset) throws IOException {
    return Read.read(this, dst, offset);
  }

  @Override
  public int write(ByteBuffer src, long offset) throws IOException {
    return Write.write(this, src, block && offset == APPEND ? Seek.end(this) : offset);
  }

  @Override
  public long write(MemorySegment src, long offset) throws IOException {
    return Write.write(this, src, offset);
  }

  @Override
  public long read(ByteBuffer[] dsts, long offset) throws IOException {
    return Vectored.read(this, dsts, offset);
  }

  @Override
  public long write(ByteBuffer[] srcs, long offset) throws IOException {
    return Vectored.write(this, srcs, offset);
  }

  @Override
  public void readRanges(List<RangeTransfer> ranges) throws IOException {
    Ranges.read(this, ranges);
  }

  @Override
  public void writeRanges(List<RangeTransfer> ranges) throws IOException {
    Ranges.write(this, ranges);
  }

  @Override
  public void force(boolean metaData) throws IOException {
    Force shared = force;
    if (shared == null) {
      Force made = new Force(this);
      shared = FORCE.compareAndSet(this, null, made) ? made : force;
    }
    shared.force(metaData);
  }

  @Override
  public long size() throws IOException {
    return Stat.size(this);
  }

  @Override
  public boolean isRegular() {
    return seekable && !block;
  }

  @Override
  public long seek(long position) throws IOException {
    return Seek.to(this, position);
  }

  @Override
  public FileStatus status() throws IOException {
    return Stat.status(this);
  }

  @Override
  public void truncate(long size) throws IOException {
    Truncate.truncate(this, size);
  }

  @Override
  public void change(Space change, long offset, long length) throws IOException {
    Fallocate.change(this, change, offset, length);
  }

  @Override
  public void advise(long offset, long length, Advice advice) throws IOException {
    Advise.advise(this, offset, length, advice);
  }

  @Override
  public void forceRange(long offset, long length) throws IOException {
    SyncRange.force(this, offset, length);
  }

  @Override
  public void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException {
    SetAttributes.times(this, lastModified, lastAccess);
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    SetAttributes.permissions(this, permissions);
  }

  @Override
  public long copyInKernel(long offset, long count, EngineFile target, long targetOffset)
      throws IOException {
    return target instanceof RingFile other
        ? CopyRange.copy(this, offset, count, other, targetOffset)
        : 0;
  }

  @Override
  public <T> T withPlainChannel(PlainUse use, PlainWork<T> work) throws IOException {
    StackReserve.ensure();
    retain();
    try {
      PlainChannel shared = plain;
      if (shared == null) {
        PlainChannel made = new PlainChannel(this);
        shared = PLAIN.compareAndSet(this, null, made) ? made : plain;
      }
      return shared.run(use, work);
    } finally {
      release();
    }
  }

  @Override
  public <T> T withDescriptorPath(PathWork<T> work) throws IOException {
    StackReserve.ensure();
    retain();
    try {
      return work.run(descriptorPath());
    } finally {
      release();
    }
  }

  /** Leads here as long as the caller has a reference to the file. */
  Path descriptorPath() {
    return PlatformPaths.fileSystem().getPath("/proc/self/fd/" + fd);
  }

  @Override
  public long lockKey() {
    return lockKey;
  }

  /** Whether a read or write may complete within the time that waking a thread takes. */
  boolean isQuick() {
    return seekable && device.local && !synchronous;
  }

  // ---- references

  /** Starts an operation on the file. {@link #end} must follow. */
  Operation start() throws IOException {
    StackReserve.ensure();
    retain();
    try {
      if (Interrupts.pending()) {
        throw new InterruptedIOException(
            path + ": the thread was interrupted before the operation");
      }
      Deadlines.check(path);
      return engine.slots.acquire();
    } catch (Throwable t) {
      release();
      throw t;
    }
  }

  void end(Operation operation) {
    int bytes = operation.onCaller.take();
    operation.end();
    engine.slots.release(operation);
    release();
    if (bytes >= 0) {
      Turns.count(bytes); // last: it may wait
    }
  }

  /**
   * Ends an operation.
   *
   * @param memory what the kernel used; kept for ever if the ring failed meanwhile
   */
  void end(Operation operation, Object memory) {
    try {
      if (!operation.isReusable()) {
        operation.keep(memory);
      }
      end(operation);
    } finally {
      Reference.reachabilityFence(memory); // the kernel used it until now
    }
  }

  void retain() throws ClosedChannelException {
    if ((int) REFERENCES.getAndAdd(this, 1) < 0) {
      release();
      throw new ClosedChannelException();
    }
  }

  void release() {
    // The count is in the lower bits, so only an exact CLOSED means closed and unused.
    if ((int) REFERENCES.getAndAdd(this, -1) - 1 == CLOSED) {
      LockSupport.unpark(closer);
    }
  }

  void markDirty() {
    if (!dirty) { // written only when it changes: all writers share its cache line
      dirty = true;
    }
  }

  void checkNotClosing() throws AsynchronousCloseException {
    if (references < 0) {
      throw new AsynchronousCloseException();
    }
  }

  @Override
  public boolean isOpen() {
    return references >= 0 && engine.isOpen();
  }

  // ---- closing

  @Override
  public synchronized void close()
      throws IOException { // who comes second returns when it is closed
    StackReserve.ensure();
    if (references < 0) {
      return;
    }
    // From here on nothing may end the close before the descriptor is closed.
    closer = Thread.currentThread();
    REFERENCES.getAndBitwiseOr(this, CLOSED);
    if (references != CLOSED) {
      engine.slots.cancelAll(this, Operation.CAUSE_FILE_CLOSED);
      awaitUnused();
    }
    closer = null;
    try {
      PlainChannel used = plain; // nobody makes one any more: that takes a reference
      if (used != null) {
        used.end();
      }
    } finally {
      Descriptor.close(engine, fd, lockKey, device.local && !dirty, path);
    }
  }

  private void awaitUnused() {
    boolean interrupted = false;
    while (references != CLOSED) {
      interrupted |= Thread.interrupted();
      Pauses.park(this);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- errors

  /** The exception for a negative result of {@code operation} on this file. */
  IOException failure(long result, Operation operation, String what, long offset, long length) {
    int causes = operation.causes();
    // EAGAIN: it was not tried again, because it was to be cancelled.
    if (causes != 0 && (Errno.isCancelled((int) result) || Errno.EAGAIN.is(result))) {
      if ((causes & Operation.CAUSE_FILE_CLOSED) != 0) {
        return new AsynchronousCloseException();
      }
      if ((causes & Operation.CAUSE_RING_CLOSED) != 0) {
        return new AsynchronousCloseException();
      }
      return (causes & Operation.CAUSE_DEADLINE) != 0
          ? Deadlines.timeout(path + ": " + what)
          : interrupted(what);
    }
    String arguments =
        length < 0
            ? what
            : what
                + (offset == APPEND ? " at the end" : " at offset=" + offset)
                + " of length="
                + length;
    return Errno.exception(result, path.toString(), arguments);
  }

  /** Why an operation that was abandoned was to be cancelled. */
  IOException gone(String what) {
    if (Interrupts.pending()) {
      return interrupted(what);
    }
    return Deadlines.isOver()
        ? Deadlines.timeout(path + ": " + what)
        : new AsynchronousCloseException();
  }

  private InterruptedIOException interrupted(String what) {
    return new InterruptedIOException(path + ": " + what + " was interrupted");
  }

  /** Throws if an O_DIRECT transfer is not aligned as the file system needs it. */
  void checkAligned(long address, long length, long offset) throws IOException {
    if (memoryAlignment == 0) {
      return;
    }
    if (offset != APPEND) {
      checkMultiple("offset", offset, offsetAlignment);
    }
    checkMultiple("length", length, offsetAlignment);
    checkMultiple("address of the buffer", address, memoryAlignment);
  }

  private void checkMultiple(String name, long value, int alignment) throws IOException {
    if ((value & (alignment - 1)) != 0) {
      throw new FileSystemException(
          path.toString(),
          null,
          name
              + "="
              + value
              + " is not a multiple of "
              + alignment
              + " bytes, which a file opened with DIRECT needs here");
    }
  }

  @Override
  public String toString() {
    return "RingFile[path=" + path + ", fd=" + fd + "]";
  }
}
