package io.github.loomuring.internal.watch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** A file whose pages leave the page cache again and again. Any thread may read it. */
final class ColdFile {
  private static final int PAGE = 4096;

  // uapi/asm-generic/mman-common.h
  private static final int MADV_RANDOM = 1;
  private static final int MADV_DONTNEED = 4;

  /** A file is dropped piece by piece: a long call would delay those who read. */
  private static final long PIECE = 8 << 20;

  private final MemorySegment errno = Arena.global().allocate(Kernel.ERRNO_BYTES, 8);
  private final Path path;
  private final MemorySegment map;
  private final int fd;
  private final long size;
  private byte sum; // of bytes that are read, so that they are

  ColdFile(Path path) throws IOException {
    this.path = path;
    try (FileChannel channel = FileChannel.open(path)) {
      size = channel.size();
      map = channel.map(MapMode.READ_ONLY, 0, size, Arena.global());
    }
    // Otherwise a fault reads what is around, up to megabytes, and the first ones read all.
    check(LinuxKernel.INSTANCE.madvise(errno, map.address(), size, MADV_RANDOM));
    MemorySegment name = Arena.global().allocateFrom(path.toString());
    fd = LinuxKernel.INSTANCE.openat(errno, Fcntl.AT_FDCWD, name.address(), Fcntl.O_RDONLY, 0);
    check(fd);
    for (long offset = 0; offset < size; offset += PIECE) {
      drop(offset);
    }
    Thread.ofPlatform().daemon().start(this::dropAgainAndAgain);
  }

  private void dropAgainAndAgain() {
    for (long offset = 0; true; offset = (offset + PIECE) % size) {
      drop(offset);
      LockSupport.parkNanos(2_000_000);
    }
  }

  private void drop(long offset) {
    long length = Math.min(PIECE, size - offset);
    check(LinuxKernel.INSTANCE.madvise(errno, map.address() + offset, length, MADV_DONTNEED));
    check(LinuxKernel.INSTANCE.fadvise(errno, fd, offset, length, Fcntl.POSIX_FADV_DONTNEED));
  }

  private static void check(int result) {
    if (result < 0) {
      throw new AssertionError("result=" + result);
    }
  }

  private long somewhere(Random random) {
    return random.nextLong(size / PAGE) * PAGE;
  }

  /** Reads a page. */
  void read(Random random) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
      in.seek(somewhere(random));
      in.read(new byte[PAGE]);
    }
  }

  /** Touches a page of mapped memory. */
  void touch(Random random) {
    sum += map.get(JAVA_BYTE, somewhere(random));
  }
}
