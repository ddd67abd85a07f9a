package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A write-ahead log: all threads append records to one file, which is empty at first. */
record LogAppend(String name, int threadsMax, List<String> contenders) implements Work {
  private static final int RECORD_BYTES = 512;
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public int latencyInterval() {
    return 1;
  }

  @Override
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    Path log = site.scratch().resolve("log");
    Files.deleteIfExists(log);
    F file = api.open(log, OPTIONS);
    List<MeasuredOperation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Block block = site.block(i, RECORD_BYTES);
      operations.add(() -> append(api, file, block));
    }
    return new Scene(operations, List.of(() -> api.close(file)));
  }

  private static <F> void append(FileApi<F> api, F file, Block block) throws IOException {
    int movedBytes = api.append(file, block);
    if (movedBytes != RECORD_BYTES) {
      throw new IOException(movedBytes + " of " + RECORD_BYTES + " bytes appended");
    }
    api.force(file);
  }
}
