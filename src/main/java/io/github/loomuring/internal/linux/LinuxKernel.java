package io.github.loomuring.internal.linux;

import static io.github.loomuring.internal.linux.Libc.*;
import static io.github.loomuring.internal.linux.SystemCallNumbers.SYS_RENAMEAT2;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * The running Linux kernel, called through libc.
 *
 * <p>A call goes to the libc function where every libc has one, otherwise through {@code
 * syscall(2)}; the numbers here are the same on x86_64 and aarch64 (asm-generic/unistd.h), the
 * others are in {@link SystemCallNumbers}. Any thread may call.
 */
public final class LinuxKernel implements Kernel {
  /** The only instance; using it initialises the binding, which may fail, and then fails always. */
  public static final LinuxKernel INSTANCE = new LinuxKernel();

  /** The scratch of calls whose errno is not used. */
  private static final MemorySegment ANY_ERRNO = Arena.global().allocate(ERRNO_BYTES, 8);

  private static final int CLOSE_ATTEMPTS_MAX = 10_000;
  private static final long CLOSE_PAUSE_NANOS = 1_000_000;

  private static final long SYS_IO_URING_SETUP = 425;
  private static final long SYS_IO_URING_ENTER = 426;
  private static final long SYS_IO_URING_REGISTER = 427;
  private static final long SYS_OPENAT2 = 437;

  private static final MemorySegment SYSCALL = find("syscall");
  private static final MemorySegment MMAP = find("mmap");
  private static final MemorySegment MUNMAP = find("munmap");
  private static final MemorySegment MADVISE = find("madvise");
  private static final MemorySegment OPENAT = find("openat");
  private static final MemorySegment CLOSE = find("close");
  private static final MemorySegment FCNTL = find("fcntl");
  private static final MemorySegment STATX = find("statx");
  private static final MemorySegment FSTATFS = find("fstatfs");
  private static final MemorySegment PREADV2 = find("preadv2");
  private static final MemorySegment PWRITEV2 = find("pwritev2");
  private static final MemorySegment PREAD = find("pread");
  private static final MemorySegment PWRITE = find("pwrite");
  private static final MemorySegment FTRUNCATE = find("ftruncate");
  private static final MemorySegment FALLOCATE = find("fallocate");
  private static final MemorySegment POSIX_FADVISE = find("posix_fadvise");
  private static final MemorySegment SYNC_FILE_RANGE = find("sync_file_range");
  private static final MemorySegment COPY_FILE_RANGE = find("copy_file_range");
  private static final MemorySegment FUTIMENS = find("futimens");
  private static final MemorySegment FCHMOD = find("fchmod");
  private static final MemorySegment FCHOWN = find("fchown");
  private static final MemorySegment RENAMEAT = find("renameat");
  private static final MemorySegment LSEEK = find("lseek");
  private static final MemorySegment FSYNC = find("fsync");
  private static final MemorySegment FDATASYNC = find("fdatasync");
  private static final MemorySegment POLL = find("poll");
  private static final MemorySegment EVENTFD = find("eventfd");
  private static final MemorySegment PIPE2 = find("pipe2");
  private static final MemorySegment TEE = find("tee");
  private static final MemorySegment SCHED_YIELD = find("sched_yield");
  private static final MemorySegment USLEEP = find("usleep");
  private static final MemorySegment UNLINKAT = find("unlinkat");
  private static final MemorySegment MKDIRAT = find("mkdirat");
  private static final MemorySegment SYMLINKAT = find("symlinkat");
  private static final MemorySegment LINKAT = find("linkat");

  private LinuxKernel() {}

  @Override
  public int ioUringSetup(MemorySegment errno, int entries, long params) {
    return (int) call(errno, SYSCALL, SYS_IO_URING_SETUP, entries, params, 0, 0, 0);
  }

  @Override
  public int ioUringEnter(MemorySegment errno, int fd, int toSubmit, int minComplete, int flags) {
    // Without a signal mask. The kernel ignores the mask's size then, a seventh argument.
    return (int) hotCall(errno, SYSCALL, SYS_IO_URING_ENTER, fd, toSubmit, minComplete, flags, 0);
  }

