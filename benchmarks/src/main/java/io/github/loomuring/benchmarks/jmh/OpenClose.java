package io.github.loomuring.benchmarks.jmh;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
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
 * Opens a file for reading, and closes it. The path is in the dentry cache, so the library does
 * both on the calling thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class OpenClose {
  private Uring uring;
  private Path path;

  @Setup(Level.Trial)
  public void open(BenchmarkFile file) {
    uring = Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build());
    path = file.path();
  }

  @TearDown(Level.Trial)
  public void close() {
    uring.close();
  }

  @Benchmark
  public UringFile ring() throws IOException {
    try (UringFile file = uring.openFile(path, StandardOpenOption.READ)) {
      return file;
    }
  }

  @Benchmark
  public FileChannel fileChannel() throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return file;
    }
  }
}
