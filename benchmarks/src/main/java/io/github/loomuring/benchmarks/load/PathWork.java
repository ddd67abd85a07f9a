package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Operations on paths, whose directories are cached. A thread changes names of its own only. */
record PathWork(String name, Operation operation, int threadsMax, List<String> contenders)
    implements Work {
  enum Operation {
    /** Asks for the attributes of one of many files. */
    STAT,
    /** Gives a file another name, and its old one again: two calls. */
    RENAME,
    /** Gives a file a second name, and removes it again: two calls. */
    LINK_AND_UNLINK,
    /** Makes a directory, and removes it again: two calls. */
    MAKE_AND_REMOVE_DIRECTORY
  }

  private static final int FILE_BYTES = 16 * 1024;
  private static final int SHARED_FILES = 64;

  @Override
  public boolean writes() {
    return operation != Operation.STAT;
  }

  @Override
  public int latencyInterval() {
    return operation == Operation.STAT ? 16 : 1;
  }

  @Override
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    Path[] shared = FileWork.files(site, "shared", SHARED_FILES, site.block(0, FILE_BYTES));
    List<MeasuredOperation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      operations.add(
          operation == Operation.STAT
              ? stat(api, shared, i)
              : change(api, FileWork.files(site, "names" + i, 1, site.block(i, FILE_BYTES))[0]));
    }
    return new Scene(operations, List.of());
  }

  private <F> MeasuredOperation stat(FileApi<F> api, Path[] files, int thread) {
    SplittableRandom random = new SplittableRandom(thread);
    return () -> {
      long bytes = api.stat(files[random.nextInt(files.length)]);
      if (bytes != FILE_BYTES) {
        throw new IOException(name + ": a file has " + bytes + " bytes");
      }
    };
  }

  private <F> MeasuredOperation change(FileApi<F> api, Path file) {
    Path other = file.resolveSibling("other");
    return switch (operation) {
      case STAT -> throw new IllegalStateException("operation=" + operation);
      case RENAME ->
          () -> {
            api.rename(file, other);
            api.rename(other, file);
          };
      case LINK_AND_UNLINK ->
          () -> {
            api.link(other, file);
            api.delete(other);
          };
      case MAKE_AND_REMOVE_DIRECTORY ->
          () -> {
            api.makeDirectory(other);
            api.delete(other);
          };
    };
  }
}
