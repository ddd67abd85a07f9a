package io.github.loomuring.internal.watch;

import io.github.loomuring.SpareCarriers;
import io.github.loomuring.internal.schedule.Carriers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The main class of a child: virtual threads hold their carriers, and one that does nothing of the
 * kind sleeps for a millisecond again and again. The child prints how late that one was, and what
 * the watch did.
 */
public final class HoldCarriers {
  private final boolean marks;
  private final LongAdder calls = new LongAdder();
  private final List<Thread> threads = new ArrayList<>();
  private long endNanos;
  private int warmUpMillis; // for which no lateness is recorded
  private int ended; // inexact

  private interface Work {
    void run(Random random) throws Exception;
  }

  private HoldCarriers(boolean marks) {
    this.marks = marks;
  }

  /**
   * The arguments: what to do, by how many threads, for how many milliseconds, and whether calls
   * are marked. The watch of all carriers needs no marks.
   */
  public static void main(String[] arguments) throws Exception {
    String what = arguments[0];
    int count = Integer.parseInt(arguments[1]);
    int millis = Integer.parseInt(arguments[2]);
    awaitWatch();
    HoldCarriers hold = new HoldCarriers(arguments[3].equals("marked"));
    hold.run(what, count, millis, arguments);
    printRest();
  }

  private void run(String what, int count, int millis, String[] arguments) throws Exception {
    switch (what) {
      case "sleep" -> measure(count, millis, random -> sleep(20_000));
      case "storm" -> measure(count, millis, random -> storm(random));
      case "busy" -> measure(count, millis, random -> spin());
      case "sleep-then-busy" -> sleepThenSpin(count, millis);
      case "read-cached" -> {
        Path file = Path.of(arguments[4]);
        measure(count, millis, random -> readCached(random, file));
      }
      case "read" -> {
        ColdFile file = new ColdFile(Path.of(arguments[4]));
        warmUpMillis = millis / 3; // the compiler keeps the processors busy
        measure(count, millis, random -> read(random, file));
      }
      case "touch" -> {
        ColdFile file = new ColdFile(Path.of(arguments[4]));
        warmUpMillis = millis / 3; // the compiler keeps the processors busy
        measure(count, millis, random -> touch(random, file));
      }
      case "set-parallelism" -> setParallelism(count, millis);
      case "beside-locks" ->
          besideLocks(count, millis, Arrays.copyOfRange(arguments, 4, arguments.length));
      case "exit" -> exit(count);
      default -> throw new IllegalArgumentException(what);
    }
  }

  private static void awaitWatch() throws InterruptedException {
    for (int i = 0; i < 2_000 && !CarrierWatch.isPossible(); i++) {
      Thread.sleep(1);
    }
    System.out.println("possible=" + CarrierWatch.isPossible());
    if (CarrierWatch.isPossible()) {
      System.out.println("parallelismBefore=" + Carriers.parallelism());
    }
  }

  private void sleep(int micros) {
    if (marks) {
      Blocking.markedSleep(micros);
    } else {
      Blocking.sleep(micros);
    }
    ended();
  }

  private void spin() {
    int token = marks ? CarrierWatch.begin() : -1;
    Blocking.spin(3_000);
    CarrierWatch.end(token);
    ended();
    Thread.yield();
  }

  /** The threads sleep first, and keep the processors busy then. */
  private void sleepThenSpin(int count, int millis) throws Exception {
    start(count, millis, random -> sleep(20_000));
    awaitSpares(3);
    print("sparesBefore", CarrierWatch.spares());
    join();
    start(count, millis, random -> spin());
    long begun = System.nanoTime();
    while (CarrierWatch.spares() > 0 && System.nanoTime() < endNanos) {
      Thread.sleep(1);
    }
    print("sparesAfter", CarrierWatch.spares());
    print("sparesWentMillis", (System.nanoTime() - begun) / 1_000_000);
    long rescues = CarrierWatch.rescues();
    join();
    print("rescuesAfter", CarrierWatch.rescues() - rescues);
  }

