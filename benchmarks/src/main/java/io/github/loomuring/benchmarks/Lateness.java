package io.github.loomuring.benchmarks;

import com.sun.nio.file.ExtendedOpenOption;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Random 4 KiB reads of N virtual threads: rate against FileChannel, and lateness of others. */
@Command(
    name = "Lateness",
    mixinStandardHelpOptions = true,
    description = "Random 4 KiB reads: ring and FileChannel in turn, rates, ratios, lateness.")
final class Lateness implements Callable<Integer> {
  enum Work {
    DIRECT,
    CACHED
  }

  @Option(names = "--work", defaultValue = "DIRECT", description = "${COMPLETION-CANDIDATES}")
  private Work work;

  @Option(names = "--threads", split = ",", defaultValue = "1,16,64,1000")
  private List<Integer> threads;

  @Option(names = "--rounds", defaultValue = "5")
  private int rounds;

  @Option(names = "--millis", defaultValue = "2000", description = "of each engine in a round")
  private int millis;

  @Option(names = "--mebibytes", defaultValue = "512", description = "size of the file")
  private int mebibytes;

  @Option(names = "--directory", description = "on the file system to measure")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(names = "--inline", defaultValue = "NON_BLOCKING")
  private UringOptions.Inline inline;

  @Option(names = "--smoke", description = "a short run, to see that it runs")
  private boolean smoke;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (smoke) {
      threads = List.of(1, 64);
      rounds = 1;
      millis = 200;
      mebibytes = 16;
    }
    Path file = DataFile.ofSize(directory, mebibytes);
    OpenOption[] options =
        work == Work.DIRECT
            ? new OpenOption[] {StandardOpenOption.READ, ExtendedOpenOption.DIRECT}
            : new OpenOption[] {StandardOpenOption.READ};
    if (work == Work.CACHED) {
      DataFile.warm(file);
    }
    try (Uring uring = Uring.open(UringOptions.defaults().withInline(inline));
        UringFile uringFile = uring.openFile(file, options);
        FileChannel channel = FileChannel.open(file, options)) {
      System.out.println(uring);
      for (int n : threads) {
        compare(n, uringFile, channel, Files.size(file));
      }
    }
    return 0;
  }

  private void compare(int n, UringFile uringFile, FileChannel channel, long bytes)
      throws IOException, InterruptedException {
    List<Double> ratios = new ArrayList<>();
    List<Double> late = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      Load.Result jdk = Load.run(channel::read, n, millis, bytes);
      Load.Result ring = Load.run(uringFile::read, n, millis, bytes);
      ratios.add(ring.operationsPerSecond() / jdk.operationsPerSecond());
      late.add(ring.lateMillis(99));
      print(n, "FileChannel", jdk);
      print(n, "ring", ring);
    }
    System.out.printf(
        "%s N=%d: median ratio ring/FileChannel %.2f, median of the ring's late p99 %.2f ms%n",
        work, n, median(ratios), median(late));
  }

  private void print(int n, String engine, Load.Result result) {
    System.out.printf(
        "%s N=%-5d %-11s %,10.0f /s   late p50 %8.2f ms  p99 %8.2f ms  max %8.2f ms%n",
        work,
        n,
        engine,
        result.operationsPerSecond(),
        result.lateMillis(50),
        result.lateMillis(99),
        result.lateMillis(100));
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }
}
