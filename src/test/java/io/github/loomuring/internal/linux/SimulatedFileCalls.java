package io.github.loomuring.internal.linux;

import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

/** The calls of a simulated kernel that work on files: the real ones, unless a test says else. */
abstract class SimulatedFileCalls implements Kernel {
  final Kernel real = LinuxKernel.INSTANCE;
  long copyBytesMax = Long.MAX_VALUE;

  /** Counts a call, and carries it out if nothing else is to be answered. */
  abstract int run(String call, IntSupplier work);

  @Override
  public int fcntl(MemorySegment errno, int fd, int command, int argument) {
    return run("fcntl", () -> real.fcntl(errno, fd, command, argument));
  }

  @Override
  public int poll(MemorySegment errno, long fds, int count, int timeoutMillis) {
    return run("poll", () -> real.poll(errno, fds, count, timeoutMillis));
  }

  @Override
  public int pipe2(MemorySegment errno, long fds, int flags) {
    return run("pipe2", () -> real.pipe2(errno, fds, flags));
  }

  @Override
  public long tee(MemorySegment errno, int fdIn, int fdOut, long length, int flags) {
    return run("tee", () -> (int) real.tee(errno, fdIn, fdOut, length, flags));
  }

  @Override
  public int eventfd(MemorySegment errno, int initial, int flags) {
    return run("eventfd", () -> real.eventfd(errno, initial, flags));
  }

  @Override
  public int statx(MemorySegment errno, int dirfd, long path, int flags, int mask, long statx) {
    return run("statx", () -> real.statx(errno, dirfd, path, flags, mask, statx));
  }

  @Override
  public int fstatfs(MemorySegment errno, int fd, long statfs) {
    return run("fstatfs", () -> real.fstatfs(errno, fd, statfs));
  }

  @Override
  public long preadv2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags) {
    return run("preadv2", () -> (int) real.preadv2(errno, fd, iovec, count, offset, flags));
  }

  @Override
  public long pwritev2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags) {
    return run("pwritev2", () -> (int) real.pwritev2(errno, fd, iovec, count, offset, flags));
  }

  @Override
  public long pread(MemorySegment errno, int fd, long address, long length, long offset) {
    return run("pread", () -> (int) real.pread(errno, fd, address, length, offset));
  }

  @Override
  public long pwrite(MemorySegment errno, int fd, long address, long length, long offset) {
    return run("pwrite", () -> (int) real.pwrite(errno, fd, address, length, offset));
  }

  @Override
  public int ftruncate(MemorySegment errno, int fd, long length) {
    return run("ftruncate", () -> real.ftruncate(errno, fd, length));
  }

  @Override
  public int fallocate(MemorySegment errno, int fd, int mode, long offset, long length) {
    return run("fallocate", () -> real.fallocate(errno, fd, mode, offset, length));
  }

  @Override
  public int fadvise(MemorySegment errno, int fd, long offset, long length, int advice) {
    return run("fadvise", () -> real.fadvise(errno, fd, offset, length, advice));
  }

  @Override
  public int syncFileRange(MemorySegment errno, int fd, long offset, long length, int flags) {
    return run("syncFileRange", () -> real.syncFileRange(errno, fd, offset, length, flags));
  }

  @Override
  public long copyFileRange(
      MemorySegment errno, int fd, long offset, int targetFd, long targetOffset, long length) {
    long most = Math.min(length, copyBytesMax);
    return run(
        "copyFileRange",
        () -> (int) real.copyFileRange(errno, fd, offset, targetFd, targetOffset, most));
  }

  @Override
  public int futimens(MemorySegment errno, int fd, long times) {
    return run("futimens", () -> real.futimens(errno, fd, times));
  }

  @Override
  public int fchmod(MemorySegment errno, int fd, int mode) {
    return run("fchmod", () -> real.fchmod(errno, fd, mode));
  }

  @Override
  public int fchown(MemorySegment errno, int fd, int uid, int gid) {
    return run("fchown", () -> real.fchown(errno, fd, uid, gid));
  }

  @Override
  public int fsync(MemorySegment errno, int fd) {
    return run("fsync", () -> real.fsync(errno, fd));
  }

  @Override
  public int fdatasync(MemorySegment errno, int fd) {
    return run("fdatasync", () -> real.fdatasync(errno, fd));
  }

  @Override
  public int unlinkat(MemorySegment errno, int dirfd, long path, int flags) {
    return run("unlinkat", () -> real.unlinkat(errno, dirfd, path, flags));
  }

  @Override
  public int renameat(MemorySegment errno, int dirfd, long path, int newDirfd, long newPath) {
    return run("renameat", () -> real.renameat(errno, dirfd, path, newDirfd, newPath));
  }

  @Override
  public int renameat2(
      MemorySegment errno, int dirfd, long path, int newDirfd, long newPath, int flags) {
    return run("renameat2", () -> real.renameat2(errno, dirfd, path, newDirfd, newPath, flags));
  }

  @Override
  public int mkdirat(MemorySegment errno, int dirfd, long path, int mode) {
    return run("mkdirat", () -> real.mkdirat(errno, dirfd, path, mode));
  }

  @Override
  public int symlinkat(MemorySegment errno, long target, int dirfd, long linkPath) {
    return run("symlinkat", () -> real.symlinkat(errno, target, dirfd, linkPath));
  }

  @Override
  public int linkat(
      MemorySegment errno, int dirfd, long path, int newDirfd, long newPath, int flags) {
    return run("linkat", () -> real.linkat(errno, dirfd, path, newDirfd, newPath, flags));
  }

  @Override
  public long lseek(MemorySegment errno, int fd, long offset, int whence) {
    int answer = run("lseek", () -> 0);
    return answer < 0 ? answer : real.lseek(errno, fd, offset, whence);
  }

  @Override
  public void schedYield() {
    real.schedYield();
  }
}
