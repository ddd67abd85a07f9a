package io.github.loomuring.benchmarks.jmh;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.nio.UringFileChannel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Set;
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

/** One read of 4 KiB that are in the page cache. The library does it on the calling thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class CachedRead {
  private Uring uring;
  private UringFile uringFile;
  private FileChannel uringChannel;
  private FileChannel channel;

  @Setup(Level.Trial)
  public void open(BenchmarkFile file) throws IOException {
    uring = Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build());
    uringFile = uring.openFile(file.path(), StandardOpenOption.READ);
    uringChannel = UringFileChannel.open(uring, file.path(), Set.of(StandardOpenOption.READ));
    channel = FileChannel.open(file.path(), StandardOpenOption.READ);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    channel.close();
    uringChannel.close();
    uringFile.close();
    uring.close();
  }

  @Benchmark
  public int ring(BenchmarkFile.ThreadState block) throws IOException {
    return uringFile.read(block.buffer(), block.nextOffset());
  }

  @Benchmark
  public int ringChannel(BenchmarkFile.ThreadState block) throws IOException {
    return uringChannel.read(block.buffer(), block.nextOffset());
  }

  @Benchmark
  public int fileChannel(BenchmarkFile.ThreadState block) throws IOException {
    return channel.read(block.buffer(), block.nextOffset());
  }
}