  @Override
  public int ioUringRegister(MemorySegment errno, int fd, int opcode, long arg, int count) {
    return (int) call(errno, SYSCALL, SYS_IO_URING_REGISTER, fd, opcode, arg, count, 0);
  }

  @Override
  public long mmap(MemorySegment errno, long length, int prot, int flags, int fd, long offset) {
    return call(errno, MMAP, 0, length, prot, flags, fd, offset);
  }

  @Override
  public int munmap(MemorySegment errno, long address, long length) {
    return intCall(errno, MUNMAP, address, length, 0, 0, 0, 0);
  }

  @Override
  public int madvise(MemorySegment errno, long address, long length, int advice) {
    return intCall(errno, MADVISE, address, length, advice, 0, 0, 0);
  }

  @Override
  public int openat(MemorySegment errno, int dirfd, long path, int flags, int mode) {
    return intCall(errno, OPENAT, dirfd, path, flags, mode, 0, 0);
  }

  @Override
  public int openat2(MemorySegment errno, int dirfd, long path, long how, long size) {
    return (int) call(errno, SYSCALL, SYS_OPENAT2, dirfd, path, how, size, 0);
  }

  /**
   * Closes the descriptor even if the heap is full: it would be lost otherwise. The call is
   * repeated until there is memory for it.
   */
  @Override
  public int close(MemorySegment errno, int fd) {
    for (int attempt = 1; ; attempt++) {
      try {
        return (int) invoke(errno, CLOSE, true, fd, 0, 0, 0, 0, 0);
      } catch (OutOfMemoryError t) { // the call was not made, so that it can be repeated
        if (attempt == CLOSE_ATTEMPTS_MAX) {
          throw t;
        }
        pause();
      }
    }
  }

  /** Throws nothing: the descriptor must be closed. Not Pauses, which uses this class. */
  private static void pause() {
    try {
      LockSupport.parkNanos(CLOSE_PAUSE_NANOS);
    } catch (Throwable t) {
      Thread.onSpinWait(); // a virtual thread needs memory and stack to park
    }
  }

  @Override
  public int fcntl(MemorySegment errno, int fd, int command, int argument) {
    return intCall(errno, FCNTL, fd, command, argument, 0, 0, 0);
  }

  @Override
  public int statx(MemorySegment errno, int dirfd, long path, int flags, int mask, long statx) {
    return intCall(errno, STATX, dirfd, path, flags, mask, statx, 0);
  }

  @Override
  public int fstatfs(MemorySegment errno, int fd, long statfs) {
    return intCall(errno, FSTATFS, fd, statfs, 0, 0, 0, 0);
  }

