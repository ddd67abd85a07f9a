package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * One way to do file I/O in this JVM. Its operations block, are called by any number of threads at
 * once, and allocate nothing beyond what the API they call does.
 *
 * @param <F> the API's own open file
 */
interface FileApi<F> extends AutoCloseable {
  F open(Path path, Set<? extends OpenOption> options) throws IOException;

  /** Reads a whole block, if the file has one there. */
  int read(F file, Block block, long offset) throws IOException;

  /** Writes a whole block. */
  int write(F file, Block block, long offset) throws IOException;

  /** Writes a whole block at the end of a file that was opened with APPEND. */
  int append(F file, Block block) throws IOException;

  /** Has the device store the data, not necessarily times and such. */
  void force(F file) throws IOException;

  void close(F file) throws IOException;

  /** Reads many whole blocks; bytes read. */
  default int readRanges(F file, Block[] blocks, long[] offsets) throws IOException {
    int bytes = 0;
    for (int i = 0; i < blocks.length; i++) {
      bytes += read(file, blocks[i], offsets[i]);
    }
    return bytes;
  }

  /** Reads a whole file, into {@code block} or into memory of its own; its bytes. */
  default int readWhole(Path path, Block block) throws IOException {
    F file = open(path, WholeFiles.READ);
    try {
      return read(file, block, 0);
    } finally {
      close(file);
    }
  }

  /**
   * Creates a file, or replaces what is in it.
   *
   * @param block what to write
   * @param bytes the same
   * @param durable whether the device has to have the data before this returns
   */
  default int writeWhole(Path path, Block block, byte[] bytes, boolean durable) throws IOException {
    F file = open(path, WholeFiles.REWRITE);
    try {
      int written = write(file, block, 0);
      if (durable) {
        force(file);
      }
      return written;
    } finally {
      close(file);
    }
  }

  /** The memory of thread number {@code thread} of so many, the same in each measurement. */
  default Block block(Site site, int thread, int threads, int bytes) throws IOException {
    return site.block(thread, bytes);
  }

  /** Of the threads that call. */
  default Thread.Builder threads() {
    return Thread.ofVirtual();
  }

  /** Whether all threads use one open file; otherwise each has its own. */
  default boolean sharesFile() {
    return true;
  }

  @Override
  default void close() {}
}
