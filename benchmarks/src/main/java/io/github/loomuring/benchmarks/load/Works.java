package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.load.BlockWork.Access;
import io.github.loomuring.benchmarks.load.BlockWork.Cache;
import io.github.loomuring.benchmarks.load.BlockWork.Order;
import io.github.loomuring.benchmarks.load.FileWork.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The kinds of work there are. */
final class Works {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final long WHOLE_FILE = Long.MAX_VALUE;
  private static final int THREADS_MAX = 10_000;
  private static final int FILE_THREADS_MAX = 1000;

  static final List<Work> ALL = all();

  private Works() {}

  static Work named(String name) {
    return ALL.stream()
        .filter(work -> work.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no work is called " + name));
  }

  private static List<Work> all() {
    List<Work> works = new ArrayList<>();
    for (int kibibytes : List.of(4, 64)) {
      String suffix = "-" + kibibytes + "k";
      int bytes = kibibytes * KIB;
      works.add(random("direct-read" + suffix, Access.READ, Cache.BYPASSED, bytes, WHOLE_FILE));
      works.add(random("direct-write" + suffix, Access.WRITE, Cache.BYPASSED, bytes, WHOLE_FILE));
      works.add(random("warm-read" + suffix, Access.READ, Cache.WARM, bytes, 512L * MIB));
      works.add(random("cold-read" + suffix, Access.READ, Cache.COLD, bytes, WHOLE_FILE));
      works.add(random("buffered-write" + suffix, Access.WRITE, Cache.WARM, bytes, 256L * MIB));
    }
    works.add(sequential("sequential-read-1m", Access.READ, Cache.COLD, WHOLE_FILE));
    works.add(sequential("sequential-write-1m", Access.WRITE, Cache.WARM, 512L * MIB));
    works.add(files("open-close", Content.NOTHING));
    works.add(files("small-file-read", Content.READ));
    works.add(files("small-file-write", Content.WRITE));
    works.add(files("small-file-durable-write", Content.DURABLE_WRITE));
    works.add(files("whole-file-read", Content.WHOLE_READ));
    works.add(files("whole-file-write", Content.WHOLE_WRITE));
    works.add(files("whole-file-durable-write", Content.WHOLE_DURABLE_WRITE));
    works.add(
        new RangesWork(
            "direct-ranges-64x4k",
            64,
            4 * KIB,
            64,
            List.of(Engines.RING, Engines.POOL, Engines.FILE_CHANNEL, Engines.PLATFORM)));
    works.add(new LogAppend("log-append", FILE_THREADS_MAX, appending()));
    works.add(mix());
    return List.copyOf(works);
  }

  private static Work random(
      String name, Access access, Cache cache, int blockBytes, long bytesMax) {
    boolean bufferedWrite = access == Access.WRITE && cache == Cache.WARM;
    List<String> engines = new ArrayList<>(onBlocks(access));
    if (cache == Cache.BYPASSED) {
      engines.add(Engines.RING_REGISTERED); // where the kernel works on the memory itself
    }
    if (!bufferedWrite) {
      engines.addAll(Engines.FIO);
    }
    return new BlockWork(
        name, access, Order.RANDOM, cache, blockBytes, bytesMax, THREADS_MAX, 0, engines);
  }

  private static Work sequential(String name, Access access, Cache cache, long bytesMax) {
    List<String> engines = Stream.of(onBlocks(access), Engines.FIO).flatMap(List::stream).toList();
    return new BlockWork(name, access, Order.SEQUENTIAL, cache, MIB, bytesMax, 64, 0, engines);
  }

  private static Work mix() {
    return new BlockWork(
        "mix",
        Access.READ,
        Order.RANDOM,
        Cache.BYPASSED,
        4 * KIB,
        WHOLE_FILE,
        THREADS_MAX,
        2 * Runtime.getRuntime().availableProcessors(),
        onBlocks(Access.READ));
  }

  private static Work files(String name, Content content) {
    List<String> engines = inOrdinaryMemory();
    engines.remove(Engines.FILE_CHANNEL_EACH); // each open makes a channel anyway
    if (!content.isWhole()) {
      engines.remove(Engines.FILES);
    }
    if (content == Content.NOTHING || content == Content.READ || content == Content.WHOLE_READ) {
      engines.remove(Engines.RING_ADAPTIVE);
    }
    return new FileWork(name, content, FILE_THREADS_MAX, engines);
  }

  private static List<String> onBlocks(Access access) {
    List<String> engines = inOrdinaryMemory();
    engines.remove(Engines.FILES);
    if (access == Access.READ) {
      engines.remove(Engines.RING_ADAPTIVE); // differs from the ring in writes only
    }
    return engines;
  }

  private static List<String> appending() {
    List<String> engines = inOrdinaryMemory();
    engines.remove(Engines.FILES);
    engines.remove(Engines.FILE_CHANNEL_EACH); // the threads of a log share its file
    engines.remove(Engines.ASYNCHRONOUS); // cannot append
    return engines;
  }

  private static List<String> inOrdinaryMemory() {
    List<String> engines = new ArrayList<>(Engines.JAVA);
    engines.remove(Engines.RING_REGISTERED);
    return engines;
  }
}
