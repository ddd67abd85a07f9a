package io.github.loomuring.internal.op;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * An open descriptor, as operations see it: what kind of file it is of, its references, its gates,
 * and what has been learned of it. Any thread may use it; {@link Close} ends it.
 */
final class Handle implements Subject {
  final Context context;
  final Path path;
  final int fd;
  final Device device;
  final FileKind kind;
  final FileReferences references = new FileReferences();
  final Gate readGate;
  final Gate writeGate;

  /** The last read did not find its bytes in the page cache. */
  volatile boolean missedCache;

  /** The file system takes no transfers from io_uring: see {@link PoolTransfer}. */
  volatile boolean transfersOnPool;

  /** Something was written or cut: closing may have to wait for the file system. */
  private volatile boolean dirty;

  Handle(Context context, Path path, int fd, Device device, FileKind kind) {
    assert fd >= 0 : "fd=" + fd;
    this.context = context;
    this.path = path;
    this.fd = fd;
    this.device = device;
    this.kind = kind;
    this.dirty = kind.dirty();
    // One request at a time and direction: so bytes go in the order of the calls.
    this.readGate = kind.seekable() ? device.gate : new Gate(1, context.gates.streamReads);
    this.writeGate = kind.seekable() ? device.gate : new Gate(1, context.gates.streamWrites);
  }

  Kernel kernel() {
    return context.kernel;
  }

  // ---- operations

  /** Starts an operation: with a reference to the file, and a slot. {@link #end} must follow. */
  Operation start() throws IOException {
    StackReserve.ensure();
    references.retain();
    try {
      Cancellation.check(path);
      return context.slots.acquire();
    } catch (Throwable t) {
      references.release();
      throw t;
    }
  }

  /** Ends an operation. Called last: it may wait for the thread's turn. */
  void end(Operation operation) {
    context.end(operation, references);
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

  @Override
  public void checkStillOpen() throws AsynchronousCloseException {
    references.checkOpen();
  }

  /** Runs the prepared request of {@code operation}: its result, or a negated errno. */
  int run(Operation operation) throws IOException {
    return context.requests.run(operation, this);
  }

  /** Something is about to be written or cut. */
  void markDirty() {
    if (!dirty) { // written only when it changes: all writers share its cache line
      dirty = true;
    }
  }

  boolean isDirty() {
    return dirty;
  }

  /** Leads here as long as the caller has a reference to the file. */
  Path descriptorPath() {
    return PlatformPaths.fileSystem().getPath("/proc/self/fd/" + fd);
  }

  // ---- errors

  /**
   * The exception for a negative result.
   *
   * @param what the operation
   */
  IOException failure(long result, Operation operation, String what) {
    int causes = operation.causes();
    return Causes.areOf(causes, result)
        ? Causes.exception(causes, path + ": " + what)
        : Errno.exception(result, path.toString(), what);
  }

  /** As {@link #failure(long, Operation, String)}, of an operation on a range. */
  IOException failure(long result, Operation operation, String what, long offset, long length) {
    if (Causes.areOf(operation.causes(), result)) {
      return failure(result, operation, what);
    }
    String where = offset == EngineFile.APPEND ? " at the end" : " at offset=" + offset;
    return failure(result, operation, what + where + " of length=" + length);
  }

  /** Throws if an O_DIRECT transfer is not aligned as the file system needs it. */
  void checkAligned(long address, long length, long offset) throws IOException {
    if (kind.memoryAlignment() == 0) {
      return;
    }
    if (offset != EngineFile.APPEND) {
      checkMultiple("offset", offset, kind.offsetAlignment());
    }
    checkMultiple("length", length, kind.offsetAlignment());
    checkMultiple("address of the buffer", address, kind.memoryAlignment());
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
    return "Handle[path=" + path + ", fd=" + fd + "]";
  }
}
