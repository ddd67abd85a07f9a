package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Writes a small file as a whole: open, write, fsync and close, one after the other by a thread of
 * the pool, while the caller parks once. Or by the caller, where {@link Placement} lets it wait.
 *
 * <p>Not by linked requests on a direct descriptor: the kernel lets go of the file when the thread
 * that submitted them gets to it, some time after the last completion. It would still be open for
 * writing when the caller goes on, and the end of its write-back would be the carrier's.
 */
final class WriteFile implements Offload.Steps<Integer> {
  private static final int NOT_HERE = NameCall.NOT_HERE;

  private final Context context;
  private final Kernel kernel;
  private final PathMemory memory;
  private final Staging.Buffer buffer;
  private final int flags;
  private final int mode;
  private final int length;
  private final Sync sync;
  private volatile boolean stopped;

  /** The last step that was, or was to be, taken. Read by the caller when the steps have ended. */
  private String step = "open";

  private WriteFile(
      Context context,
      PathMemory memory,
      Staging.Buffer buffer,
      OpenSpec spec,
      int length,
      Sync sync) {
    this.context = context;
    this.kernel = context.kernel;
    this.memory = memory;
    this.buffer = buffer;
    this.flags = OpenFlags.of(spec) | O_NONBLOCK;
    this.mode = spec.mode();
    this.length = length;
    this.sync = sync;
  }

  /** Writes the file, or answers false if that is to be done step by step. */
  static boolean write(Context context, Path path, OpenSpec spec, byte[] bytes, Sync sync)
      throws IOException {
    if (bytes.length > Staging.MAX_BYTES
        || spec.direct()
        || spec.deleteOnClose()
        || context.remoteMounts.of(path) != null) {
      return false;
    }
    StackReserve.ensure();
    context.slots.checkOpen();
    Staging.Buffer buffer = null;
    PathMemory memory = null;
    int counted = -1;
    try {
      buffer = context.staging.acquire(bytes.length);
      memory = PathMemory.acquire();
      memory.setPath(path);
      buffer.bytes.put(0, bytes);
      WriteFile steps = new WriteFile(context, memory, buffer, spec, bytes.length, sync);
      int result = steps.onCaller(path);
      counted = memory.callerWork.take();
      if (result == NOT_HERE) {
        result = context.wholeFiles.call(steps, path);
      }
      if (result == NOT_HERE) {
        return false;
      }
      steps.check(result, path, spec);
      return true;
    } finally {
      if (memory != null) {
        memory.close();
      }
      if (buffer != null) {
        context.staging.release(buffer);
      }
      if (counted >= 0) {
        Turns.count(counted); // last: it may wait
      }
    }
  }

  private void check(int result, Path path, OpenSpec spec) throws IOException {
    if (result >= 0) {
      return;
    }
    if (Errno.ECANCELED.is(result)) {
      throw Deadlines.ended(path + ": " + step);
    }
    if (step.equals("open")) {
      throw OpenFlags.failure(result, path, spec);
    }
    throw Errno.exception(result, path.toString(), step);
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public Integer call() throws IOException {
    // A file that may block is written by requests, which can be cancelled.
    if (isSpecial()) {
      return NOT_HERE;
    }
    int fd = kernel.openat(memory.scratch.errno, AT_FDCWD, memory.path(), flags, mode);
    if (fd < 0) {
      return Errno.EAGAIN.is(fd) || Errno.ENXIO.is(fd) ? NOT_HERE : fd;
    }
    return fillAndClose(fd);
  }

  // ---- on the caller

  /** The steps on the caller; {@link #NOT_HERE} if they are the pool's, and nothing is done yet. */
  private int onCaller(Path path) throws IOException {
    return Placement.mayWriteWholeOnCaller(context, length)
        ? NameCall.run(context, path, memory, sync != Sync.NONE, this::in)
        : NOT_HERE;
  }

  private int in(Kernel kernel, MemorySegment errno, int directory, long name) throws IOException {
    long device = memory.statDevice();
    int status =
        stat(directory, name, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_SIZE);
    if (status >= 0 ? !isSmallOn(device) : !Errno.ENOENT.is(status)) {
      return NOT_HERE;
    }
    int fd = kernel.openat(errno, directory, name, flags | O_NOFOLLOW, mode);
    return fd < 0 ? NOT_HERE : fillAndClose(fd); // the pool's open gives the error
  }

  /** To truncate a large file takes long, and so may an overlay's copy of one. */
  private boolean isSmallOn(long device) {
    return (memory.statMode() & S_IFMT) == S_IFREG
        && memory.statDevice() == device
        && memory.statSize() <= Placement.CALLER_SPACE_BYTES_MAX;
  }

  private int stat(int directory, long path, int flags, int mask) {
    return kernel.statx(memory.scratch.errno, directory, path, flags, mask, memory.statx());
  }

  // ---- the steps

  private int fillAndClose(int fd) throws IOException {
    int result;
    int closed = 0;
    try {
      result = fill(fd);
    } finally {
      closed = Descriptor.close(context, fd);
    }
    if (result >= 0 && closed < 0 && !Errno.EINTR.is(closed)) {
      step = "close";
      return closed;
    }
    return result;
  }

  private boolean isSpecial() {
    int result = stat(AT_FDCWD, memory.path(), 0, STATX_TYPE);
    return result >= 0
        ? (memory.statMode() & S_IFMT) != S_IFREG
        : Attempt.isDecidedByRing(result); // it is not known
  }

  private int fill(int fd) {
    step = "write of length=" + length;
    int done = 0;
    while (done < length) {
      if (stopped) {
        return Errno.ECANCELED.negated();
      }
      // The call of the JDK, which no profile of seccomp refuses.
      long n = kernel.pwrite(memory.scratch.errno, fd, buffer.address + done, length - done, done);
      if (n < 0 && !Errno.EINTR.is(n)) {
        return (int) n;
      }
      if (n == 0) {
        step += " wrote no byte";
        return Errno.EIO.negated();
      }
      done += (int) Math.max(n, 0);
    }
    if (sync == Sync.NONE) {
      return done;
    }
    step = "fsync";
    if (stopped) {
      return Errno.ECANCELED.negated();
    }
    return sync == Sync.DATA
        ? kernel.fdatasync(memory.scratch.errno, fd)
        : kernel.fsync(memory.scratch.errno, fd);
  }
}
