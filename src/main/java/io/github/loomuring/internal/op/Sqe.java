package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.AT_FDCWD;
import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.ring.Gate;

/**
 * Prepares requests: each shape of an SQE once, named as in liburing.h without its prefix {@code
 * io_uring_}. The last parameter is the request's first gate.
 *
 * <p>{@link io.github.loomuring.internal.ring.RequestCalls} makes the system calls for the same.
 */
final class Sqe {
  private Sqe() {}

  // ---- transfers

  /** {@code io_uring_prep_nop}. */
  static void prepNop(Operation o, Gate gate) {
    o.set(IORING_OP_NOP, -1, 0, 0, 0, 0, gate);
  }

  /** {@code io_uring_prep_read}. */
  static void prepRead(Operation o, int fd, long address, int bytes, long offset, Gate gate) {
    o.set(IORING_OP_READ, fd, address, bytes, offset, 0, gate);
  }

  /**
   * {@code io_uring_prep_write}, with flags as {@code io_uring_prep_writev2} has them.
   *
   * @param rwFlags of {@code pwritev2(2)}
   */
  static void prepWrite(
      Operation o, int fd, long address, int bytes, long offset, int rwFlags, Gate gate) {
    o.set(IORING_OP_WRITE, fd, address, bytes, offset, rwFlags, gate);
  }

  /** {@code io_uring_prep_readv}. */
  static void prepReadv(Operation o, int fd, long iovecs, int count, long offset, Gate gate) {
    o.set(IORING_OP_READV, fd, iovecs, count, offset, 0, gate);
  }

  /** {@code io_uring_prep_writev}. */
  static void prepWritev(Operation o, int fd, long iovecs, int count, long offset, Gate gate) {
    o.set(IORING_OP_WRITEV, fd, iovecs, count, offset, 0, gate);
  }

  /**
   * Lets a prepared read or write use a registered buffer: {@code io_uring_prep_read_fixed} and
   * {@code io_uring_prep_write_fixed}.
   */
  static void prepFixed(Operation o, int bufIndex) {
    assert o.opcode() == IORING_OP_READ || o.opcode() == IORING_OP_WRITE : o;
    o.useRegistered(
        o.opcode() == IORING_OP_READ ? IORING_OP_READ_FIXED : IORING_OP_WRITE_FIXED, bufIndex);
  }

  /** Whether a request uses a registered buffer. */
  static boolean isFixed(Operation o) {
    return o.opcode() == IORING_OP_READ_FIXED || o.opcode() == IORING_OP_WRITE_FIXED;
  }

  /** Takes back what {@link #prepFixed} did. */
  static void prepPlain(Operation o) {
    assert isFixed(o) : o;
    o.useRegistered(o.opcode() == IORING_OP_READ_FIXED ? IORING_OP_READ : IORING_OP_WRITE, 0);
  }

  /** Whether a transfer reads from the file. */
  static boolean isRead(Operation o) {
    return o.opcode() == IORING_OP_READ
        || o.opcode() == IORING_OP_READV
        || o.opcode() == IORING_OP_READ_FIXED;
  }

  /** Whether the address of a transfer is that of iovecs. */
  static boolean isVectored(Operation o) {
    return o.opcode() == IORING_OP_READV || o.opcode() == IORING_OP_WRITEV;
  }

  // ---- other operations on descriptors

  /** {@code io_uring_prep_fsync}. */
  static void prepFsync(Operation o, int fd, int fsyncFlags, Gate gate) {
    o.set(IORING_OP_FSYNC, fd, 0, 0, 0, fsyncFlags, gate);
  }

  /** {@code io_uring_prep_sync_file_range}. */
  static void prepSyncFileRange(Operation o, int fd, int bytes, long offset, int flags, Gate gate) {
    o.set(IORING_OP_SYNC_FILE_RANGE, fd, 0, bytes, offset, flags, gate);
  }

  /** {@code io_uring_prep_ftruncate}. */
  static void prepFtruncate(Operation o, int fd, long length, Gate gate) {
    o.set(IORING_OP_FTRUNCATE, fd, 0, 0, length, 0, gate);
  }

  /** {@code io_uring_prep_fallocate}: the SQE has the mode in len, and the length in addr. */
  static void prepFallocate(Operation o, int fd, int mode, long offset, long length, Gate gate) {
    o.set(IORING_OP_FALLOCATE, fd, length, mode, offset, 0, gate);
  }

  /**
   * {@code io_uring_prep_fadvise}, or {@code io_uring_prep_fadvise64} for a length of more than 32
   * bits, which the SQE has in addr and kernels before Linux 6.10 refuse with EINVAL.
   */
  static void prepFadvise(Operation o, int fd, long offset, long length, int advice, Gate gate) {
    boolean isShort = length <= 0xffff_ffffL;
    o.set(
        IORING_OP_FADVISE,
        fd,
        isShort ? 0 : length,
        isShort ? (int) length : 0,
        offset,
        advice,
        gate);
  }

  /** {@code io_uring_prep_poll_add}, for one event. */
  static void prepPollAdd(Operation o, int fd, int events, Gate gate) {
    o.set(IORING_OP_POLL_ADD, fd, 0, 0, 0, events, gate);
  }

  // ---- operations on paths, relative to the working directory; paths are addresses of C strings

  /** {@code io_uring_prep_openat}. */
  static void prepOpenat(Operation o, long path, int flags, int mode, Gate gate) {
    o.set(IORING_OP_OPENAT, AT_FDCWD, path, mode, 0, flags, gate);
  }

  /**
   * {@code io_uring_prep_statx}: the SQE has the mask in len, and the address of the answer in off.
   */
  static void prepStatx(
      Operation o, int dirfd, long path, int flags, int mask, long statx, Gate gate) {
    o.set(IORING_OP_STATX, dirfd, path, mask, statx, flags, gate);
  }

  /** {@code io_uring_prep_unlinkat}. */
  static void prepUnlinkat(Operation o, long path, int flags, Gate gate) {
    o.set(IORING_OP_UNLINKAT, AT_FDCWD, path, 0, 0, flags, gate);
  }

  /**
   * {@code io_uring_prep_renameat}: the SQE has the second path in off, and its directory in len.
   */
  static void prepRenameat(Operation o, long path, long newPath, int flags, Gate gate) {
    o.set(IORING_OP_RENAMEAT, AT_FDCWD, path, AT_FDCWD, newPath, flags, gate);
  }

  /** {@code io_uring_prep_mkdirat}. */
  static void prepMkdirat(Operation o, long path, int mode, Gate gate) {
    o.set(IORING_OP_MKDIRAT, AT_FDCWD, path, mode, 0, 0, gate);
  }

  /** {@code io_uring_prep_symlinkat}: the SQE has the link's path in off. */
  static void prepSymlinkat(Operation o, long target, long linkPath, Gate gate) {
    o.set(IORING_OP_SYMLINKAT, AT_FDCWD, target, 0, linkPath, 0, gate);
  }

  /** {@code io_uring_prep_linkat}: the SQE has the new path in off, and its directory in len. */
  static void prepLinkat(Operation o, long path, long newPath, Gate gate) {
    o.set(IORING_OP_LINKAT, AT_FDCWD, path, AT_FDCWD, newPath, 0, gate);
  }
}
