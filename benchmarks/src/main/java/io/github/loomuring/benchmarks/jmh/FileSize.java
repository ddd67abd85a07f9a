package io.github.loomuring.benchmarks.jmh;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
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

/** The size of an open file. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FileSize {
  private Uring uring;
  private UringFile uringFile;
  private FileChannel channel;

  @Setup(Level.Trial)
  public void open(BenchmarkFile file) throws IOException {
    uring = Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build());
    uringFile = uring.openFile(file.path(), StandardOpenOption.READ);
    channel = FileChannel.open(file.path(), StandardOpenOption.READ);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    channel.close();
    uringFile.close();
    uring.close();
  }

  @Benchmark
  public long ring() throws IOException {
    return uringFile.size();
  }

  @Benchmark
  public long fileChannel() throws IOException {
    return channel.size();
  }
}
