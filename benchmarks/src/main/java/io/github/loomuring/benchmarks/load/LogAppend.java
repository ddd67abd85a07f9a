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
record LogAppend(String name, int threadsMax, List<String> engines) implements Work {
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
  public <F> Scene open(Engine<F> engine, Site site, int threads) throws IOException {
    Path log = site.scratch().resolve("log");
    Files.deleteIfExists(log);
    F file = engine.open(log, OPTIONS);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Block block = site.block(i, RECORD_BYTES);
      operations.add(() -> append(engine, file, block));
    }
    return new Scene(operations, List.of(() -> engine.close(file)));
  }

  private static <F> void append(Engine<F> engine, F file, Block block) throws IOException {
    int movedBytes = engine.append(file, block);
    if (movedBytes != RECORD_BYTES) {
      throw new IOException(movedBytes + " of " + RECORD_BYTES + " bytes appended");
    }
    engine.force(file);
  }
}
