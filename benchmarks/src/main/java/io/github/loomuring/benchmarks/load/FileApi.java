package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * A file API of this JVM, in the form in which the works call it. The methods block and may be
 * called by any number of threads at once. They allocate nothing beyond what the API itself
 * allocates.
 *
 * @param <F> an open file of that API
 */
interface FileApi<F> extends AutoCloseable {
  /** Options that open a whole file for reading. */
  Set<OpenOption> READ = Set.of(StandardOpenOption.READ);

  /** Options that open a whole file for being created, or written anew. */
  Set<OpenOption> REWRITE =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);

  /** Options that create a file, which must not exist. */
  Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  F open(Path path, Set<? extends OpenOption> options) throws IOException;

  /** Reads a whole block, if the file has that many bytes at the offset. */
  int read(F file, Block block, long offset) throws IOException;

  /** Writes a whole block. */
  int write(F file, Block block, long offset) throws IOException;

  /** Writes a whole block at the end of a file that was opened with APPEND. */
  int append(F file, Block block) throws IOException;

  /** Returns when the data is on the device; metadata such as times may follow later. */
  void force(F file) throws IOException;

  void close(F file) throws IOException;

  /**
   * Reads many whole blocks.
   *
   * @return number of bytes read
   */
  default int readRanges(F file, Block[] blocks, long[] offsets) throws IOException {
    int bytes = 0;
    for (int i = 0; i < blocks.length; i++) {
      bytes += read(file, blocks[i], offsets[i]);
    }
    return bytes;
  }

  /**
   * Reads a whole file into {@code block}, or into memory that the API allocates.
   *
   * @return number of bytes read
   */
  default int readWhole(Path path, Block block) throws IOException {
    F file = open(path, READ);
    try {
      return read(file, block, 0);
    } finally {
      close(file);
    }
  }

  /**
   * Creates a file, or replaces its content.
   *
   * @param block the new content
   * @param bytes the same content as an array
   * @param durable whether the data has to be on the device before this returns
   * @return number of bytes written
   */
  default int writeWhole(Path path, Block block, byte[] bytes, boolean durable) throws IOException {
    F file = open(path, REWRITE);
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

  /** Asks for the attributes of a file, and returns its size in bytes. */
  default long stat(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).size();
  }

  /** Renames a file by one system call. */
  default void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Gives a file one more name. */
  default void link(Path link, Path existing) throws IOException {
    Files.createLink(link, existing);
  }

  default void makeDirectory(Path path) throws IOException {
    Files.createDirectory(path);
  }

  /** Removes a file, or an empty directory. */
  default void delete(Path path) throws IOException {
    Files.delete(path);
  }

  /** The memory of one of {@code threads} threads, the same in each measurement. */
  default Block block(Site site, int thread, int threads, int bytes) throws IOException {
    return site.block(thread, bytes);
  }

  /** The kind of thread that calls this API. */
  default Thread.Builder threads() {
    return Thread.ofVirtual();
  }

  /** Whether all threads use one open file; otherwise each opens its own. */
  default boolean sharesFile() {
    return true;
  }

  @Override
  default void close() {}
}
