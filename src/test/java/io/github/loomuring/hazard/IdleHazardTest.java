package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The reaper when there is nothing to reap. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IdleHazardTest {
  @TempDir Path directory;

  @Test
  void idleReaperUsesNoCpuForTwoSeconds() throws Exception {
    idleReaperUsesNoCpu(Duration.ofSeconds(2));
  }

  @Test
  @Tag("long")
  void idleReaperUsesNoCpuForTenSeconds() throws Exception {
    idleReaperUsesNoCpu(Duration.ofSeconds(10));
  }

  /** Idle, or with a read pending: the time is measured, not waited for something. */
  private void idleReaperUsesNoCpu(Duration duration) throws Exception {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/proc/self/schedstat")), "the kernel lacks CONFIG_SCHED_INFO");
    Set<String> others = reapers();
    try (Uring uring = Engines.RING_NOTHING_INLINE.open();
        UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
        UringFile file = uring.openFile(directory.resolve("file"), WRITE, CREATE)) {
      Set<String> reapers = reapers();
      reapers.removeAll(others);
      assertThat(reapers).hasSize(1);
      String reaper = reapers.iterator().next();
      Call<Integer> pending = Call.startParked(() -> fifo.read(ByteBuffer.allocate(1), 0));
      for (int i = 0; i < 100; i++) {
        file.write(ByteBuffer.allocate(10), 0);
      }
      long settled = untilAsleep(reaper);
      Thread.sleep(duration);
      assertThat(Hazards.cpuNanos(reaper) - settled).as("nanoseconds of CPU").isZero();
      fifo.write(ByteBuffer.allocate(1), 0);
      assertThat(pending.value()).isEqualTo(1);
      assertThat(Hazards.cpuNanos(reaper)).isGreaterThan(settled); // it was the right thread
    }
  }

  /** The CPU time when the thread has gone to sleep. */
  private static long untilAsleep(String tid) throws Exception {
    long before = -1;
    long now = Hazards.cpuNanos(tid);
    while (now != before) {
      Thread.sleep(50);
      before = now;
      now = Hazards.cpuNanos(tid);
    }
    return now;
  }

  private static Set<String> reapers() throws IOException {
    return Hazards.tids("loom-uring-reap");
  }

  /** A thread that waits in the kernel must not hold up a safepoint. */
  @Test
  void parkedReaperDoesNotHoldUpTheGarbageCollector() throws Exception {
    try (Uring uring = Engines.RING_NOTHING_INLINE.open();
        UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      Call<Integer> pending = Call.startParked(() -> fifo.read(ByteBuffer.allocate(1), 0));
      Call<Void> collect =
          Call.start(
              Call.On.PLATFORM,
              () -> {
                for (int i = 0; i < 3; i++) {
                  System.gc();
                }
                return null;
              });
      collect.value(); // ends while the read is pending
      assertThat(pending.hasEnded()).isFalse();
      fifo.write(ByteBuffer.allocate(1), 0);
      assertThat(pending.value()).isEqualTo(1);
    }
  }
}
