package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.hazard.Call.On;
import io.github.loomuring.internal.watch.CarrierWatch;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Operations that no cancel ends: writes and creating opens on a file system that is frozen
 * (fsfreeze(8)) stay in the kernel until it is thawed.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrozenFileSystemHazardTest {
  @TempDir static Path directory;
  private static Path mount;
  private static boolean frozen;
  private Uring uring;

  @BeforeAll
  static void mount() throws Exception {
    mount = Files.createDirectory(directory.resolve("mount"));
    Path image = directory.resolve("image");
    String script =
        "truncate -s 32M \"$0\" && mkfs.ext4 -q -F \"$0\" && mount -o loop \"$0\" \"$1\""
            + " && { fsfreeze -f \"$1\" && fsfreeze -u \"$1\" || { umount \"$1\"; false; }; }";
    boolean mounted = run("sh", "-c", script, image.toString(), mount.toString()) == 0;
    if (!mounted) {
      mount = null;
    }
    Assumptions.assumeTrue(mounted, "mounting and freezing an ext4 image needs root and mkfs.ext4");
  }

  @AfterAll
  static void unmount() throws Exception {
    if (mount != null) {
      assertThat(run("umount", mount.toString())).isZero();
    }
  }

  @BeforeEach
  void open() {
    // A write on the caller would wait for the thaw there, whatever RWF_NOWAIT says.
    uring = Engines.RING_NOTHING_INLINE.open();
  }

  @AfterEach
  void close() throws Exception {
    thaw();
    uring.close();
  }

  @ParameterizedTest
  @EnumSource
  void interruptedWriteThatCannotBeCancelledParksAndThenReturnsItsResult(On on) throws Exception {
    Path path = mount.resolve("written-" + on);
    try (UringFile file = uring.openFile(path, WRITE, CREATE_NEW)) {
      freeze();
      Call<Integer> write =
          Call.startParked(on, () -> file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0));
      untilBlockedInKernel(1);
      write.interrupt();
      long before = cpuNanos();
      long begun = System.nanoTime();
      assertThat(write.thread().join(java.time.Duration.ofMillis(500))).isFalse();
      double busy = (double) (cpuNanos() - before) / (System.nanoTime() - begun);
      assertThat(busy).as("share of a core used while parked").isLessThan(0.2);

      thaw();
      assertThat(write.value()).isEqualTo(3);
      assertThat(write.interruptedAfterwards()).isTrue();
    }
    assertThat(path).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @ParameterizedTest
  @EnumSource
  void interruptedOpenIsLeftAtOnceAndItsDescriptorClosedLater(On on) throws Exception {
    freeze();
    List<Path> paths = new ArrayList<>();
    List<Call<UringFile>> opens = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Path path = mount.resolve("created-" + on + i);
      paths.add(path);
      opens.add(Call.startParked(on, () -> uring.openFile(path, WRITE, CREATE_NEW)));
    }
    untilBlockedInKernel(opens.size());
    opens.forEach(Call::interrupt);
    for (Call<UringFile> open : opens) {
      open.assertInterrupted(); // though the file system is still frozen
    }
    thaw();
    for (Path path : paths) {
      Waiting.until("the abandoned open to complete", () -> Files.exists(path));
      Waiting.until("its descriptor to be closed", () -> Descriptors.of(path) == 0);
    }
  }

  @Test
  void aFrozenFileSystemDoesNotHoldAllThreadsOfThePool() throws Exception {
    UringOptions options =
        UringOptions.builder()
            .fallback(UringOptions.Fallback.ALWAYS)
            .inline(UringOptions.Inline.NEVER)
            .gate(65_536)
            .build();
    Path elsewhere = Files.write(directory.resolve("not-frozen"), new byte[9]);
    try (Uring pool = Uring.open(options);
        UringFile other = pool.openFile(elsewhere, READ);
        UringFile file = pool.openFile(mount.resolve("held"), WRITE, CREATE_NEW)) {
      freeze();
      List<Call<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        writes.add(Call.startParked(() -> file.write(ByteBuffer.wrap(new byte[7]), 0)));
      }
      Call<Integer> read = Call.start(() -> other.read(ByteBuffer.allocate(9), 0));
      boolean ended = read.thread().join(java.time.Duration.ofSeconds(10));
      thaw();
      assertThat(ended).as("a read of another file system ends meanwhile").isTrue();
      assertThat(read.value()).isEqualTo(9);
      for (Call<Integer> write : writes) {
        assertThat(write.value()).isEqualTo(7);
      }
    }
  }

  @Test
  void closeWaitsForWriteThatCannotBeCancelled() throws Exception {
    Path path = mount.resolve("closed");
    UringFile file = uring.openFile(path, WRITE, CREATE_NEW);
    freeze();
    Call<Integer> write = Call.startParked(() -> file.write(ByteBuffer.wrap(new byte[7]), 0));
    untilBlockedInKernel(1);
    Call<Void> close =
        Call.startParked(
            () -> {
              file.close();
              return null;
            });
    assertThat(file.isOpen()).isFalse();
    assertThat(Descriptors.of(path)).isEqualTo(1); // the write still means it
    thaw();
    close.value();
    assertThat(Descriptors.of(path)).isZero();
    assertThat(write.value()).isEqualTo(7); // it happened, so that is its outcome
  }

  /**
   * A few callers wait on their carriers, which are replaced. All others wait in the ring, and
   * those that are not in the kernel yet can be interrupted.
   */
  @Test
  void thousandCallersOnTheirCarriersDelayNobodyElse() throws Exception {
    int callers = 1_000;
    Path elsewhere = directory.resolve("elsewhere");
    try (Uring adaptive = Engines.RING_ADAPTIVE.open();
        UringFile file = adaptive.openFile(mount.resolve("many"), WRITE, CREATE_NEW);
        UringFile other = adaptive.openFile(elsewhere, WRITE, CREATE_NEW)) {
      Waiting.until(
          "the carrier watch",
          () -> {
            Call.start(() -> other.write(ByteBuffer.allocate(1), 0)).value();
            return CarrierWatch.isPossible();
          });
      freeze();
      try {
        List<Call<Integer>> writes = new ArrayList<>();
        for (int n = 0; n < callers; n++) {
          long offset = n;
          writes.add(Call.start(() -> file.write(ByteBuffer.wrap(new byte[] {1}), offset)));
        }
        Waiting.until("carriers to block", () -> blockedThreads("ForkJoinPool") > 1);
        Waiting.until("a worker to block", () -> blockedWorkers() > 0);

        // Others go on: a thread that sleeps, and one that writes to another file system.
        Call<Long> late = Call.start(FrozenFileSystemHazardTest::mostLateMillis);
        for (int n = 0; n < 200; n++) {
          long offset = n;
          assertThat(Call.start(() -> other.write(ByteBuffer.allocate(1), offset)).value())
              .isEqualTo(1);
        }
        assertThat(late.value()).as("ms late").isLessThan(1_000);
        int permits = Runtime.getRuntime().availableProcessors() + 3;
        assertThat(blockedThreads("ForkJoinPool")).isLessThanOrEqualTo(permits);

        writes.forEach(Call::interrupt);
        Waiting.until(
            "all that wait for their turn to be interrupted",
            () -> writes.stream().filter(Call::hasEnded).count() > callers / 2);
        thaw();
        int written = 0;
        for (Call<Integer> write : writes) {
          if (write.failure() == null) {
            assertThat(write.value()).isEqualTo(1);
            written++;
          } else {
            write.assertInterrupted();
          }
        }
        assertThat(written).isBetween(1, callers / 2);
        Waiting.until("the spare carriers to go", () -> CarrierWatch.spares() == 0);
      } finally {
        thaw(); // otherwise the file could not be closed
      }
    }
  }

  private static long mostLateMillis() throws Exception {
    long most = 0;
    for (int n = 0; n < 300; n++) {
      long begun = System.nanoTime();
      Thread.sleep(1);
      most = Math.max(most, (System.nanoTime() - begun) / 1_000_000);
    }
    return most;
  }

  /** Takes the ten seconds that a ring waits for operations which do not end. */
  @Test
  @Tag("long")
  void ringThatIsClosedKeepsWhatTheKernelStillUses() throws Exception {
    UringFile file = uring.openFile(mount.resolve("leaked"), WRITE, CREATE_NEW);
    freeze();
    Call<Integer> write = Call.startParked(() -> file.write(ByteBuffer.wrap(new byte[7]), 0));
    Call<UringFile> open =
        Call.startParked(() -> uring.openFile(mount.resolve("late"), WRITE, CREATE_NEW));
    untilBlockedInKernel(2);
    uring.close();
    assertThat(write.hasEnded()).isFalse();
    open.assertFailed(AsynchronousCloseException.class);
    thaw();
    assertThat(write.value()).isEqualTo(7);
    file.close();
    Path late = mount.resolve("late");
    Waiting.until("the abandoned open to complete", () -> Files.exists(late));
    Waiting.until("its descriptor to be closed", () -> Descriptors.of(late) == 0);
  }

  /**
   * Returns when so many of the kernel's workers wait for the thaw; no cancel reaches them then.
   */
  private static void untilBlockedInKernel(int count) throws Exception {
    Waiting.until("workers to block", () -> blockedWorkers() == count);
  }

  private static int blockedWorkers() throws IOException {
    return blockedThreads("iou-wrk-");
  }

  /** How many threads of that name wait in the kernel for something that no signal ends. */
  private static int blockedThreads(String name) throws IOException {
    int blocked = 0;
    for (String tid : Hazards.tids(name)) {
      try {
        String stat = Files.readString(Path.of("/proc/self/task", tid, "stat"));
        blocked += stat.contains(") D ") ? 1 : 0;
      } catch (IOException e) {
        continue; // it has exited
      }
    }
    return blocked;
  }

  private static void freeze() throws Exception {
    frozen = true;
    assertThat(run("fsfreeze", "-f", mount.toString())).isZero();
  }

  private static void thaw() throws Exception {
    if (frozen) {
      assertThat(run("fsfreeze", "-u", mount.toString())).isZero();
      frozen = false;
    }
  }

  /** CPU time of the carriers, of the library's threads and of the caller. */
  private static long cpuNanos() throws IOException {
    long sum = 0;
    for (String tid : Hazards.tids("ForkJoinPool", "loom-uring", "hazard-caller")) {
      sum += Hazards.cpuNanos(tid);
    }
    return sum;
  }

  private static int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1; // there is no such command
    }
  }
}
