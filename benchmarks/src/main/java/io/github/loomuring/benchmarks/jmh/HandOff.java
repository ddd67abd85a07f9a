package io.github.loomuring.benchmarks.jmh;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One read of 4 KiB that are in the page cache, but through the ring. The difference to {@link
 * CachedRead} is the cost of submission, of the reaper, and of parking and unparking the thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    // JMH runs virtual threads in this benchmark alone. Virtual threads that never park, as with
    // FileChannel, hold their carriers, and JMH waits forever for the others to start.
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Djmh.executor=VIRTUAL"})
public class HandOff {
  private Uring uring;
  private UringFile uringFile;

  @Setup(Level.Trial)
  public void open(BenchmarkFile file) throws IOException {
    uring =
        Uring.open(
            UringOptions.builder()
                .fallback(UringOptions.Fallback.NEVER)
                .inline(UringOptions.Inline.NEVER)
                .build());
    uringFile = uring.openFile(file.path(), StandardOpenOption.READ);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    uringFile.close();
    uring.close();
  }

  @Benchmark
  public int ring(BenchmarkFile.ThreadState block) throws IOException {
    return uringFile.read(block.buffer(), block.nextOffset());
  }
}
