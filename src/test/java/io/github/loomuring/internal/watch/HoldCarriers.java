package io.github.loomuring.internal.watch;

import io.github.loomuring.SpareCarriers;
import io.github.loomuring.internal.schedule.Carriers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private final LongAdder calls = new LongAdder();
  private final List<Thread> threads = new ArrayList<>();
  private long endNanos;
  private int ended; // inexact
  private byte sum; // of bytes that are read, so that they are

  private interface Work {
    void run(Random random) throws Exception;
  }

  private HoldCarriers() {}

  /** The arguments: what to do, by how many threads, and for how many milliseconds. */
  public static void main(String[] arguments) throws Exception {
    String what = arguments[0];
    int count = Integer.parseInt(arguments[1]);
    int millis = Integer.parseInt(arguments[2]);
    awaitWatch();
    HoldCarriers hold = new HoldCarriers();
    switch (what) {
      case "unmarked" -> hold.measure(count, millis, random -> hold.unmarked(20_000));
      case "marked" -> hold.measure(count, millis, random -> hold.marked(20_000));
      case "storm" -> hold.measure(count, millis, random -> hold.storm(random));
      case "busy" ->
          hold.measure(
              count,
              millis,
              random -> {
                int token = CarrierWatch.begin();
                Blocking.spin(3_000);
                CarrierWatch.end(token);
                hold.ended();
                Thread.yield();
              });
      case "streams" -> hold.measure(count, millis, random -> hold.read(random, arguments[3]));
      case "mapped" -> hold.measureMapped(count, millis, arguments[3]);
      case "set-parallelism" -> hold.setParallelism(count, millis);
      case "beside-locks" ->
          hold.besideLocks(count, millis, Arrays.copyOfRange(arguments, 3, arguments.length));
      case "exit" -> hold.exit(count);
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

  private void unmarked(int micros) {
    Blocking.sleep(micros);
    ended();
  }

  private void marked(int micros) {
    Blocking.markedSleep(micros);
    ended();
  }

  /** Reads some bytes somewhere in the file. */
  private void read(Random random, String file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file, "r")) {
      in.seek(random.nextLong(in.length()));
      in.read(new byte[512]);
    }
    ended();
  }

  private void measureMapped(int count, int millis, String file) throws Exception {
    try (FileChannel channel = FileChannel.open(Path.of(file))) {
      MemorySegment map = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.global());
      measure(
          count,
          millis,
          random -> {
            sum += map.get(ValueLayout.JAVA_BYTE, random.nextLong(map.byteSize()));
            ended();
          });
    }
  }

  private void storm(Random random) throws InterruptedException {
    switch (random.nextInt(4)) {
      case 0 -> Thread.sleep(random.nextInt(3));
      case 1 -> Blocking.spin(random.nextInt(300));
      case 2 -> marked(1 + random.nextInt(200));
      default -> marked(1 + random.nextInt(10_000));
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
    Sleeper sleeper = new Sleeper();
    start(count, millis, work);
    Thread unrelated = Thread.ofVirtual().start(() -> sleeper.runUntil(endNanos));
    Most most = new Most();
    Thread observer = Thread.ofPlatform().start(() -> most.runUntil(endNanos));
    join();
    unrelated.join();
    observer.join();
    print("calls", calls.sum());
    print("woke", sleeper.count);
    print("lateMicrosP50", sleeper.lateMicros(0.5));
    print("lateMicrosP99", sleeper.lateMicros(0.99));
    print("sparesMost", most.spares);
    print("parallelismMost", most.parallelism);
    printRest();
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
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
    start(count, millis, random -> marked(20_000));
    for (int i = 0; i < 2_000 && CarrierWatch.spares() < 3; i++) {
      Thread.sleep(1);
    }
    print("sparesBefore", CarrierWatch.spares());
    Carriers.setParallelism(3);
    Thread.sleep(200);
    print("sparesAfter", CarrierWatch.spares());
    join();
    printRest();
  }

  /** Some virtual threads wait for locks, for which the JDK itself lets other carriers run. */
  private void besideLocks(int count, int millis, String[] files) throws Exception {
    List<Thread> locks = new ArrayList<>();
    for (String file : files) {
      locks.add(Thread.ofVirtual().start(() -> lock(file)));
      Thread.sleep(50);
    }
    print("poolBefore", Carriers.poolSize());
    measure(count, millis, random -> marked(20_000));
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
    start(count, 60_000, random -> marked(20_000));
    for (int i = 0; i < 2_000 && CarrierWatch.spares() < 3; i++) {
      Thread.sleep(1);
    }
    print("sparesBefore", CarrierWatch.spares());
  }

  private static void print(String key, long value) {
    System.out.println(key + "=" + value);
  }

  /** Sleeps for a millisecond again and again. */
  private static final class Sleeper {
    private final long[] lateNanos = new long[1 << 16];
    int count;

    void runUntil(long endNanos) {
      while (System.nanoTime() < endNanos && count < lateNanos.length) {
        long begun = System.nanoTime();
        try {
          Thread.sleep(1);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        lateNanos[count++] = System.nanoTime() - begun - 1_000_000;
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

    void runUntil(long endNanos) {
      boolean known = CarrierWatch.isPossible();
      while (known && System.nanoTime() < endNanos) {
        spares = Math.max(spares, CarrierWatch.spares());
        parallelism = Math.max(parallelism, Carriers.parallelism());
        try {
          Thread.sleep(1);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }
}
