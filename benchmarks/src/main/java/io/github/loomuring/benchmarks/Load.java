package io.github.loomuring.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** Virtual threads that each read random blocks of a file for a set time. */
final class Load {
  /** One read; position of the buffer, and offset, are set. */
  @FunctionalInterface
  interface Reader {
    int read(ByteBuffer dst, long offset) throws IOException;
  }

  /** Operations a second, and how late the unrelated thread woke. */
  record Result(double operationsPerSecond, Histogram lateNanos) {
    double lateMillis(double percentile) {
      return lateNanos.getValueAtPercentile(percentile) / 1e6;
    }
  }

  private volatile boolean stopped;

  private Load() {}

  static Result run(Reader reader, int threads, long millis, long fileBytes)
      throws IOException, InterruptedException {
    return new Load().measure(reader, threads, millis, fileBytes);
  }

  private Result measure(Reader reader, int threads, long millis, long fileBytes)
      throws IOException, InterruptedException {
    LongAdder operations = new LongAdder();
    AtomicReference<Exception> failure = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    try (Sleeper sleeper = new Sleeper()) {
      long begun = System.nanoTime();
      for (int i = 0; i < threads; i++) {
        int seed = i;
        readers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        operations.add(readUntilStopped(reader, seed, fileBytes));
                      } catch (IOException | RuntimeException e) {
                        failure.compareAndSet(null, e);
                      }
                    }));
      }
      Thread.sleep(millis); // the time of the measurement; this is a platform thread
      Histogram late = sleeper.stop();
      stopped = true;
      for (Thread thread : readers) {
        thread.join();
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      if (failure.get() != null) {
        throw new IOException("a read failed", failure.get());
      }
      return new Result(operations.sum() / seconds, late);
    }
  }

  private long readUntilStopped(Reader reader, int seed, long fileBytes) throws IOException {
    ByteBuffer block =
        ByteBuffer.allocateDirect(2 * DataFile.BLOCK_BYTES)
            .alignedSlice(DataFile.BLOCK_BYTES)
            .slice(0, DataFile.BLOCK_BYTES);
    SplittableRandom random = new SplittableRandom(seed);
    long count = 0;
    while (!stopped) {
      block.clear();
      long offset = random.nextLong(fileBytes / DataFile.BLOCK_BYTES) * DataFile.BLOCK_BYTES;
      if (reader.read(block, offset) != DataFile.BLOCK_BYTES) {
        throw new IOException("short read at " + offset);
      }
      count++;
    }
    return count;
  }
}
