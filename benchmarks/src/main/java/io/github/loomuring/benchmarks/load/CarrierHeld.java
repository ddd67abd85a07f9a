package io.github.loomuring.benchmarks.load;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Holds the carrier with calls that the library never sees. The file API has no part in it: its
 * contenders differ in whether something replaces the carriers.
 */
record CarrierHeld(String name, Holder holder, int threadsMax, List<String> contenders)
    implements Work {
  enum Holder {
    /** A native function that sleeps for {@link #SLEEP_MICROS}. */
    SLEEP,
    /** Reads with {@code FileInputStream} of blocks that are not cached. */
    STREAM,
    /** Loads from mapped pages that are not cached. */
    MAPPING
  }

  private static final int SLEEP_MICROS = 20_000;
  private static final int BLOCK_BYTES = 4096;

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
    if (holder != Holder.SLEEP) {
      PageCache.drop(site.dataFile(), site.dataBytes());
    }
    return switch (holder) {
      case SLEEP -> sleeping(threads);
      case STREAM -> reading(site, threads);
      case MAPPING -> loading(site, threads);
    };
  }

  private static Scene sleeping(int threads) {
    List<MeasuredOperation> operations = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      operations.add(() -> Libc.usleep(SLEEP_MICROS));
    }
    return new Scene(operations, List.of());
  }

  private Scene reading(Site site, int threads) throws IOException {
    List<MeasuredOperation> operations = new ArrayList<>();
    List<Closeable> streams = new ArrayList<>();
    LongSupplier offsets = Offsets.scattered(site.dataBytes(), BLOCK_BYTES);
    for (int i = 0; i < threads; i++) {
      FileInputStream stream = new FileInputStream(site.dataFile().toFile());
      streams.add(stream);
      operations.add(reading(stream, offsets));
    }
    return new Scene(operations, streams);
  }

  private MeasuredOperation reading(FileInputStream stream, LongSupplier offsets) {
    byte[] block = new byte[BLOCK_BYTES];
    return new MeasuredOperation() {
      private long position;

      @Override
      public void run() throws IOException {
        long offset = offsets.getAsLong();
        long skipped = stream.skip(offset - position); // also backwards
        int movedBytes = stream.read(block);
        if (skipped != offset - position || movedBytes != BLOCK_BYTES) {
          throw new IOException(name + ": skipped=" + skipped + " movedBytes=" + movedBytes);
        }
        position = offset + movedBytes;
      }
    };
  }

  private static Scene loading(Site site, int threads) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(site.dataFile(), StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, site.dataBytes(), arena);
      Libc.expectRandomAccess(file);
      List<MeasuredOperation> operations = new ArrayList<>();
      LongSupplier offsets = Offsets.scattered(site.dataBytes(), BLOCK_BYTES);
      for (int i = 0; i < threads; i++) {
        operations.add(() -> load(file, offsets.getAsLong()));
      }
      return new Scene(operations, List.of(arena::close));
    }
  }

  /** The data is random, so that a block of zeros is an error, and the load is not left out. */
  private static void load(MemorySegment file, long offset) throws IOException {
    if (file.get(ValueLayout.JAVA_LONG, offset) == 0
        && file.get(ValueLayout.JAVA_LONG, offset + Long.BYTES) == 0) {
      throw new IOException("offset=" + offset + " has zeros");
    }
  }
}
