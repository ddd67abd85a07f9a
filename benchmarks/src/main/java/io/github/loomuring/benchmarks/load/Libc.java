package io.github.loomuring.benchmarks.load;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The C functions that the benchmarks call directly, on Linux of x86_64 and aarch64.
 *
 * <p>Errno is not captured: that would slow down each call of the contender {@code pread}, and a
 * function fails only where the set-up is wrong. Its name and arguments show that.
 */
@SuppressWarnings("restricted")
final class Libc {
  private static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));

  // uapi/asm-generic/fcntl.h, and asm/fcntl.h of the architecture
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_TRUNC = 0x200;
  static final int O_APPEND = 0x400;
  static final int O_CLOEXEC = 0x80000;
  static final int O_DIRECT = AARCH64 ? 0x10000 : 0x4000;

  private static final int AT_FDCWD = -100;
  private static final int POSIX_FADV_DONTNEED = 4;
  private static final int MADV_RANDOM = 1;
  private static final int RUSAGE_SELF = 0;
  private static final int MODE = 0644;

  /*
   * struct rusage {
   *   struct timeval ru_utime;  //   0  seconds, microseconds
   *   struct timeval ru_stime;  //  16
   *   ...                       //  32  twelve longs
   *   long ru_nvcsw;            // 128  voluntary context switches
   *   long ru_nivcsw;           // 136  involuntary ones
   * };
   */
  private static final long RUSAGE_BYTES = 144;
  private static final long RUSAGE_STIME = 16;
  private static final long RUSAGE_NVCSW = 128;
  private static final long RUSAGE_NIVCSW = 136;

  private static final MethodHandle OPENAT =
      function(
          "openat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(3));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PREAD = function("pread", TRANSFER);
  private static final MethodHandle PWRITE = function("pwrite", TRANSFER);
  private static final MethodHandle FSYNC =
      function("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FDATASYNC =
      function("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SYNCFS =
      function("syncfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle POSIX_FADVISE =
      function(
          "posix_fadvise",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MINCORE =
      function("mincore", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle MADVISE =
      function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle USLEEP =
      function("usleep", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GETRUSAGE =
      function("getrusage", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  /** User and system time and context switches of a process and all its threads. */
  record ResourceUsage(long cpuNanos, long contextSwitches) {}

  private Libc() {}

  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /** Opens a file by its path as a C string. */
  static int open(MemorySegment path, int flags) throws IOException {
    int fd;
    try {
      fd = (int) OPENAT.invokeExact(AT_FDCWD, path, flags | O_CLOEXEC, MODE);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (fd < 0) {
      throw new IOException("openat of " + path.getString(0) + ", flags=" + flags + " failed");
    }
    return fd;
  }

  static int open(Path path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return open(arena.allocateFrom(path.toString()), flags);
    }
  }

  static void close(int fd) throws IOException {
    check("close", fd, call(CLOSE, fd));
  }

  static int pread(int fd, MemorySegment dst, long lengthBytes, long offset) throws IOException {
    return transfer(PREAD, fd, dst, lengthBytes, offset);
  }

  static int pwrite(int fd, MemorySegment src, long lengthBytes, long offset) throws IOException {
    return transfer(PWRITE, fd, src, lengthBytes, offset);
  }

  private static int transfer(
      MethodHandle function, int fd, MemorySegment memory, long lengthBytes, long offset)
      throws IOException {
    long moved;
    try {
      moved = (long) function.invokeExact(fd, memory, lengthBytes, offset);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (moved < 0) {
      throw new IOException(
          "fd=" + fd + ": a transfer of " + lengthBytes + " bytes at " + offset + " failed");
    }
    return (int) moved;
  }

  static void fsync(int fd) throws IOException {
    check("fsync", fd, call(FSYNC, fd));
  }

  static void fdatasync(int fd) throws IOException {
    check("fdatasync", fd, call(FDATASYNC, fd));
  }

  /** Writes back all dirty pages of the file system of {@code fd}. */
  static void syncfs(int fd) throws IOException {
    check("syncfs", fd, call(SYNCFS, fd));
  }

  /** Drops those pages of the file from the page cache that are clean and not mapped. */
  static void dropPages(int fd) throws IOException {
    int errno;
    try {
      errno = (int) POSIX_FADVISE.invokeExact(fd, 0L, 0L, POSIX_FADV_DONTNEED);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    check("posix_fadvise", fd, errno);
  }

  /** Sets the lowest bit of a byte of {@code pages} for each page of {@code mapping} in memory. */
  static void mincore(MemorySegment mapping, MemorySegment pages) throws IOException {
    int result;
    try {
      result = (int) MINCORE.invokeExact(mapping, mapping.byteSize(), pages);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (result != 0) {
      throw new IOException("mincore of " + mapping + " failed");
    }
  }

  /** A page fault in the mapping reads that page only, none of those around it. */
  static void expectRandomAccess(MemorySegment mapping) throws IOException {
    int result;
    try {
      result = (int) MADVISE.invokeExact(mapping, mapping.byteSize(), MADV_RANDOM);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (result != 0) {
      throw new IOException("madvise of " + mapping + " failed");
    }
  }

  /** Blocks the calling thread, and with it the carrier of a virtual thread. */
  static void usleep(int micros) throws IOException {
    int result = call(USLEEP, micros);
    if (result != 0) {
      throw new IOException("usleep of " + micros + " returned " + result);
    }
  }

  /** The usage of this process, including the workers that the kernel runs for its io_uring. */
  static ResourceUsage resourceUsage() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage =
          arena.allocate(MemoryLayout.sequenceLayout(RUSAGE_BYTES / 8, JAVA_LONG));
      int result = (int) GETRUSAGE.invokeExact(RUSAGE_SELF, usage);
      if (result != 0) {
        throw new AssertionError("getrusage failed");
      }
      return new ResourceUsage(
          timeNanos(usage, 0) + timeNanos(usage, RUSAGE_STIME),
          usage.get(JAVA_LONG, RUSAGE_NVCSW) + usage.get(JAVA_LONG, RUSAGE_NIVCSW));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static long timeNanos(MemorySegment usage, long offset) {
    return usage.get(JAVA_LONG, offset) * 1_000_000_000L
        + usage.get(JAVA_LONG, offset + 8) * 1_000L;
  }

  private static int call(MethodHandle function, int argument) {
    try {
      return (int) function.invokeExact(argument);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void check(String function, int fd, int result) throws IOException {
    if (result != 0) {
      throw new IOException(function + " of fd=" + fd + " returned " + result);
    }
  }
}
