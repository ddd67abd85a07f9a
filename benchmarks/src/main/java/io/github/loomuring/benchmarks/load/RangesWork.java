package io.github.loomuring.benchmarks.load;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** O_DIRECT reads of many blocks at random, of which a thread wants all before it goes on. */
record RangesWork(String name, int ranges, int blockBytes, int threadsMax, List<String> engines)
    implements Work {
  private static final Set<OpenOption> DIRECT_READ =
      Set.of(StandardOpenOption.READ, ExtendedOpenOption.DIRECT);

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public int latencyInterval() {
    return 1;
  }

  @Override
  public <F> Scene open(Engine<F> engine, Site site, int threads) throws IOException {
    F file = engine.open(site.dataFile(), DIRECT_READ);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      operations.add(readAll(engine, file, Offsets.random(i, site.dataBytes(), blockBytes)));
    }
    return new Scene(operations, List.of(() -> engine.close(file)));
  }

  private <F> Operation readAll(Engine<F> engine, F file, LongSupplier random) {
    Block[] blocks = new Block[ranges];
    for (int i = 0; i < ranges; i++) {
      blocks[i] = Block.ofSize(blockBytes);
    }
    long[] offsets = new long[ranges];
    return () -> {
      for (int i = 0; i < ranges; i++) {
        offsets[i] = random.getAsLong();
      }
      int bytes = engine.readRanges(file, blocks, offsets);
      if (bytes != ranges * blockBytes) {
        throw new IOException(name + ": " + bytes + " bytes read");
      }
    };
  }
}
