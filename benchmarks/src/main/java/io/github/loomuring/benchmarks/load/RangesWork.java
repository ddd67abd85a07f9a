package io.github.loomuring.benchmarks.load;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** Reads many random blocks at once with O_DIRECT; a thread waits until it has all of them. */
record RangesWork(String name, int ranges, int blockBytes, int threadsMax, List<String> contenders)
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
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    F file = api.open(site.dataFile(), DIRECT_READ);
    List<MeasuredOperation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      operations.add(readAll(api, file, Offsets.random(i, site.dataBytes(), blockBytes)));
    }
    return new Scene(operations, List.of(() -> api.close(file)));
  }

  private <F> MeasuredOperation readAll(FileApi<F> api, F file, LongSupplier random) {
    Block[] blocks = new Block[ranges];
    for (int i = 0; i < ranges; i++) {
      blocks[i] = Block.ofSize(blockBytes);
    }
    long[] offsets = new long[ranges];
    return () -> {
      for (int i = 0; i < ranges; i++) {
        offsets[i] = random.getAsLong();
      }
      int bytes = api.readRanges(file, blocks, offsets);
      if (bytes != ranges * blockBytes) {
        throw new IOException(name + ": " + bytes + " bytes read");
      }
    };
  }
}
