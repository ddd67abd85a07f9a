package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.benchmarks.results.Extra;
import io.github.loomuring.benchmarks.results.Spread;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures ordinary reads while many virtual threads wait in reads of FIFOs. */
@Command(
    name = "pending",
    mixinStandardHelpOptions = true,
    description = "Reads of a file before and while many threads wait in reads of FIFOs.")
public final class PendingReads implements Callable<Integer> {
  @Option(
      names = "--pending",
      defaultValue = "100000",
      description = "number of virtual threads that wait")
  private int pending;

  @Option(
      names = "--fifos",
      defaultValue = "500",
      description = "number of FIFOs that they wait for")
  private int fifoCount;

  @Option(
      names = "--threads",
      defaultValue = "64",
      description = "number of threads that read the file")
  private int threads;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "number of measurements before, and while, the others wait")
  private int rounds;

  @Option(names = "--millis", defaultValue = "1000", description = "length of each measurement")
  private int millis;

  @Option(
      names = "--output",
      description = "file for the results (JSON), which the command report reads")
  private Path output;

  /** The memory of a pending operation outside the heap: an iovec, and errno. */
  private static final int SCRATCH_BYTES = 32;

  private final AtomicInteger completed = new AtomicInteger();
  private final AtomicInteger interrupted = new AtomicInteger();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("pending-reads");
    Path data = DataFile.ofSize(Path.of(System.getProperty("java.io.tmpdir")), 512);
    List<Path> paths = new ArrayList<>();
    List<String> mkfifo = new ArrayList<>(List.of("mkfifo"));
    for (int i = 0; i < fifoCount; i++) {
      paths.add(directory.resolve("fifo" + i));
      mkfifo.add(paths.get(i).toString());
    }
    new ProcessBuilder(mkfifo).inheritIO().start().waitFor();
    List<UringFile> fifos = new ArrayList<>();
    Uring uring = Uring.open(UringOptions.defaults());
    try (Contender ring = new JavaContender<>(new UringApi(uring), new Site(data, directory))) {
      for (Path path : paths) {
        fifos.add(uring.openFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
      }
      run(fifos, ring);
    } finally {
      for (UringFile fifo : fifos) {
        fifo.close();
      }
      for (Path path : paths) {
        Files.delete(path);
      }
      Files.delete(directory);
    }
    return completed.get() + interrupted.get() == pending ? 0 : 1;
  }

  private void run(List<UringFile> fifos, Contender ring) throws IOException, InterruptedException {
    double before = rate(ring, "before");
    MemorySegment bytes = Arena.ofAuto().allocate(pending);
    long heapBefore = LiveObjects.bytes();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < pending; i++) {
      UringFile fifo = fifos.get(i % fifos.size());
      MemorySegment dst = bytes.asSlice(i, 1);
      readers.add(Thread.ofVirtual().start(() -> readOne(fifo, dst)));
    }
    for (Thread reader : readers) {
      while (reader.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
    long bytesEach = (LiveObjects.bytes() - heapBefore) / pending + SCRATCH_BYTES;
    System.out.println("a pending read takes " + bytesEach + " bytes, beside its thread");
    double during = rate(ring, "while " + pending + " reads are pending");
    System.out.printf("ratio %.2f%n", during / before);
    if (output != null) {
      Extra.write(output, List.of(Extra.cost(before / during), Extra.memory(bytesEach)));
    }
    int half = pending / 2;
    long begun = System.nanoTime();
    for (Thread reader : readers.subList(0, half)) {
      reader.interrupt();
    }
    for (Thread reader : readers.subList(0, half)) {
      reader.join();
    }
    System.out.printf("%d interrupted in %.2f s%n", interrupted.get(), secondsSince(begun));
    begun = System.nanoTime();
    for (UringFile fifo : fifos) {
      Thread.ofVirtual().start(() -> write(fifo, pending / fifos.size() + 1));
    }
    for (Thread reader : readers) {
      reader.join();
    }
    System.out.printf("%d completed in %.2f s%n", completed.get(), secondsSince(begun));
  }

  private void readOne(UringFile fifo, MemorySegment dst) {
    try {
      fifo.read(dst, 0);
      completed.incrementAndGet();
    } catch (InterruptedIOException e) {
      interrupted.incrementAndGet();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(UringFile fifo, int bytes) {
    try {
      fifo.writeFully(ByteBuffer.allocate(bytes), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private double rate(Contender ring, String when) throws IOException, InterruptedException {
    Work reads = Works.named("direct-read-4k");
    double[] rates = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      rates[round] = ring.measure(reads, threads, Span.of(millis)).operationsPerSecond();
    }
    double median = Spread.of(Arrays.stream(rates)).median();
    System.out.printf("%,.0f reads/s %s%n", median, when);
    return median;
  }

  private static double secondsSince(long begunNanos) {
    return (System.nanoTime() - begunNanos) / 1e9;
  }
}
