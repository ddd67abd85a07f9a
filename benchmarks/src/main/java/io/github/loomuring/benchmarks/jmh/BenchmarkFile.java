package io.github.loomuring.benchmarks.jmh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A small file in {@code java.io.tmpdir} that stays in the page cache. */
@State(Scope.Benchmark)
public class BenchmarkFile {
  static final int BLOCK_BYTES = 4096;
  private static final int BLOCKS = 4096;

  private Path path;

  @Setup(Level.Trial)
  public void create() throws IOException {
    byte[] bytes = new byte[BLOCKS * BLOCK_BYTES];
    new Random(1).nextBytes(bytes);
    path = Files.createTempFile("loom-uring-jmh", ".bin");
    Files.write(path, bytes);
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    Files.delete(path);
  }

  Path path() {
    return path;
  }

  /** Each thread has its own buffer, and goes through the blocks of the file in its own order. */
  @State(Scope.Thread)
  public static class ThreadState {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private int index = ThreadLocalRandom.current().nextInt();

    /** The buffer, with position 0 and the limit at its capacity. */
    ByteBuffer buffer() {
      return buffer.clear();
    }

    /** The offset of the next block. The step is odd, so that all blocks come in turn. */
    long nextOffset() {
      index += 1021;
      return (long) (index & (BLOCKS - 1)) * BLOCK_BYTES;
    }
  }
}
