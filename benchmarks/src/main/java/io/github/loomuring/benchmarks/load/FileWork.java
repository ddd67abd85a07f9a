package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Opens a small file, reads or writes it, and closes it. The files are cached, and exist unless the
 * work is to create them.
 */
record FileWork(String name, Content content, int threadsMax, List<String> contenders)
    implements Work {
  /** What a thread does between open and close. */
  enum Content {
    NOTHING,
    READ,
    WRITE,
    DURABLE_WRITE,
    /** As WRITE, of a file that does not exist, and is deleted again after the close. */
    CREATE,
    /** One call for the whole file, where the API has such a call. */
    WHOLE_READ,
    WHOLE_WRITE,
    WHOLE_DURABLE_WRITE;

    boolean isWhole() {
      return this == WHOLE_READ || this == WHOLE_WRITE || this == WHOLE_DURABLE_WRITE;
    }
  }

  private static final int FILE_BYTES = 16 * 1024;
  private static final int SHARED_FILES = 64;
  private static final int OWN_FILES = 16;

  @Override
  public boolean writes() {
    return switch (content) {
      case NOTHING, READ, WHOLE_READ -> false;
      case WRITE, DURABLE_WRITE, CREATE, WHOLE_WRITE, WHOLE_DURABLE_WRITE -> true;
    };
  }

  @Override
  public int latencyInterval() {
    return content == Content.NOTHING ? 16 : 1;
  }

  @Override
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    List<MeasuredOperation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Block block = site.block(i, FILE_BYTES);
      operations.add(
          writes()
              ? rewriteInTurn(api, files(site, "thread" + i, OWN_FILES, block), block)
              : readAny(api, files(site, "shared", SHARED_FILES, block), block, i));
    }
    return new Scene(operations, List.of());
  }

  /** Small files in their own directory, which the first call creates. */
  static Path[] files(Site site, String directoryName, int count, Block content)
      throws IOException {
    Path directory = site.scratch().resolve(directoryName);
    Path[] files = new Path[count];
    boolean made = Files.exists(directory);
    Files.createDirectories(directory);
    for (int i = 0; i < count; i++) {
      files[i] = directory.resolve("file" + i);
      if (!made) {
        Files.write(files[i], content.segment().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return files;
  }

  private <F> MeasuredOperation readAny(FileApi<F> api, Path[] files, Block block, int thread) {
    SplittableRandom random = new SplittableRandom(thread);
    if (content == Content.WHOLE_READ) {
      return () -> check(api.readWhole(files[random.nextInt(files.length)], block));
    }
    return () -> {
      F file = api.open(files[random.nextInt(files.length)], FileApi.READ);
      try {
        if (content == Content.READ) {
          check(api.read(file, block, 0));
        }
      } finally {
        api.close(file);
      }
    };
  }

  private <F> MeasuredOperation rewriteInTurn(FileApi<F> api, Path[] files, Block block) {
    if (content == Content.CREATE) {
      Path path = files[0].resolveSibling("new");
      return () -> create(api, path, block);
    }
    byte[] bytes = block.segment().toArray(ValueLayout.JAVA_BYTE);
    return new MeasuredOperation() {
      private int next;

      @Override
      public void run() throws IOException {
        rewrite(api, files[next], block, bytes);
        next = (next + 1) % files.length;
      }
    };
  }

  private <F> void create(FileApi<F> api, Path path, Block block) throws IOException {
    F file = api.open(path, FileApi.CREATE);
    try {
      check(api.write(file, block, 0));
    } finally {
      api.close(file);
    }
    api.delete(path);
  }

  private <F> void rewrite(FileApi<F> api, Path path, Block block, byte[] bytes)
      throws IOException {
    if (content == Content.WHOLE_WRITE || content == Content.WHOLE_DURABLE_WRITE) {
      check(api.writeWhole(path, block, bytes, content == Content.WHOLE_DURABLE_WRITE));
      return;
    }
    F file = api.open(path, FileApi.REWRITE);
    try {
      check(api.write(file, block, 0));
      if (content == Content.DURABLE_WRITE) {
        api.force(file);
      }
    } finally {
      api.close(file);
    }
  }

  private void check(int movedBytes) throws IOException {
    if (movedBytes != FILE_BYTES) {
      throw new IOException(name + ": " + movedBytes + " of " + FILE_BYTES + " bytes moved");
    }
  }
}
