package io.github.loomuring.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.jvm.Deferred;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The running Linux kernel, called through libc by the foreign function API.
 *
 * <p>A call goes to the libc function where every libc has one, otherwise through {@code
 * syscall(2)}; the numbers used are the same on x86_64 and aarch64 (asm-generic/unistd.h). Errno is
 * captured with each call: by the time Java code could ask for it, the JVM may have overwritten it.
 */
@SuppressWarnings("restricted")
public final class LinuxKernel implements Kernel {
  /*
   * Every function is called in one shape, six 64-bit integers in and one out, whatever it takes:
   * to link a shape costs tens of milliseconds, and to find a function some microseconds. Both
   * ABIs (System V x86_64, AAPCS64) allow that for the functions here. Integers and pointers
   * travel in registers of 64 bits, of which a function reads the lower half for an int, and does
   * not look at those beyond its parameters. A variadic function finds the same registers. Of an
   * int that is returned, the upper half means nothing.
   *
   * Pointers are passed as integers too: a call then needs no MemorySegment for memory that
   * belongs to nobody in Java.
   *
   * All that a call needs is linked when the class is initialised: later there may be too little
   * stack for that, or no descriptor left.
   */

  /** The only instance; using it initialises the binding, which may fail, and then fails always. */
  public static final LinuxKernel INSTANCE = new LinuxKernel();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle CALL =
      LINKER.downcallHandle(SHAPE, Linker.Option.captureCallState("errno"));

  private static final long ERRNO_OFFSET = errnoOffset();

  /** For a call whose errno nobody asks for. */
  private static final MemorySegment ANY_ERRNO = Arena.global().allocate(ERRNO_BYTES, 8);

  /** Links the calls of {@link Quick}, which a program of few calls does without. */
  private static final Deferred QUICK =
      new Deferred("loom-uring-linker", 500) {
        @Override
        protected void work() {
          Quick.call(SCHED_YIELD, 0, 0, 0, 0, 0, 0);
        }
      };

  private static final String GLIBC = "libc.so.6";

  /**
   * ENOMEM. The JDK makes an object for a call that captures errno. If there is no memory for it,
   * the call is not made, and the kernel might as well have said it.
   */
  private static final int NO_MEMORY = -12;

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
  private static final MemorySegment SCHED_YIELD = find("sched_yield");
  private static final MemorySegment USLEEP = find("usleep");
  private static final MemorySegment UNLINKAT = find("unlinkat");

  private LinuxKernel() {}

  @Override
  public int ioUringSetup(MemorySegment errno, int entries, long params) {
    return (int) call(errno, SYSCALL, SYS_IO_URING_SETUP, entries, params, 0, 0, 0);
  }

  @Override
  public int ioUringEnter(MemorySegment errno, int fd, int toSubmit, int minComplete, int flags) {
    // Without a signal mask, whose size, one more argument, is not looked at then.
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

  /** In any case: a descriptor that is not closed because the heap is full would be lost. */
  @Override
  public int close(MemorySegment errno, int fd) {
    for (int attempt = 1; ; attempt++) {
      try {
        int result = (int) (long) CALL.invokeExact(CLOSE, errno, (long) fd, 0L, 0L, 0L, 0L, 0L);
        return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : result;
      } catch (OutOfMemoryError t) { // before the call, so that it can be repeated
        if (attempt == CLOSE_ATTEMPTS_MAX) {
          throw t;
        }
        pause();
      } catch (Throwable t) {
        throw unexpected(t);
      }
    }
  }

  /** Nothing that is thrown here may keep a descriptor open. */
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
    // Unlike other calls it returns the error number.
    int result = intCall(errno, POSIX_FADVISE, fd, offset, length, advice, 0, 0);
    return result < 0 ? result : -result; // no memory for the call, or what it returned
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
  public long lseek(MemorySegment errno, int fd, long offset, int whence) {
    return call(errno, LSEEK, fd, offset, whence, 0, 0, 0);
  }

  @Override
  public void schedYield() {
    int ignored = intCall(ANY_ERRNO, SCHED_YIELD, 0, 0, 0, 0, 0, 0);
  }

  /** Sleeps, for less than a second; a signal ends that. */
  public void usleep(int micros) {
    int ignored = intCall(ANY_ERRNO, USLEEP, micros, 0, 0, 0, 0, 0);
  }

  @Override
  public String release() {
    return System.getProperty("os.name") + " " + System.getProperty("os.version");
  }

  /** Calls a function that returns a long; the negated errno for -1. */
  private static long call(
      MemorySegment errno, MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      long result = (long) CALL.invokeExact(function, errno, a, b, c, d, e, f);
      return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : result;
    } catch (OutOfMemoryError t) {
      return NO_MEMORY;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Calls a function that returns an int; the negated errno for -1. */
  private static int intCall(
      MemorySegment errno, MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      int result = (int) (long) CALL.invokeExact(function, errno, a, b, c, d, e, f);
      return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : result;
    } catch (OutOfMemoryError t) {
      return NO_MEMORY;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /**
   * As {@link #call}, for calls of which millions are made.
   *
   * <p>At first without capturing errno: the JDK makes a slice of the capture segment in each call
   * that does, which its compiler does not always remove again. A call that failed has done
   * nothing, so it is made again to learn why.
   */
  private static long hotCall(
      MemorySegment errno, MemorySegment function, long a, long b, long c, long d, long e, long f) {
    if (QUICK.isDone()) {
      long result = Quick.call(function, a, b, c, d, e, f);
      if (result >= 0) {
        return result;
      }
    }
    return call(errno, function, a, b, c, d, e, f);
  }

  /** Calls without errno, see {@link #hotCall}; linked when {@link #QUICK} says so. */
  private static final class Quick {
    private static final MethodHandle CALL = LINKER.downcallHandle(SHAPE);

    static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
      try {
        return (long) CALL.invokeExact(function, a, b, c, d, e, f);
      } catch (OutOfMemoryError t) {
        return NO_MEMORY;
      } catch (Throwable t) {
        throw unexpected(t);
      }
    }
  }

  private static MemorySegment find(String name) {
    MemorySegment function = LIBC.find(name).orElse(null);
    if (function == null) {
      function = findInLibc(name);
    }
    if (function == null) {
      throw new UnsupportedOperationException("libc has no " + name);
    }
    return function;
  }

  private static long errnoOffset() {
    StructLayout layout = Linker.Option.captureStateLayout();
    if (ADDRESS.byteSize() != 8 || layout.byteSize() > ERRNO_BYTES) {
      throw new UnsupportedOperationException("not a 64-bit Linux: " + ADDRESS + layout);
    }
    return layout.byteOffset(PathElement.groupElement("errno"));
  }

  /**
   * Looks for a function in the libc that the JVM itself runs on. The JDK's default look-up opens a
   * library for it, once; if there was no descriptor for that, it never finds anything.
   */
  private static MemorySegment findInLibc(String name) {
    try {
      return SymbolLookup.libraryLookup(GLIBC, Arena.global()).find(name).orElse(null);
    } catch (IllegalArgumentException e) {
      return null; // another libc
    }
  }

  private static AssertionError unexpected(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    return new AssertionError("a downcall does not throw", t);
  }
}
