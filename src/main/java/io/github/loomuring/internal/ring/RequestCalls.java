package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.MemorySegment;

/**
 * Carries out requests as system calls, which block: each opcode by the call that does the same,
 * with the arguments that the fields of the SQE hold. Any thread may call.
 */
public final class RequestCalls {
  /** The position of a descriptor that has none, and of one whose own position is meant. */
  private static final long NO_OFFSET = -1;

  private RequestCalls() {}

  /** Whether there is a system call for {@code opcode}. */
  static boolean exist(byte opcode) {
    return switch (opcode) {
      case IORING_OP_NOP,
          IORING_OP_READ,
          IORING_OP_WRITE,
          IORING_OP_READV,
          IORING_OP_WRITEV,
          IORING_OP_FSYNC,
          IORING_OP_SYNC_FILE_RANGE,
          IORING_OP_FTRUNCATE,
          IORING_OP_FALLOCATE,
          IORING_OP_FADVISE,
          IORING_OP_OPENAT,
          IORING_OP_STATX,
          IORING_OP_UNLINKAT,
          IORING_OP_RENAMEAT,
          IORING_OP_MKDIRAT,
          IORING_OP_SYMLINKAT,
          IORING_OP_LINKAT ->
          true;
      default -> false;
    };
  }

  /** Carries out {@code request}: its result, or a negated errno. */
  static int carryOut(Kernel kernel, Request request, CallScratch scratch) {
    return repeat(kernel, request, scratch.errno, scratch);
  }

  /**
   * As above, for any request but a read or a write of one buffer.
   *
   * @param errno the calling thread's scratch
   */
  public static int carryOut(Kernel kernel, Request request, MemorySegment errno) {
    assert request.opcode != IORING_OP_READ && request.opcode != IORING_OP_WRITE : request;
    return repeat(kernel, request, errno, null);
  }

  /** Repeats a call that a signal ended: the JVM's own signals are no cancels. */
  private static int repeat(
      Kernel kernel, Request request, MemorySegment errno, CallScratch scratch) {
    long result;
    do {
      result = call(kernel, request, errno, scratch);
    } while (Errno.EINTR.is(result));
    return (int) result;
  }

  private static long call(Kernel kernel, Request r, MemorySegment errno, CallScratch scratch) {
    return switch (r.opcode) {
      case IORING_OP_NOP -> 0;
      case IORING_OP_READ -> read(kernel, r, scratch);
      case IORING_OP_WRITE -> write(kernel, r, scratch);
      case IORING_OP_READV -> kernel.preadv2(errno, r.fd, r.addr, r.len, offset(r), r.opFlags);
      case IORING_OP_WRITEV -> kernel.pwritev2(errno, r.fd, r.addr, r.len, offset(r), r.opFlags);
      case IORING_OP_FSYNC ->
          (r.opFlags & IORING_FSYNC_DATASYNC) != 0
              ? kernel.fdatasync(errno, r.fd)
              : kernel.fsync(errno, r.fd);
      case IORING_OP_SYNC_FILE_RANGE ->
          kernel.syncFileRange(errno, r.fd, r.off, Integer.toUnsignedLong(r.len), r.opFlags);
      case IORING_OP_FTRUNCATE -> kernel.ftruncate(errno, r.fd, r.off);
      case IORING_OP_FALLOCATE -> kernel.fallocate(errno, r.fd, r.len, r.off, r.addr);
      case IORING_OP_FADVISE -> {
        long length = r.addr != 0 ? r.addr : Integer.toUnsignedLong(r.len);
        yield kernel.fadvise(errno, r.fd, r.off, length, r.opFlags);
      }
      default -> callOnPath(kernel, r, errno);
    };
  }

  private static int callOnPath(Kernel kernel, Request r, MemorySegment errno) {
    return switch (r.opcode) {
      case IORING_OP_OPENAT -> kernel.openat(errno, r.fd, r.addr, r.opFlags, r.len);
      case IORING_OP_STATX -> kernel.statx(errno, r.fd, r.addr, r.opFlags, r.len, r.off);
      case IORING_OP_UNLINKAT -> kernel.unlinkat(errno, r.fd, r.addr, r.opFlags);
      case IORING_OP_RENAMEAT ->
          r.opFlags == 0
              ? kernel.renameat(errno, r.fd, r.addr, r.len, r.off)
              : kernel.renameat2(errno, r.fd, r.addr, r.len, r.off, r.opFlags);
      case IORING_OP_MKDIRAT -> kernel.mkdirat(errno, r.fd, r.addr, r.len);
      case IORING_OP_SYMLINKAT -> kernel.symlinkat(errno, r.addr, r.fd, r.off);
      case IORING_OP_LINKAT -> kernel.linkat(errno, r.fd, r.addr, r.len, r.off, r.opFlags);
      default -> Errno.EINVAL.negated(); // as the kernel answers an opcode that it lacks
    };
  }

  /** Also where pread(2) would do: a call that is made often need not capture errno. */
  private static long read(Kernel kernel, Request r, CallScratch scratch) {
    long iovec = scratch.iovec(r.addr, Integer.toUnsignedLong(r.len));
    return kernel.preadv2(scratch.errno, r.fd, iovec, 1, offset(r), r.opFlags);
  }

  private static long write(Kernel kernel, Request r, CallScratch scratch) {
    long iovec = scratch.iovec(r.addr, Integer.toUnsignedLong(r.len));
    return kernel.pwritev2(scratch.errno, r.fd, iovec, 1, offset(r), r.opFlags);
  }

  private static long offset(Request r) {
    return r.gate.isOfStreams() ? NO_OFFSET : r.off;
  }

  /** What a transfer on a stream waits for, in {@code poll(2)}; zero for any other request. */
  static int pollEvents(Request r) {
    if (!r.gate.isOfStreams()) {
      return 0;
    }
    return switch (r.opcode) {
      case IORING_OP_POLL_ADD -> r.opFlags;
      case IORING_OP_READ, IORING_OP_READV -> Fcntl.POLLIN;
      case IORING_OP_WRITE, IORING_OP_WRITEV -> Fcntl.POLLOUT;
      default -> 0;
    };
  }
}