  @Override
  public long preadv2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags) {
    return hotCall(errno, PREADV2, fd, iovec, count, offset, flags, 0);
  }

  @Override
  public long pwritev2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags) {
    return hotCall(errno, PWRITEV2, fd, iovec, count, offset, flags, 0);
  }

  @Override
  public long pread(MemorySegment errno, int fd, long address, long length, long offset) {
    return call(errno, PREAD, fd, address, length, offset, 0, 0);
  }

  @Override
  public long pwrite(MemorySegment errno, int fd, long address, long length, long offset) {
    return call(errno, PWRITE, fd, address, length, offset, 0, 0);
  }

  @Override
  public int ftruncate(MemorySegment errno, int fd, long length) {
    return intCall(errno, FTRUNCATE, fd, length, 0, 0, 0, 0);
  }

  @Override
  public int fallocate(MemorySegment errno, int fd, int mode, long offset, long length) {
    return intCall(errno, FALLOCATE, fd, mode, offset, length, 0, 0);
  }

  @Override
  public int fadvise(MemorySegment errno, int fd, long offset, long length, int advice) {
    // Unlike the other functions it returns the error number.
    int result = intCall(errno, POSIX_FADVISE, fd, offset, length, advice, 0, 0);
    return result < 0 ? result : -result; // negative: no memory for the call
  }

  @Override
  public int syncFileRange(MemorySegment errno, int fd, long offset, long length, int flags) {
    return intCall(errno, SYNC_FILE_RANGE, fd, offset, length, flags, 0, 0);
  }

  @Override
  public long copyFileRange(
      MemorySegment errno, int fd, long offset, int targetFd, long targetOffset, long length) {
    return call(errno, COPY_FILE_RANGE, fd, offset, targetFd, targetOffset, length, 0);
  }

  @Override
  public int futimens(MemorySegment errno, int fd, long times) {
    return intCall(errno, FUTIMENS, fd, times, 0, 0, 0, 0);
  }

  @Override
  public int fchmod(MemorySegment errno, int fd, int mode) {
    return intCall(errno, FCHMOD, fd, mode, 0, 0, 0, 0);
  }

  @Override
  public int fchown(MemorySegment errno, int fd, int uid, int gid) {
    return intCall(errno, FCHOWN, fd, uid, gid, 0, 0, 0);
  }

  @Override
  public int fsync(MemorySegment errno, int fd) {
    return intCall(errno, FSYNC, fd, 0, 0, 0, 0, 0);
  }

  @Override
  public int fdatasync(MemorySegment errno, int fd) {
    return intCall(errno, FDATASYNC, fd, 0, 0, 0, 0, 0);
  }

  @Override
  public int unlinkat(MemorySegment errno, int dirfd, long path, int flags) {
    return intCall(errno, UNLINKAT, dirfd, path, flags, 0, 0, 0);
  }

  @Override
  public int renameat(MemorySegment errno, int dirfd, long path, int newDirfd, long newPath) {
    return intCall(errno, RENAMEAT, dirfd, path, newDirfd, newPath, 0, 0);
  }

  @Override
  public int renameat2(
      MemorySegment errno, int dirfd, long path, int newDirfd, long newPath, int flags) {
    return (int) call(errno, SYSCALL, SYS_RENAMEAT2, dirfd, path, newDirfd, newPath, flags);
  }

  @Override
  public int mkdirat(MemorySegment errno, int dirfd, long path, int mode) {
    return intCall(errno, MKDIRAT, dirfd, path, mode, 0, 0, 0);
  }

  @Override
  public int symlinkat(MemorySegment errno, long target, int dirfd, long linkPath) {
    return intCall(errno, SYMLINKAT, target, dirfd, linkPath, 0, 0, 0);
  }

  @Override
  public int linkat(
      MemorySegment errno, int dirfd, long path, int newDirfd, long newPath, int flags) {
    return intCall(errno, LINKAT, dirfd, path, newDirfd, newPath, flags, 0);
  }

  @Override
  public long lseek(MemorySegment errno, int fd, long offset, int whence) {
    return call(errno, LSEEK, fd, offset, whence, 0, 0, 0);
  }

  @Override
  public int poll(MemorySegment errno, long fds, int count, int timeoutMillis) {
    return intCall(errno, POLL, fds, count, timeoutMillis, 0, 0, 0);
  }

  @Override
  public int eventfd(MemorySegment errno, int initial, int flags) {
    return intCall(errno, EVENTFD, initial, flags, 0, 0, 0, 0);
  }

  @Override
  public int pipe2(MemorySegment errno, long fds, int flags) {
    return intCall(errno, PIPE2, fds, flags, 0, 0, 0, 0);
  }

  @Override
  public long tee(MemorySegment errno, int fdIn, int fdOut, long length, int flags) {
    return call(errno, TEE, fdIn, fdOut, length, flags, 0, 0);
  }

  @Override
  public void schedYield() {
    int ignored = intCall(ANY_ERRNO, SCHED_YIELD, 0, 0, 0, 0, 0, 0);
  }

  /** Sleeps for less than a second; a signal ends the sleep. */
  public void usleep(int micros) {
    int ignored = intCall(ANY_ERRNO, USLEEP, micros, 0, 0, 0, 0, 0);
  }

  @Override
  public String release() {
    return System.getProperty("os.name") + " " + System.getProperty("os.version");
  }
}
