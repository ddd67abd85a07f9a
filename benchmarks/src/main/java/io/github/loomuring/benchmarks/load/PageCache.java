package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Loads files into the page cache of the kernel, and drops them from it. */
final class PageCache {
  private static final int PAGE_BYTES = 4096;
  private static final int PIECE_BYTES = 1 << 20;

  /** A file counts as dropped if at most this share of it is cached: some pages may be in use. */
  private static final double DROPPED_SHARE_MAX = 0.01;

  private PageCache() {}

  /** Reads the first {@code bytes} of the file, unless they are cached. */
  static void fill(Path file, long bytes) throws IOException {
    if (cachedShare(file, bytes) == 1) {
      return;
    }
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.position() < bytes && channel.read(piece) >= 0) {
        piece.clear();
      }
    }
  }

  /** Drops the whole file. Writes it back before that, because dirty pages cannot be dropped. */
  static void drop(Path file, long bytes) throws IOException {
    int fd = Libc.open(file, Libc.O_RDONLY);
    try {
      Libc.fsync(fd);
      Libc.dropPages(fd);
    } finally {
      Libc.close(fd);
    }
    double cached = cachedShare(file, bytes);
    if (cached > DROPPED_SHARE_MAX) {
      throw new IOException(
          "%.1f %% of %s stay in the page cache: does a process map it, or is it on tmpfs?"
              .formatted(100 * cached, file));
    }
  }

  /** Writes back all dirty pages of the file system, to keep them out of the next measurement. */
  static void writeBack(Path onFileSystem) throws IOException {
    int fd = Libc.open(onFileSystem, Libc.O_RDONLY);
    try {
      Libc.syncfs(fd);
    } finally {
      Libc.close(fd);
    }
  }

  private static double cachedShare(Path file, long bytes) throws IOException {
    long pageCount = bytes / PAGE_BYTES;
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
      MemorySegment pages = arena.allocate(pageCount);
      Libc.mincore(mapping, pages);
      long cached = 0;
      for (long page = 0; page < pageCount; page++) {
        cached += pages.get(ValueLayout.JAVA_BYTE, page) & 1;
      }
      return (double) cached / pageCount;
    }
  }
}
