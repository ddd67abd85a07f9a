package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files, and the memory of the threads, that measurements use. Not thread-safe. */
final class Site {
  private final Path dataFile;
  private final long dataBytes;
  private final Path scratch;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * The creator of {@code scratch} removes the files in it.
   *
   * @param dataFile random bytes, see {@link DataFile}
   * @param scratch an empty directory on the same file system
   */
  Site(Path dataFile, Path scratch) throws IOException {
    this.dataFile = dataFile;
    this.dataBytes = Files.size(dataFile);
    this.scratch = scratch;
  }

  Path dataFile() {
    return dataFile;
  }

  long dataBytes() {
    return dataBytes;
  }

  Path scratch() {
    return scratch;
  }

  /** The memory of a thread, the same in each measurement. */
  Block block(int thread, int bytes) {
    if (!blocks.isEmpty() && blocks.getFirst().bytes() != bytes) {
      blocks.clear();
    }
    while (blocks.size() <= thread) {
      blocks.add(Block.ofSize(bytes));
    }
    return blocks.get(thread);
  }
}
