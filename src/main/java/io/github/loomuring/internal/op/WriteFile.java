package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
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

  private final RingEngine engine;
  private final Kernel kernel;
  private final Operation scratch;
  private final PathMemory memory;
  private final Staging.Buffer buffer;
  private final int flags;
  private final int mode;
  private final int length;
  private final Sync sync;
  private volatile boolean stopped;

  /** What was, or was to be, done last. Read by the caller when the steps have ended. */
  private String step = "open";

  private WriteFile(
      RingEngine engine,
      Operation scratch,
      PathMemory memory,
      Staging.Buffer buffer,
      OpenSpec spec,
      int length,
      Sync sync) {
    this.engine = engine;
    this.kernel = engine.kernel;
    this.scratch = scratch;
    this.memory = memory;
    this.buffer = buffer;
    this.flags = Open.flags(spec) | O_NONBLOCK;
    this.mode = spec.mode();
    this.length = length;
    this.sync = sync;
  }

  /** Writes the file, or answers false if that is to be done step by step. */
  static boolean write(RingEngine engine, Path path, OpenSpec spec, byte[] bytes, Sync sync)
      throws IOException {
    if (bytes.length > Staging.MAX_BYTES
        || spec.direct()
        || spec.deleteOnClose()
        || engine.remoteMounts.of(path) != null) {
      return false;
    }
    StackReserve.ensure();
    Operation scratch = engine.slots.acquire();
    Staging.Buffer buffer = null;
    PathMemory memory = null;
    boolean alone = engine.wholeFileWrites.incrementAndGet() == 1;
    try {
      buffer = engine.staging.acquire(bytes.length);
      memory = PathMemory.acquire();
      memory.setPath(path);
      buffer.bytes.put(0, bytes);
      WriteFile steps = new WriteFile(engine, scratch, memory, buffer, spec, bytes.length, sync);
      int result = alone && steps.mayTryInline() ? steps.inline() : NOT_HERE;
      if (result == NOT_HERE) {
        result = engine.wholeFiles.call(steps, path);
      }
      if (result == NOT_HERE) {
        return false;
      }
      steps.check(result, path, spec);
      return true;
    } finally {
      engine.wholeFileWrites.decrementAndGet();
      if (memory != null) {
        memory.close();
      }
      if (buffer != null) {
        engine.staging.release(buffer);
      }
      int done = scratch.onCaller.take();
      engine.slots.release(scratch);
      if (done >= 0) {
        Turns.count(done); // last: it may wait
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
      throw Open.failure(result, path, spec);
    }
    throw Errno.exception(result, path.toString(), step);
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public Integer call() throws IOException {
    // What blocks, or takes bytes as it likes, is for requests that can be cancelled.
    if (isSpecial()) {
      return NOT_HERE;
    }
    int fd = kernel.openat(scratch.errno, AT_FDCWD, memory.path(), flags, mode);
    if (fd < 0) {
      return Errno.EAGAIN.is(fd) || Errno.ENXIO.is(fd) ? NOT_HERE : fd;
    }
    return fillAndClose(fd);
  }

  // ---- on the caller

  private boolean mayTryInline() {
    return engine.adaptiveWrites
        && sync == Sync.NONE
        && (flags & O_DSYNC) == 0
        && length <= Write.INLINE_BYTES_MAX
        && !Interrupts.pending()
        && !Deadlines.isOver();
  }

  /**
   * The steps on the caller; {@link #NOT_HERE} if they are the pool's, and nothing is done yet.
   *
   * <p>In a directory that is open, because only then its device is known, and nothing on the way
   * to the file can ask a remote file system, behind a symbolic link for example.
   */
  private int inline() throws IOException {
    long name = memory.splitName();
    if (name == 0) {
      return NOT_HERE;
    }
    try {
      long how = memory.how(O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_CACHED);
      int directory = kernel.openat2(scratch.errno, AT_FDCWD, memory.path(), how, OPEN_HOW_BYTES);
      if (directory < 0) {
        return NOT_HERE;
      }
      try {
        return inline(directory, name);
      } finally {
        // Of O_PATH: it drops no lock, and waits for nothing.
        kernel.close(scratch.errno, directory);
      }
    } finally {
      memory.joinName();
    }
  }

  private int inline(int directory, long name) throws IOException {
    int status = stat(directory, memory.emptyPath(), AT_EMPTY_PATH, STATX_TYPE);
    if (status < 0) {
      return NOT_HERE;
    }
    long number = memory.statDevice();
    Device device = engine.device(number, directory);
    long begun = System.nanoTime();
    if (!device.local || !device.inlineWrites(begun)) {
      return NOT_HERE;
    }
    status = stat(directory, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_SIZE);
    if (status >= 0 ? !isSmallOn(number) : !Errno.ENOENT.is(status)) {
      return NOT_HERE;
    }
    int fd = kernel.openat(scratch.errno, directory, name, flags | O_NOFOLLOW, mode);
    if (fd < 0) {
      return NOT_HERE; // the pool's open says what is wrong
    }
    int result = fillAndClose(fd);
    long ended = System.nanoTime();
    if (ended - begun > Write.SLOW_NANOS) {
      device.inlineWriteWasSlow(ended - begun, ended);
    }
    scratch.onCaller.took(ended - begun);
    return result;
  }

  /** To truncate a large file takes long, and so may an overlay's copy of one. */
  private boolean isSmallOn(long device) {
    return (memory.statMode() & S_IFMT) == S_IFREG
        && memory.statDevice() == device
        && memory.statSize() <= Write.INLINE_BYTES_MAX;
  }

  private int stat(int directory, long path, int flags, int mask) {
    return kernel.statx(scratch.errno, directory, path, flags, mask, memory.statx());
  }

  // ---- the steps

  private int fillAndClose(int fd) throws IOException {
    int result;
    int closed = 0;
    try {
      result = fill(fd);
    } finally {
      closed = Descriptor.close(engine, fd);
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
      long n = kernel.pwrite(scratch.errno, fd, buffer.address + done, length - done, done);
      if (n < 0 && !Errno.EINTR.is(n)) {
        return (int) n;
      }
      if (n == 0) {
        step += " moved no byte";
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
        ? kernel.fdatasync(scratch.errno, fd)
        : kernel.fsync(scratch.errno, fd);
  }
}
