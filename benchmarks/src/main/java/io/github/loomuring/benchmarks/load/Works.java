package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.load.BlockWork.Cache;
import io.github.loomuring.benchmarks.load.BlockWork.Mode;
import io.github.loomuring.benchmarks.load.BlockWork.Order;
import io.github.loomuring.benchmarks.load.CarrierHeld.Holder;
import io.github.loomuring.benchmarks.load.FileWork.Content;
import io.github.loomuring.benchmarks.load.PathWork.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All kinds of work. */
final class Works {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final long WHOLE_FILE = Long.MAX_VALUE;
  private static final int THREADS_MAX = 10_000;
  private static final int FILE_THREADS_MAX = 1000;

  private static final List<String> COPYING =
      List.of(Contenders.RING, Contenders.POOL, Contenders.FILE_CHANNEL, Contenders.WATCHED);
  private static final List<String> HELD =
      List.of(Contenders.FILE_CHANNEL, Contenders.WATCHED, Contenders.PLATFORM);

  static final List<Work> ALL = all();

  private Works() {}

  static Work named(String name) {
    return ALL.stream()
        .filter(work -> work.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no work has the name " + name));
  }

  private static List<Work> all() {
    List<Work> works = new ArrayList<>();
    for (int kibibytes : List.of(4, 64)) {
      String suffix = "-" + kibibytes + "k";
      int bytes = kibibytes * KIB;
      works.add(random("direct-read" + suffix, Mode.READ, Cache.BYPASSED, bytes, WHOLE_FILE));
      works.add(random("direct-write" + suffix, Mode.WRITE, Cache.BYPASSED, bytes, WHOLE_FILE));
      works.add(random("warm-read" + suffix, Mode.READ, Cache.WARM, bytes, 512L * MIB));
      works.add(random("cold-read" + suffix, Mode.READ, Cache.COLD, bytes, WHOLE_FILE));
      works.add(random("buffered-write" + suffix, Mode.WRITE, Cache.WARM, bytes, 256L * MIB));
    }
    works.add(sequential("sequential-read-1m", Mode.READ, Cache.COLD, WHOLE_FILE));
    works.add(sequential("sequential-write-1m", Mode.WRITE, Cache.WARM, 512L * MIB));
    works.add(files("open-close", Content.NOTHING));
    works.add(files("small-file-read", Content.READ));
    works.add(files("small-file-write", Content.WRITE));
    works.add(files("small-file-create", Content.CREATE));
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
            List.of(
                Contenders.RING, Contenders.POOL, Contenders.FILE_CHANNEL, Contenders.PLATFORM)));
    works.add(new LogAppend("log-append", FILE_THREADS_MAX, appending()));
    works.add(new BufferedAppend("buffered-append-4k", 4 * KIB, FILE_THREADS_MAX, appending()));
    works.add(paths("stat", Operation.STAT));
    works.add(paths("rename", Operation.RENAME));
    works.add(paths("link-unlink", Operation.LINK_AND_UNLINK));
    works.add(paths("mkdir-rmdir", Operation.MAKE_AND_REMOVE_DIRECTORY));
    works.add(new TreeCopyWork("tree-copy", COPYING));
    works.add(held("carrier-held-sleep", Holder.SLEEP));
    works.add(held("carrier-held-stream", Holder.STREAM));
    works.add(held("carrier-held-mapping", Holder.MAPPING));
    works.add(mix());
    return List.copyOf(works);
  }

  private static Work random(String name, Mode mode, Cache cache, int blockBytes, long bytesMax) {
    boolean bufferedWrite = mode == Mode.WRITE && cache == Cache.WARM;
    List<String> contenders = new ArrayList<>(onBlocks());
    if (cache == Cache.BYPASSED) {
      contenders.add(
          Contenders.RING_REGISTERED); // only direct I/O transfers from and to the memory itself
    }
    if (!bufferedWrite) {
      contenders.addAll(Contenders.FIO);
    }
    return new BlockWork(
        name, mode, Order.RANDOM, cache, blockBytes, bytesMax, THREADS_MAX, 0, contenders);
  }

  private static Work sequential(String name, Mode mode, Cache cache, long bytesMax) {
    List<String> contenders = Stream.of(onBlocks(), Contenders.FIO).flatMap(List::stream).toList();
    return new BlockWork(name, mode, Order.SEQUENTIAL, cache, MIB, bytesMax, 64, 0, contenders);
  }

  private static Work mix() {
    return new BlockWork(
        "mix",
        Mode.READ,
        Order.RANDOM,
        Cache.BYPASSED,
        4 * KIB,
        WHOLE_FILE,
        THREADS_MAX,
        2 * Runtime.getRuntime().availableProcessors(),
        onBlocks());
  }

  private static Work files(String name, Content content) {
    List<String> contenders = inOrdinaryMemory();
    contenders.remove(Contenders.FILE_CHANNEL_EACH); // each open creates a channel anyway
    if (!content.isWhole()) {
      contenders.remove(Contenders.FILES);
    }
    return new FileWork(name, content, FILE_THREADS_MAX, contenders);
  }

  private static Work paths(String name, Operation operation) {
    List<String> contenders = inOrdinaryMemory();
    // Their paths are those of Files.
    contenders.removeAll(
        List.of(
            Contenders.FILES,
            Contenders.FILE_CHANNEL_EACH,
            Contenders.RING_CHANNEL,
            Contenders.ASYNCHRONOUS,
            Contenders.PREAD));
    return new PathWork(name, operation, FILE_THREADS_MAX, contenders);
  }

  private static Work held(String name, Holder holder) {
    return new CarrierHeld(name, holder, FILE_THREADS_MAX, HELD);
  }

  private static List<String> onBlocks() {
    List<String> contenders = inOrdinaryMemory();
    contenders.remove(Contenders.FILES);
    return contenders;
  }

  private static List<String> appending() {
    List<String> contenders = inOrdinaryMemory();
    contenders.remove(Contenders.FILES);
    contenders.remove(Contenders.FILE_CHANNEL_EACH); // the threads of a log share its file
    contenders.remove(Contenders.ASYNCHRONOUS); // cannot append
    return contenders;
  }

  private static List<String> inOrdinaryMemory() {
    List<String> contenders = new ArrayList<>(Contenders.JAVA);
    contenders.remove(Contenders.RING_REGISTERED);
    return contenders;
  }
}
