package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Virtual threads whose operations never park, because the page cache has everything: more of them
 * than carriers, which they would keep for ever.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TurnsHazardTest {
  private static final int CALLERS = 8 * Runtime.getRuntime().availableProcessors();
  private static final int BYTES = 4096;
  private static final int ENOUGH = 200;

  @TempDir Path directory;
  private Path path;

  /** What a caller does over and over. */
  enum Work {
    READ_BLOCK(Engines.RING_ADAPTIVE),
    READ_HEAP_BUFFER(Engines.RING_ADAPTIVE),
    READ_LARGE_BLOCK(Engines.RING_ADAPTIVE),
    WRITE_BLOCK(Engines.RING_ADAPTIVE),
    WRITE_WHOLE_FILE(Engines.RING_ADAPTIVE),
    OPEN_AND_CLOSE(Engines.RING_ADAPTIVE),
    SIZE(Engines.RING_ADAPTIVE);

    private final Engines engine;

    Work(Engines engine) {
      this.engine = engine;
    }

    Callable<?> on(Uring uring, UringFile file, Path path) {
      ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);
      ByteBuffer heap = ByteBuffer.allocate(BYTES);
      return switch (this) {
        case READ_BLOCK -> () -> file.read(direct.clear(), 0);
        case READ_HEAP_BUFFER -> () -> file.read(heap.clear(), 0);
        case READ_LARGE_BLOCK -> {
          ByteBuffer large = ByteBuffer.allocateDirect(128 * BYTES);
          yield () -> file.read(large.clear(), 0);
        }
        case WRITE_BLOCK -> () -> file.write(direct.clear(), 0);
        case WRITE_WHOLE_FILE -> {
          Path own = path.resolveSibling("of " + Thread.currentThread().threadId());
          byte[] bytes = new byte[BYTES];
          yield () -> uring.files().write(own, bytes);
        }
        case OPEN_AND_CLOSE ->
            () -> {
              uring.openFile(path, READ).close();
              return null;
            };
        case SIZE -> file::size;
      };
    }
  }

  @BeforeEach
  void makeFile() throws Exception {
    path = directory.resolve("file");
    byte[] bytes = new byte[128 * BYTES];
    new Random(1).nextBytes(bytes);
    Files.write(path, bytes);
  }

  /**
   * The callers go on until another thread has slept often enough: never, if it gets no carrier.
   */
  @ParameterizedTest
  @EnumSource
  void otherVirtualThreadsRunMeanwhile(Work work) throws Exception {
    try (Uring uring = work.engine.open();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      AtomicBoolean stopped = new AtomicBoolean();
      List<AtomicLong> counts = new ArrayList<>();
      List<Call<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        AtomicLong count = new AtomicLong();
        counts.add(count);
        callers.add(
            Call.start(
                () -> {
                  Callable<?> call = work.on(uring, file, path);
                  while (!stopped.get()) {
                    call.call();
                    count.incrementAndGet();
                  }
                  return null;
                }));
      }
      try {
        Waiting.until("a caller to begin", () -> counts.stream().anyMatch(c -> c.get() > 0));
        Call<Void> sleeper =
            Call.start(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    Thread.sleep(1);
                  }
                  return null;
                });
        sleeper.value();
        Waiting.until("every caller", () -> counts.stream().allMatch(c -> c.get() > ENOUGH));
      } finally {
        stopped.set(true);
      }
      for (Call<Void> caller : callers) {
        caller.value();
      }
    }
  }

  /** A caller that has let others run goes on when they have ended, though nobody else calls. */
  @Test
  void lonelyCallerGoesOn() throws Exception {
    try (Uring uring = Engines.RING_ADAPTIVE.open();
        UringFile file = uring.openFile(path, READ)) {
      for (int round = 0; round < 20; round++) {
        AtomicBoolean busy = new AtomicBoolean(true);
        Call<Integer> caller =
            Call.start(
                () -> {
                  ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
                  while (busy.get()) {
                    file.read(buffer.clear(), 0);
                  }
                  int bytes = 0;
                  for (int i = 0; i < ENOUGH; i++) {
                    bytes += file.read(buffer.clear(), 0);
                  }
                  return bytes;
                });
        List<Call<Void>> others = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          others.add(
              Call.start(
                  () -> {
                    long begun = System.nanoTime();
                    while (System.nanoTime() - begun < 1_000_000) {
                      Thread.onSpinWait();
                    }
                    return null;
                  }));
        }
        for (Call<Void> other : others) {
          other.value();
        }
        busy.set(false);
        assertThat(caller.value()).isEqualTo(ENOUGH * BYTES);
      }
    }
  }

  /** An interrupt while a caller waits for its turn takes nothing from what it has read. */
  @Test
  void interruptsLoseNothing() throws Exception {
    byte[] expected = Files.readAllBytes(path);
    try (Uring uring = Engines.RING_ADAPTIVE.open();
        UringFile file = uring.openFile(path, READ)) {
      AtomicBoolean stopped = new AtomicBoolean();
      List<Call<Long>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int block = i % 128;
        callers.add(
            Call.start(
                () -> {
                  byte[] bytes = new byte[BYTES];
                  long reads = 0;
                  while (!stopped.get()) {
                    try {
                      assertThat(file.read(ByteBuffer.wrap(bytes), block * BYTES)).isEqualTo(BYTES);
                      if (++reads % 64 == 0) {
                        assertThat(bytes).isEqualTo(block(expected, block));
                      }
                    } catch (InterruptedIOException e) {
                      assertThat(Thread.interrupted()).isTrue();
                    }
                  }
                  return reads;
                }));
      }
      Random random = Hazards.random("TurnsHazardTest.interruptsLoseNothing");
      for (int i = 0; i < 2_000; i++) {
        callers.get(random.nextInt(CALLERS)).interrupt();
        LockSupport.parkNanos(100_000);
      }
      stopped.set(true);
      for (Call<Long> caller : callers) {
        assertThat(caller.value()).isPositive();
      }
    }
  }

  private static byte[] block(byte[] bytes, int block) {
    return Arrays.copyOfRange(bytes, block * BYTES, (block + 1) * BYTES);
  }

  /** Who waits for a turn holds neither the file nor the ring, and has its result. */
  @Test
  void closeDoesNotWaitForTurns() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<Call<Void>> callers = new ArrayList<>();
      try (Uring uring = Engines.RING_ADAPTIVE.open()) {
        UringFile file = uring.openFile(path, READ);
        AtomicLong count = new AtomicLong();
        for (int i = 0; i < CALLERS; i++) {
          callers.add(
              Call.start(
                  () -> {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
                    for (; ; ) {
                      file.read(buffer.clear(), 0);
                      count.incrementAndGet();
                    }
                  }));
        }
        Waiting.until("reads", () -> count.get() > 20_000);
        if (round % 2 == 0) {
          file.close();
        }
      }
      for (Call<Void> caller : callers) {
        assertThat(caller.failure()).isInstanceOf(ClosedChannelException.class);
      }
    }
  }

  /** Platform threads need no turns: the kernel shares the processors out. */
  @Test
  void platformThreadsNeverWait() throws Exception {
    try (Uring uring = Engines.RING_ADAPTIVE.open();
        UringFile file = uring.openFile(path, READ);
        BusyCarriers carriers = new BusyCarriers()) {
      carriers.block();
      Thread queued = Thread.ofVirtual().start(() -> {});
      Call<Integer> caller =
          Call.start(
              Call.On.PLATFORM,
              () -> {
                ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
                int bytes = 0;
                for (int i = 0; i < 50 * ENOUGH; i++) {
                  bytes += file.read(buffer.clear(), 0);
                }
                return bytes;
              });
      assertThat(caller.value()).isEqualTo(50 * ENOUGH * BYTES);
      assertThat(queued.isAlive()).isTrue(); // nobody had to run for that
    }
  }

  /** Nobody waits: then there is nothing to do, even for one that was interrupted. */
  @Test
  void interruptedReleaserSleeps() throws Exception {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/proc/self/schedstat")), "the kernel lacks CONFIG_SCHED_INFO");
    otherVirtualThreadsRunMeanwhile(Work.READ_BLOCK); // makes it
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("loom-uring-turns")) {
        thread.interrupt();
        Waiting.until("the interrupt to be noticed", () -> !thread.isInterrupted());
      }
    }
    Set<String> releasers = Hazards.tids("loom-uring-turn"); // the kernel keeps 15 characters
    assertThat(releasers).hasSize(1);
    String releaser = releasers.iterator().next();
    Waiting.until(
        "it to sleep",
        () -> {
          long before = Hazards.cpuNanos(releaser);
          Thread.sleep(100); // the time in which it must not run
          return Hazards.cpuNanos(releaser) == before;
        });
  }
}
