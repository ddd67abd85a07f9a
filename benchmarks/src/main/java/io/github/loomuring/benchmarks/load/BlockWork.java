package io.github.loomuring.benchmarks.load;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Reads or overwrites blocks of the data file.
 *
 * @param bytesMax the work uses no more than this many bytes at the beginning of the file
 */
record BlockWork(
    String name,
    Mode mode,
    Order order,
    Cache cache,
    int blockBytes,
    long bytesMax,
    int threadsMax,
    int burners,
    List<String> contenders)
    implements Work {
  enum Mode {
    READ,
    WRITE
  }

  enum Order {
    RANDOM,
    /** Each thread goes through its own part of the file, over and over. */
    SEQUENTIAL
  }

  /** How much of the file is in the page cache when a measurement begins. */
  enum Cache {
    /** The page cache is not used: O_DIRECT. */
    BYPASSED,
    /** The whole part that is used. */
    WARM,
    /** Nothing. A block that a measurement reads twice is cached the second time. */
    COLD
  }

  @Override
  public boolean writes() {
    return mode == Mode.WRITE;
  }

  @Override
  public int latencyInterval() {
    return cache == Cache.WARM ? 16 : 1;
  }

  boolean direct() {
    return cache == Cache.BYPASSED;
  }

  /** How many bytes of the file the work uses. */
  long usedBytes(Site site) {
    return Math.min(bytesMax, site.dataBytes()) / blockBytes * blockBytes;
  }

  /** How many bytes of the file are the part of one thread. */
  long partBytes(Site site, int threads) {
    return usedBytes(site) / threads / blockBytes * blockBytes;
  }

  void preparePageCache(Site site) throws IOException {
    switch (cache) {
      case BYPASSED -> {}
      case WARM -> PageCache.fill(site.dataFile(), usedBytes(site));
      case COLD -> PageCache.drop(site.dataFile(), usedBytes(site));
    }
  }

  @Override
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    preparePageCache(site);
    List<F> files = new ArrayList<>();
    List<Closeable> closeables = new ArrayList<>();
    for (int i = 0; i < (api.sharesFile() ? 1 : threads); i++) {
      F file = api.open(site.dataFile(), openOptions());
      files.add(file);
      closeables.add(() -> api.close(file));
    }
    List<MeasuredOperation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      F file = files.get(i % files.size());
      Block block = api.block(site, i, threads, blockBytes);
      operations.add(operation(api, file, block, offsets(site, i, threads)));
    }
    return new Scene(operations, closeables);
  }

  private Set<OpenOption> openOptions() {
    StandardOpenOption option =
        mode == Mode.READ ? StandardOpenOption.READ : StandardOpenOption.WRITE;
    return direct() ? Set.of(option, ExtendedOpenOption.DIRECT) : Set.of(option);
  }

  private LongSupplier offsets(Site site, int thread, int threads) {
    return switch (order) {
      case RANDOM -> Offsets.random(thread, usedBytes(site), blockBytes);
      case SEQUENTIAL -> {
        long partBytes = partBytes(site, threads);
        yield Offsets.sequential(thread * partBytes, partBytes, blockBytes);
      }
    };
  }

  private <F> MeasuredOperation operation(
      FileApi<F> api, F file, Block block, LongSupplier offsets) {
    return switch (mode) {
      case READ -> () -> check(api.read(file, block, offsets.getAsLong()));
      case WRITE -> () -> check(api.write(file, block, offsets.getAsLong()));
    };
  }

  private void check(int movedBytes) throws IOException {
    if (movedBytes != blockBytes) {
      throw new IOException(name + ": " + movedBytes + " of " + blockBytes + " bytes moved");
    }
  }
}
