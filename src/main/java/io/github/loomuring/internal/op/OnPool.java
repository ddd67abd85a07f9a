package io.github.loomuring.internal.op;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.schedule.Offload;
import java.io.IOException;

/**
 * A transfer that a thread of the pool makes, by the plain system call, because the file system
 * takes none from io_uring.
 *
 * <p>Some file systems of virtual machines answer EOPNOTSUPP to requests to read or write, though
 * the system calls work. Once that is seen, all transfers of the file go here. What the pool has
 * begun is not cancelled, as in the pool engine.
 */
final class OnPool implements Offload.Steps<Integer> {
  /*
   * Reads and writes alone have this way. In the kernel their requests differ from the system
   * calls: a struct kiocb with flags that a file system may not know, memory that is pinned. Behind
   * all other opcodes stand the functions of the system calls themselves, so that EOPNOTSUPP,
   * EINVAL and ENOSYS there are the file system's own answer. An fsync must not be repeated at all:
   * the kernel tells of a failed writeback once, by whatever errno.
   *
   * Files that cannot seek have it not: a thread that waits for their bytes could not be called
   * back, and their transfers would change places.
   */
  private final RingFile file;
  private final Operation operation;
  private final boolean reading;
  private final long address;
  private final long length;
  private final int count;
  private final long position;
  private final int flags;

  private OnPool(
      RingFile file,
      Operation operation,
      boolean reading,
      long address,
      long length,
      int count,
      long position,
      int flags) {
    this.file = file;
    this.operation = operation;
    this.reading = reading;
    this.address = address;
    this.length = length;
    this.count = count;
    this.position = position;
    this.flags = flags;
  }

  /** Whether a request of {@code file} has failed with {@code result} because of the ring. */
  static boolean isFor(RingFile file, Operation operation, int result) {
    return Errno.EOPNOTSUPP.is(result) && file.seekable && operation.causes() == 0;
  }

  /**
   * Transfers one buffer: bytes moved, or a negated errno. No request may be in flight.
   *
   * @param flags of {@code pwritev2(2)}
   */
  static int transfer(
      RingFile file,
      Operation operation,
      boolean reading,
      long address,
      long length,
      long position,
      int flags)
      throws IOException {
    return run(new OnPool(file, operation, reading, address, length, 0, position, flags));
  }

  /** As {@link #transfer}, for {@code count} buffers of which iovecs tell. */
  static int transferAll(
      RingFile file,
      Operation operation,
      boolean reading,
      Staging.Buffer iovecs,
      int count,
      long at)
      throws IOException {
    int n = run(new OnPool(file, operation, reading, iovecs.address, 0, count, at, 0));
    if (!Attempt.isRefusedCall(n)) {
      return n;
    }
    // A profile of seccomp that knows the calls of the JDK only: one buffer, a short transfer.
    long address = iovecs.segment.get(JAVA_LONG, Fcntl.IOVEC_BASE);
    long length = iovecs.segment.get(JAVA_LONG, Fcntl.IOVEC_LEN);
    return transfer(file, operation, reading, address, length, at, 0);
  }

  private static int run(OnPool transfer) throws IOException {
    RingFile file = transfer.file;
    // Not the pool of closes, which must not wait for transfers.
    int n = file.engine.wholeFiles.call(transfer, file.path);
    if (!Errno.EOPNOTSUPP.is(n)) {
      file.transfersOnPool = true;
    }
    return n;
  }

  @Override
  public Integer call() {
    long n;
    do { // a signal of the JVM's own is nobody's interrupt
      n = callOnce();
    } while (Errno.EINTR.is(n));
    return (int) n;
  }

  private long callOnce() {
    Kernel kernel = file.kernel();
    if (count == 0 && flags == 0) {
      return reading
          ? kernel.pread(operation.errno, file.fd, address, length, position)
          : kernel.pwrite(operation.errno, file.fd, address, length, position);
    }
    long iovecs = count == 0 ? operation.iovec(address, length) : address;
    int buffers = Math.max(count, 1);
    return reading
        ? kernel.preadv2(operation.errno, file.fd, iovecs, buffers, position, flags)
        : kernel.pwritev2(operation.errno, file.fd, iovecs, buffers, position, flags);
  }

  @Override
  public void stop() {
    // One call of the kernel, whose end is awaited.
  }
}
