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
import java.nio.file.Path;

/**
 * Writes a small file as a whole: open, write, fsync and close, one after the other by a thread of
 * the pool, while the caller parks once. Or by the caller, if the ring's policy allows plain writes
 * there, these are quick, and no other file is being written: several wait at once in the pool
 * only.
 *
 * <p>Not by linked requests on a direct descriptor: the kernel lets go of the file when the thread
 * that submitted them gets to it, some time after the last completion. It would still be open for
 * writing when the caller goes on, and the end of its write-back would be the carrier's.
 */
final class WriteFile implements Offload.Steps<Integer> {
  private static final int NOT_HERE = Integer.MIN_VALUE;

  private final Context context;
  private final Kernel kernel;
  private final PathMemory memory;
  private final Staging.Buffer buffer;
  private final int flags;
  private final int mode;
  private final int length;
  private final Sync sync;
  private volatile boolean stopped;

  /** The work of the caller, as {@link CallerWork} counts it; -1 if it has done none. */
  private int countedBytes = -1;

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
    boolean alone = context.wholeFileWrites.incrementAndGet() == 1;
    try {
      buffer = context.staging.acquire(bytes.length);
      memory = PathMemory.acquire();
      memory.setPath(path);
      buffer.bytes.put(0, bytes);
      WriteFile steps = new WriteFile(context, memory, buffer, spec, bytes.length, sync);
      int result = steps.mayRunOnCaller(alone) ? steps.onCaller() : NOT_HERE;
      counted = steps.countedBytes;
      if (result == NOT_HERE) {
        result = context.wholeFiles.call(steps, path);
      }
      if (result == NOT_HERE) {
        return false;
      }
      steps.check(result, path, spec);
      return true;
    } finally {
      context.wholeFileWrites.decrementAndGet();
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

  private boolean mayRunOnCaller(boolean alone) {
    return Placement.mayWriteWholeOnCaller(context, alone, sync != Sync.NONE, flags, length);
  }

  /**
   * The steps on the caller; {@link #NOT_HERE} if they are the pool's, and nothing is done yet.
   *
   * <p>In a directory that is open, because only then its device is known, and nothing on the way
   * to the file can ask a remote file system, behind a symbolic link for example.
   */
  private int onCaller() throws IOException {
    long name = memory.splitName();
    if (name == 0) {
      return NOT_HERE;
    }
    try {
      long how = memory.how(O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_CACHED);
      int directory =
          kernel.openat2(memory.scratch.errno, AT_FDCWD, memory.path(), how, OPEN_HOW_BYTES);
      if (directory < 0) {
        return NOT_HERE;
      }
      try {
        return onCaller(directory, name);
      } finally {
        // A descriptor of O_PATH: its close drops no lock, and does not wait.
        kernel.close(memory.scratch.errno, directory);
      }
    } finally {
      memory.joinName();
    }
  }

  private int onCaller(int directory, long name) throws IOException {
    int status = stat(directory, memory.emptyPath(), AT_EMPTY_PATH, STATX_TYPE);
    if (status < 0) {
      return NOT_HERE;
    }
    long number = memory.statDevice();
    Device device = context.devices.of(number, directory);
    long begun = System.nanoTime();
    if (!Placement.mayWriteWholeOnCaller(device, begun)) {
      return NOT_HERE;
    }
    status = stat(directory, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_SIZE);
    if (status >= 0 ? !isSmallOn(number) : !Errno.ENOENT.is(status)) {
      return NOT_HERE;
    }
    int fd = kernel.openat(memory.scratch.errno, directory, name, flags | O_NOFOLLOW, mode);
    if (fd < 0) {
      return NOT_HERE; // the pool's open gives the error
    }
    int result = fillAndClose(fd);
    long ended = System.nanoTime();
    if (ended - begun > Attempt.SLOW_NANOS) {
      device.writeWasSlow(ended - begun, ended);
    }
    countedBytes = CallerWork.bytesOf(ended - begun);
    return result;
  }

  /** To truncate a large file takes long, and so may an overlay's copy of one. */
  private boolean isSmallOn(long device) {
    return (memory.statMode() & S_IFMT) == S_IFREG
        && memory.statDevice() == device
        && memory.statSize() <= Placement.CALLER_WRITE_BYTES_MAX;
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
