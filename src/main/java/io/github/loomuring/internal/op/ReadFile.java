package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Reads a small regular file as a whole, on the caller if it is in the page cache, and otherwise by
 * a thread of the pool, which opens it too if it is not open yet, while the caller parks once.
 *
 * <p>A file that is larger, special, or of unknown size is only opened.
 */
final class ReadFile implements Offload.Steps<Integer>, AutoCloseable {
  private static final int NOT_HERE = Integer.MIN_VALUE;
  private static final int FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  private static final String OPEN = "open";
  private static final String READ = "read";

  private final Context context;
  private final Kernel kernel;
  private final Operation operation;
  private final PathMemory memory;
  private volatile boolean stopped;

  /** Negative while there is none. Used by the pool until its call has ended. */
  private int fd = -1;

  private String step = OPEN;

  private Staging.Buffer buffer;

  /** A reader of the file whose path is in {@code memory}. */
  ReadFile(Context context, Operation operation, PathMemory memory) {
    this.context = context;
    this.kernel = context.kernel;
    this.operation = operation;
    this.memory = memory;
  }

  /**
   * Hands over a descriptor of the file.
   *
   * @param fd if it is open; negative otherwise
   */
  void opened(int fd) {
    this.fd = fd;
  }

  /** The bytes from the page cache; null if some are missing there. The memory has the statx. */
  byte[] cached() throws IOException {
    if (!isSmall()) {
      return null;
    }
    Device device = context.devices.of(memory.statDevice(), fd);
    if (!Placement.mayReadWholeOnCaller(context, device)) {
      return null;
    }
    int n = read(RWF_NOWAIT);
    if (n != memory.statSize()) {
      if (n < 0 && Attempt.meaning(n) == Attempt.Meaning.REFUSED) {
        device.readRefused(kernel, operation.errno, n);
      }
      return null;
    }
    operation.callerWork.done(n);
    return bytes(n);
  }

  /** The bytes; null if the caller has to read them by the descriptor of {@link #take}. */
  byte[] whole(Path path) throws IOException {
    int result = context.wholeFiles.call(this, path);
    if (result == NOT_HERE) {
      return null;
    }
    if (Errno.ECANCELED.is(result)) {
      throw Deadlines.ended(path + ": " + step);
    }
    if (result < 0) {
      throw step == OPEN
          ? OpenFlags.failure(result, path, OpenSpec.READ)
          : Errno.exception(result, path.toString(), step);
    }
    return bytes(result);
  }

  /** The descriptor, which is the caller's from now on; negative if there is none. */
  int take() {
    int taken = fd;
    fd = -1;
    return taken;
  }

  @Override
  public void close() {
    if (fd >= 0) {
      close(take());
    }
    if (buffer != null) {
      context.staging.release(buffer);
    }
  }

  /** Nothing was written: it cannot fail, nor wait. */
  private void close(int fd) {
    if (buffer == null) {
      Descriptor.closeQuietly(context, fd);
      return;
    }
    try {
      Descriptor.close(context, fd, memory.lockKey()); // it was only read: the close does not wait
    } catch (IOException e) {
      Descriptor.closeQuietly(context, fd); // which logs the error
    }
  }

  // ---- what the pool does

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public Integer call() {
    if (fd < 0) {
      // A file that may block is read by requests, which can be cancelled.
      int status = stat(AT_FDCWD, memory.path(), 0);
      if (status >= 0 ? !isRegular() : Attempt.isDecidedByRing(status)) {
        return NOT_HERE;
      }
      fd = kernel.openat(operation.errno, AT_FDCWD, memory.path(), FLAGS, 0);
      if (fd < 0) {
        return Errno.EAGAIN.is(fd) ? NOT_HERE : fd;
      }
      if (stat(fd, memory.emptyPath(), AT_EMPTY_PATH) < 0) {
        return NOT_HERE; // the ring's statx gives the error
      }
    }
    step = READ;
    if (!isSmall()) {
      return NOT_HERE;
    }
    return stopped ? Errno.ECANCELED.negated() : read(0);
  }

  private int stat(int dirfd, long path, int flags) {
    return kernel.statx(
        operation.errno, dirfd, path, flags, STATX_TYPE | STATX_SIZE, memory.statx());
  }

  private boolean isRegular() {
    return (memory.statMode() & S_IFMT) == S_IFREG;
  }

  /** A size of zero says nothing: the files of /proc have it. */
  private boolean isSmall() {
    return isRegular() && memory.statSize() > 0 && memory.statSize() < Staging.MAX_BYTES;
  }

  /** Reads up to the end; the bytes in the buffer, NOT_HERE if they do not fit, or an errno. */
  private int read(int flags) {
    // One byte more than there should be, so that the end shows in one call.
    int length = (int) memory.statSize() + 1;
    if (buffer == null) {
      buffer = context.staging.acquire(length);
    }
    int done = 0;
    while (done < length) {
      long n = readOnce(buffer.address + done, length - done, done, flags);
      if (n == 0 || (n > 0 && done + n == memory.statSize())) {
        return done + (int) n;
      }
      if (n < 0 && !(Errno.EINTR.is(n) && flags == 0)) {
        return (int) n;
      }
      done += (int) Math.max(n, 0);
    }
    return NOT_HERE; // it has grown
  }

  /** Without flags by the call of the JDK, which no profile of seccomp refuses. */
  private long readOnce(long address, int length, long offset, int flags) {
    return flags == 0
        ? kernel.pread(operation.errno, fd, address, length, offset)
        : kernel.preadv2(
            operation.errno, fd, operation.scratch.iovec(address, length), 1, offset, flags);
  }

  private byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    MemorySegment.copy(buffer.segment, JAVA_BYTE, 0, bytes, 0, n);
    return bytes;
  }
}