  private void readCached(Random random, Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(random.nextLong(in.length()));
      in.read(new byte[512]);
    }
    ended();
  }

  private void read(Random random, ColdFile file) throws IOException {
    file.read(random);
    ended();
  }

  private void touch(Random random, ColdFile file) {
    file.touch(random);
    ended();
  }

  private void storm(Random random) throws InterruptedException {
    switch (random.nextInt(4)) {
      case 0 -> Thread.sleep(random.nextInt(3));
      case 1 -> Blocking.spin(random.nextInt(300));
      case 2 -> sleep(1 + random.nextInt(200));
      default -> sleep(1 + random.nextInt(10_000));
    }
  }

  /** Counts a call. Threads yield now and then, as those of other programs wait for something. */
  private void ended() {
    calls.increment();
    if (++ended % 64 == 0) {
      Thread.yield();
    }
  }

  private void start(int count, int millis, Work work) {
    endNanos = System.nanoTime() + millis * 1_000_000L;
    for (int i = 0; i < count; i++) {
      Random random = new Random(i);
      threads.add(Thread.ofVirtual().start(() -> repeat(work, random)));
    }
  }

  private void repeat(Work work, Random random) {
    try {
      while (System.nanoTime() < endNanos) {
        work.run(random);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void measure(int count, int millis, Work work) throws Exception {
    Sleeper sleeper = new Sleeper(System.nanoTime() + warmUpMillis * 1_000_000L);
    start(count, millis, work);
    Thread unrelated = Thread.ofVirtual().start(() -> sleeper.runUntil(endNanos));
    Duration before = cpuTime();
    long begunNanos = System.nanoTime();
    Most most = new Most();
    Thread observer = Thread.ofPlatform().start(() -> most.runUntil(endNanos));
    join();
    unrelated.join();
    observer.join();
    print("millis", (System.nanoTime() - begunNanos) / 1_000_000);
    print("cpuMillis", cpuTime().minus(before).toMillis());
    print("bytesRead", bytesRead());
    print("calls", calls.sum());
    print("woke", sleeper.count);
    print("lateMicrosP50", sleeper.lateMicros(0.5));
    print("lateMicrosP99", sleeper.lateMicros(0.99));
    print("sparesMost", most.spares);
    print("parallelismMost", most.parallelism);
    print("parallelismChanges", most.changes);
  }

  private static void awaitSpares(int count) throws InterruptedException {
    for (int i = 0; i < 2_000 && CarrierWatch.spares() < count; i++) {
      Thread.sleep(1);
    }
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  /** Prints what is left when the watch has had some time. */
  private static void printRest() throws InterruptedException {
    if (!CarrierWatch.isPossible()) {
      return;
    }
    for (int i = 0; i < 2_000 && CarrierWatch.spares() > 0; i++) {
      Thread.sleep(1);
    }
    SpareCarriers.Snapshot snapshot = SpareCarriers.snapshot();
    print("rescues", snapshot.rescues());
    print("snapshotMost", snapshot.sparesMost());
    print("longestMillis", snapshot.longestBlock().toMillis());
    print("sparesLeft", CarrierWatch.spares());
    print("parallelismLeft", Carriers.parallelism());
  }

  /** The program sets the parallelism while there are spares. */
  private void setParallelism(int count, int millis) throws Exception {
    start(count, millis, random -> sleep(20_000));
    awaitSpares(3);
    print("sparesBefore", CarrierWatch.spares());
    Carriers.setParallelism(3);
    Thread.sleep(200);
    print("sparesAfter", CarrierWatch.spares());
    join();
  }

  /** Some virtual threads wait for locks, for which the JDK itself lets other carriers run. */
  private void besideLocks(int count, int millis, String[] files) throws Exception {
    List<Thread> locks = new ArrayList<>();
    for (String file : files) {
      locks.add(Thread.ofVirtual().start(() -> lock(file)));
      Thread.sleep(50);
    }
    print("poolBefore", Carriers.poolSize());
    measure(count, millis, random -> sleep(20_000));
    System.out.println("mayUnlock=true");
    for (Thread lock : locks) {
      lock.join();
    }
  }

  private static void lock(String file) {
    try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.WRITE)) {
      channel.lock();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends the JVM while carriers are blocked; the shutdown hook needs a virtual thread. */
  private void exit(int count) throws Exception {
    Thread hook =
        new Thread(
            () -> {
              CountDownLatch ran = new CountDownLatch(1);
              Thread.ofVirtual().start(ran::countDown);
              try {
                System.out.println("hook=" + ran.await(10, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                System.out.println("hook=" + e);
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    start(count, 60_000, random -> sleep(20_000));
    awaitSpares(3);
    print("sparesBefore", CarrierWatch.spares());
  }

  private static Duration cpuTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** How many bytes the process has read from disks, see proc(5); 0 if that is not known. */
  private static long bytesRead() throws IOException {
    Path io = Path.of("/proc/self/io");
    String key = "read_bytes: ";
    return Files.isReadable(io)
        ? Files.readAllLines(io).stream()
            .filter(line -> line.startsWith(key))
            .mapToLong(line -> Long.parseLong(line.substring(key.length())))
            .sum()
        : 0;
  }

  private static void print(String key, long value) {
    System.out.println(key + "=" + value);
  }

  /** Sleeps for a millisecond again and again. */
  private static final class Sleeper {
    private final long[] lateNanos = new long[1 << 16];
    private final long beginNanos;
    int count;

    Sleeper(long beginNanos) {
      this.beginNanos = beginNanos;
    }

    void runUntil(long endNanos) {
      while (System.nanoTime() < endNanos && count < lateNanos.length) {
        long begun = System.nanoTime();
        try {
          Thread.sleep(1);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        long now = System.nanoTime();
        if (now >= beginNanos) {
          lateNanos[count++] = now - begun - 1_000_000;
        }
      }
    }

    long lateMicros(double quantile) {
      long[] sorted = Arrays.copyOf(lateNanos, count);
      Arrays.sort(sorted);
      return count == 0 ? Long.MAX_VALUE : sorted[(int) (count * quantile)] / 1000;
    }
  }

  /** Looks for the largest values. */
  private static final class Most {
    long spares;
    long parallelism;
    private long last;
    int changes;

    void runUntil(long endNanos) {
      boolean known = CarrierWatch.isPossible();
      while (known && System.nanoTime() < endNanos) {
        spares = Math.max(spares, CarrierWatch.spares());
        long now = Carriers.parallelism();
        parallelism = Math.max(parallelism, now);
        changes += now == last ? 0 : 1;
        last = now;
        try {
          Thread.sleep(1);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }
}
