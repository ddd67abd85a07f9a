package io.github.loomuring.internal.linux;

import java.lang.foreign.MemorySegment;

/**
 * The system calls that this library makes, one method each. Any thread may call.
 *
 * <p>Every method returns what the kernel returns: zero or a positive result, or the negated errno.
 * The first argument, {@code errno}, is native scratch of {@link #ERRNO_BYTES} bytes that no other
 * thread uses during the call. Pointers are plain addresses; the caller keeps their memory alive.
 * The interface exists so that tests can replace Linux by a simulated kernel.
 */
public interface Kernel {

  /** The size of the errno scratch that every call needs. */
  long ERRNO_BYTES = 8;

  int ioUringSetup(MemorySegment errno, int entries, long params);

  int ioUringEnter(MemorySegment errno, int fd, int toSubmit, int minComplete, int flags);

  int ioUringRegister(MemorySegment errno, int fd, int opcode, long arg, int count);

  /** Maps {@code length} bytes. Returns the address, or a negated errno. */
  long mmap(MemorySegment errno, long length, int prot, int flags, int fd, long offset);

  int munmap(MemorySegment errno, long address, long length);

  int madvise(MemorySegment errno, long address, long length, int advice);

  int openat(MemorySegment errno, int dirfd, long path, int flags, int mode);

  int openat2(MemorySegment errno, int dirfd, long path, long how, long size);

  int close(MemorySegment errno, int fd);

  int fcntl(MemorySegment errno, int fd, int command, int argument);

  int statx(MemorySegment errno, int dirfd, long path, int flags, int mask, long statx);

  int fstatfs(MemorySegment errno, int fd, long statfs);

  long preadv2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags);

  long pwritev2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags);

  long pread(MemorySegment errno, int fd, long address, long length, long offset);

  long pwrite(MemorySegment errno, int fd, long address, long length, long offset);

  int ftruncate(MemorySegment errno, int fd, long length);

  int fallocate(MemorySegment errno, int fd, int mode, long offset, long length);

  int fadvise(MemorySegment errno, int fd, long offset, long length, int advice);

  int syncFileRange(MemorySegment errno, int fd, long offset, long length, int flags);

  /** Copies between two files; {@code offset} and {@code targetOffset} are pointers to offsets. */
  long copyFileRange(
      MemorySegment errno, int fd, long offset, int targetFd, long targetOffset, long length);

  int futimens(MemorySegment errno, int fd, long times);

  int fchmod(MemorySegment errno, int fd, int mode);

  /** Sets owner and group; -1 leaves the respective one unchanged. */
  int fchown(MemorySegment errno, int fd, int uid, int gid);

  int fsync(MemorySegment errno, int fd);

  int fdatasync(MemorySegment errno, int fd);

  int unlinkat(MemorySegment errno, int dirfd, long path, int flags);

  int renameat(MemorySegment errno, int dirfd, long path, int newDirfd, long newPath);

  /** Renames with the flags RENAME_NOREPLACE or RENAME_EXCHANGE, which {@code renameat} lacks. */
  int renameat2(MemorySegment errno, int dirfd, long path, int newDirfd, long newPath, int flags);

  int mkdirat(MemorySegment errno, int dirfd, long path, int mode);

  int symlinkat(MemorySegment errno, long target, int dirfd, long linkPath);

  int linkat(MemorySegment errno, int dirfd, long path, int newDirfd, long newPath, int flags);

  /** Sets the descriptor's own position, which no read or write of the library uses. */
  long lseek(MemorySegment errno, int fd, long offset, int whence);

  /**
   * Waits until one of {@code count} descriptors is ready.
   *
   * @param fds address of that many {@code struct pollfd}
   * @param timeoutMillis a negative one waits for ever
   */
  int poll(MemorySegment errno, long fds, int count, int timeoutMillis);

  /** Makes a counter that is ready to be read while it is not zero. */
  int eventfd(MemorySegment errno, int initial, int flags);

  /**
   * Makes a pipe; {@code fds} is the address of two ints, for its end to read and that to write.
   */
  int pipe2(MemorySegment errno, long fds, int flags);

  /** Copies from one pipe to another what is in the first, and leaves it there. */
  long tee(MemorySegment errno, int fdIn, int fdOut, long length, int flags);

  /** Lets other threads that are queued on this processor run. */
  void schedYield();

  /** The kernel's name and release, for example {@code Linux 6.18.1}. */
  String release();
}
