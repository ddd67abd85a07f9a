package io.github.loomuring.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The running Linux kernel, called through libc by the foreign function API.
 *
 * <p>A call goes to the libc function where every libc has one, otherwise through {@code
 * syscall(2)}; the numbers used are the same on x86_64 and aarch64 (asm-generic/unistd.h). Errno is
 * captured with each call: by the time Java code could ask for it, the JVM may have overwritten it.
 */
@SuppressWarnings("restricted")
public final class LinuxKernel implements Kernel {
  /** The only instance; using it initialises the binding, which may fail (see {@link Platform}). */
  public static final LinuxKernel INSTANCE = new LinuxKernel();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final long SYS_IO_URING_SETUP = 425;
  private static final long SYS_IO_URING_ENTER = 426;
  private static final long SYS_IO_URING_REGISTER = 427;
  private static final long SYS_OPENAT2 = 437;

  // Pointers are passed as 64-bit integers: on both supported ABIs they travel alike, and a call
  // then needs no MemorySegment for memory that belongs to nobody in Java.
  private static final MethodHandle SYSCALL_2 = syscall(2, ERRNO);
  private static final MethodHandle SYSCALL_4 = syscall(4, ERRNO);
  private static final MethodHandle SYSCALL_6 = syscall(6, ERRNO);
  private static final MethodHandle MMAP =
      bind(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MADVISE =
      bind("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle OPENAT =
      bind(
          "openat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(3));
  private static final MethodHandle CLOSE =
      bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      bind(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle STATX =
      bind(
          "statx",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FSTATFS =
      bind("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final FunctionDescriptor VECTORED =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle PREADV2 = bind("preadv2", VECTORED);
  private static final MethodHandle PWRITEV2 = bind("pwritev2", VECTORED);

  // The calls of the hot paths are made without capturing errno first: the JDK makes a slice of the
  // capture segment in each such call, which its compiler does not always remove again. A call
  // that failed has done nothing, so it is made again to learn why.
  private static final MethodHandle QUICK_SYSCALL_6 = syscall(6);
  private static final MethodHandle QUICK_PREADV2 = bindOnly("preadv2", VECTORED);
  private static final MethodHandle QUICK_PWRITEV2 = bindOnly("pwritev2", VECTORED);
  private static final MethodHandle FTRUNCATE =
      bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FALLOCATE =
      bind("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle POSIX_FADVISE =
      bindOnly(
          "posix_fadvise",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SYNC_FILE_RANGE =
      bind(
          "sync_file_range",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle COPY_FILE_RANGE =
      bind(
          "copy_file_range",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FUTIMENS =
      bind("futimens", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FCHMOD =
      bind("fchmod", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle FCHOWN =
      bind("fchown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle RENAMEAT =
      bind("renameat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
  private static final MethodHandle LSEEK =
      bind("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FSYNC =
      bind("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FDATASYNC =
      bind("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SCHED_YIELD =
      bindOnly("sched_yield", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle UNLINKAT =
      bind("unlinkat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));

  private LinuxKernel() {}

  @Override
  public int ioUringSetup(MemorySegment errno, int entries, long params) {
    try {
      return (int)
          answer(
              errno,
              (long) SYSCALL_2.invokeExact(errno, SYS_IO_URING_SETUP, (long) entries, params));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int ioUringEnter(MemorySegment errno, int fd, int toSubmit, int minComplete, int flags) {
    try {
      long quick =
          (long)
              QUICK_SYSCALL_6.invokeExact(
                  SYS_IO_URING_ENTER,
                  (long) fd,
                  (long) toSubmit,
                  (long) minComplete,
                  (long) flags,
                  0L,
                  0L);
      if (quick >= 0) {
        return (int) quick;
      }
      return (int)
          answer(
              errno,
              (long)
                  SYSCALL_6.invokeExact(
                      errno,
                      SYS_IO_URING_ENTER,
                      (long) fd,
                      (long) toSubmit,
                      (long) minComplete,
                      (long) flags,
                      0L,
                      0L));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int ioUringRegister(MemorySegment errno, int fd, int opcode, long arg, int count) {
    try {
      return (int)
          answer(
              errno,
              (long)
                  SYSCALL_4.invokeExact(
                      errno, SYS_IO_URING_REGISTER, (long) fd, (long) opcode, arg, (long) count));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public long mmap(MemorySegment errno, long length, int prot, int flags, int fd, long offset) {
    try {
      return answer(errno, (long) MMAP.invokeExact(errno, 0L, length, prot, flags, fd, offset));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int munmap(MemorySegment errno, long address, long length) {
    try {
      return answer(errno, (int) MUNMAP.invokeExact(errno, address, length));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int madvise(MemorySegment errno, long address, long length, int advice) {
    try {
      return answer(errno, (int) MADVISE.invokeExact(errno, address, length, advice));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int openat(MemorySegment errno, int dirfd, long path, int flags, int mode) {
    try {
      return answer(errno, (int) OPENAT.invokeExact(errno, dirfd, path, flags, mode));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int openat2(MemorySegment errno, int dirfd, long path, long how, long size) {
    try {
      return (int)
          answer(
              errno,
              (long) SYSCALL_4.invokeExact(errno, SYS_OPENAT2, (long) dirfd, path, how, size));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int close(MemorySegment errno, int fd) {
    try {
      return answer(errno, (int) CLOSE.invokeExact(errno, fd));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fcntl(MemorySegment errno, int fd, int command, int argument) {
    try {
      return answer(errno, (int) FCNTL.invokeExact(errno, fd, command, argument));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int statx(MemorySegment errno, int dirfd, long path, int flags, int mask, long statx) {
    try {
      return answer(errno, (int) STATX.invokeExact(errno, dirfd, path, flags, mask, statx));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fstatfs(MemorySegment errno, int fd, long statfs) {
    try {
      return answer(errno, (int) FSTATFS.invokeExact(errno, fd, statfs));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public long preadv2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags) {
    try {
      long quick = (long) QUICK_PREADV2.invokeExact(fd, iovec, count, offset, flags);
      return quick >= 0
          ? quick
          : answer(errno, (long) PREADV2.invokeExact(errno, fd, iovec, count, offset, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public long pwritev2(MemorySegment errno, int fd, long iovec, int count, long offset, int flags) {
    try {
      long quick = (long) QUICK_PWRITEV2.invokeExact(fd, iovec, count, offset, flags);
      return quick >= 0
          ? quick
          : answer(errno, (long) PWRITEV2.invokeExact(errno, fd, iovec, count, offset, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int ftruncate(MemorySegment errno, int fd, long length) {
    try {
      return answer(errno, (int) FTRUNCATE.invokeExact(errno, fd, length));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fallocate(MemorySegment errno, int fd, int mode, long offset, long length) {
    try {
      return answer(errno, (int) FALLOCATE.invokeExact(errno, fd, mode, offset, length));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fadvise(MemorySegment errno, int fd, long offset, long length, int advice) {
    try {
      // Unlike other calls it returns the error number.
      return -(int) POSIX_FADVISE.invokeExact(fd, offset, length, advice);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int syncFileRange(MemorySegment errno, int fd, long offset, long length, int flags) {
    try {
      return answer(errno, (int) SYNC_FILE_RANGE.invokeExact(errno, fd, offset, length, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public long copyFileRange(
      MemorySegment errno, int fd, long offset, int targetFd, long targetOffset, long length) {
    try {
      return answer(
          errno,
          (long) COPY_FILE_RANGE.invokeExact(errno, fd, offset, targetFd, targetOffset, length, 0));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int futimens(MemorySegment errno, int fd, long times) {
    try {
      return answer(errno, (int) FUTIMENS.invokeExact(errno, fd, times));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fchmod(MemorySegment errno, int fd, int mode) {
    try {
      return answer(errno, (int) FCHMOD.invokeExact(errno, fd, mode));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fchown(MemorySegment errno, int fd, int uid, int gid) {
    try {
      return answer(errno, (int) FCHOWN.invokeExact(errno, fd, uid, gid));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fsync(MemorySegment errno, int fd) {
    try {
      return answer(errno, (int) FSYNC.invokeExact(errno, fd));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int fdatasync(MemorySegment errno, int fd) {
    try {
      return answer(errno, (int) FDATASYNC.invokeExact(errno, fd));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int unlinkat(MemorySegment errno, int dirfd, long path, int flags) {
    try {
      return answer(errno, (int) UNLINKAT.invokeExact(errno, dirfd, path, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int renameat(MemorySegment errno, int dirfd, long path, int newDirfd, long newPath) {
    try {
      return answer(errno, (int) RENAMEAT.invokeExact(errno, dirfd, path, newDirfd, newPath));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public long lseek(MemorySegment errno, int fd, long offset, int whence) {
    try {
      return answer(errno, (long) LSEEK.invokeExact(errno, fd, offset, whence));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public void schedYield() {
    try {
      int ignored = (int) SCHED_YIELD.invokeExact();
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public String release() {
    return System.getProperty("os.name") + " " + System.getProperty("os.version");
  }

  private static long answer(MemorySegment errno, long result) {
    return result == -1 ? -(long) errnoOf(errno) : result;
  }

  private static int answer(MemorySegment errno, int result) {
    return result == -1 ? -errnoOf(errno) : result;
  }

  private static int errnoOf(MemorySegment errno) {
    return (int) ERRNO_VALUE.get(errno, 0L);
  }

  private static MethodHandle syscall(int arguments, Linker.Option... more) {
    MemoryLayout[] layouts = new MemoryLayout[arguments + 1];
    Arrays.fill(layouts, JAVA_LONG);
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.firstVariadicArg(1);
    return bindOnly("syscall", FunctionDescriptor.of(JAVA_LONG, layouts), options);
  }

  /** Binds with errno captured. */
  private static MethodHandle bind(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = ERRNO;
    return bindOnly(name, descriptor, options);
  }

  private static MethodHandle bindOnly(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsupportedOperationException("libc has no " + name));
    return LINKER.downcallHandle(address, descriptor, options);
  }

  private static AssertionError unexpected(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    return new AssertionError("a downcall does not throw", t);
  }

  static {
    AddressLayout pointer = ADDRESS;
    if (pointer.byteSize() != 8 || ERRNO_LAYOUT.byteSize() > ERRNO_BYTES) {
      throw new UnsupportedOperationException("not a 64-bit Linux: " + pointer + ERRNO_LAYOUT);
    }
  }
}
