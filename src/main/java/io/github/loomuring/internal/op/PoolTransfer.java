package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.schedule.Offload;
import java.io.IOException;

/**
 * A transfer that a thread of the pool makes, by the plain system call, because the file system
 * takes none from io_uring.
 *
 * <p>Some file systems of virtual machines answer EOPNOTSUPP to requests to read or write, though
 * the system calls work. Once that is seen, all transfers of the file go here. A transfer that the
 * pool has begun is not cancelled, as in the pool engine.
 */
final class PoolTransfer implements Offload.Steps<Integer> {
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
  private final Kernel kernel;
  private final Operation operation;

  private PoolTransfer(Kernel kernel, Operation operation) {
    this.kernel = kernel;
    this.operation = operation;
  }

  /**
   * Makes the transfer of a prepared request, which must not be in flight: bytes moved, or a
   * negated errno.
   */
  static int run(Handle handle, Operation operation) throws IOException {
    assert !operation.isInFlight() : operation;
    PoolTransfer transfer = new PoolTransfer(handle.kernel(), operation);
    // Not the pool of closes, which must not wait for transfers.
    int n = handle.context.wholeFiles.call(transfer, handle.path);
    if (!Errno.EOPNOTSUPP.is(n)) {
      handle.transfersOnPool = true;
    }
    return n;
  }

  @Override
  public Integer call() {
    long n;
    do { // the JVM's own signals are no interrupts of the caller
      n = callOnce();
    } while (Errno.EINTR.is(n));
    return (int) n;
  }

  private long callOnce() {
    Operation o = operation;
    boolean reading = Sqe.isRead(o);
    if (!Sqe.isVectored(o) && o.opFlags() == 0) {
      return reading
          ? kernel.pread(o.errno, o.fd(), o.addr(), o.len(), o.off())
          : kernel.pwrite(o.errno, o.fd(), o.addr(), o.len(), o.off());
    }
    long iovecs = Sqe.isVectored(o) ? o.addr() : o.scratch.iovec(o.addr(), o.len());
    int count = Sqe.isVectored(o) ? o.len() : 1;
    return reading
        ? kernel.preadv2(o.errno, o.fd(), iovecs, count, o.off(), o.opFlags())
        : kernel.pwritev2(o.errno, o.fd(), iovecs, count, o.off(), o.opFlags());
  }

  @Override
  public void stop() {
    // One call of the kernel, whose end is awaited.
  }
}
