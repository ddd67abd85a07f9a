package io.github.loomuring.benchmarks.load;

import java.util.ArrayList;
import java.util.List;

/** The combinations that a run measures by default. */
enum Plan {
  /** The works and numbers of threads of the targets, with the contenders that these compare. */
  TARGETS {
    @Override
    List<Combination> combinations() {
      List<Combination> combinations = new ArrayList<>();
      combinations.addAll(targets("direct-read-4k", 1, 4, 16, 64, 256, 1000, 10_000));
      combinations.addAll(targets("direct-write-4k", 1, 16, 64, 256, 1000));
      combinations.addAll(targets("warm-read-4k", 1, 64));
      combinations.addAll(targets("cold-read-4k", 64));
      combinations.addAll(targets("buffered-write-4k", 1, 64));
      combinations.addAll(targets("log-append", 1, 16, 64, 256));
      combinations.addAll(targets("open-close", 1, 64));
      combinations.addAll(targets("small-file-write", 64));
      combinations.addAll(targets("small-file-durable-write", 64));
      combinations.addAll(targets("small-file-read", 64));
      combinations.addAll(targets("whole-file-write", 1, 64));
      combinations.addAll(targets("whole-file-durable-write", 64));
      combinations.addAll(targets("whole-file-read", 64));
      combinations.addAll(targets("direct-ranges-64x4k", 1));
      return combinations;
    }
  },

  /** Every kind of work with every contender. */
  ALL {
    @Override
    List<Combination> combinations() {
      List<Combination> combinations = new ArrayList<>();
      for (Work work : Works.ALL) {
        for (int threads : List.of(1, 4, 16, 64, 256, 1000, 10_000)) {
          combinations.add(new Combination(work.name(), threads, work.contenders()));
        }
      }
      return combinations;
    }
  };

  private static final List<String> TARGET_CONTENDERS =
      List.of(
          Contenders.RING,
          Contenders.RING_ADAPTIVE,
          Contenders.RING_REGISTERED,
          Contenders.FILE_CHANNEL,
          Contenders.FILES,
          Contenders.PLATFORM,
          Contenders.FIO_IO_URING);

  /** May name more threads than a work or a contender supports. */
  abstract List<Combination> combinations();

  private static List<Combination> targets(String work, int... threads) {
    List<Combination> combinations = new ArrayList<>();
    for (int n : threads) {
      combinations.add(new Combination(work, n, TARGET_CONTENDERS));
    }
    return combinations;
  }
}
