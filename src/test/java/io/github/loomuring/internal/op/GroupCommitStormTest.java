package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_ASYNC_CANCEL;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FSYNC;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * No call of force returns before an fsync that started after the call, and that did what the call
 * asked for, has succeeded; whatever fails, is interrupted or is given up meanwhile.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class GroupCommitStormTest {
  @TempDir Path directory;

  /** When fsyncs started and succeeded, by a clock that ticks with every event. */
  private static final class Log {
    private final AtomicLong clock = new AtomicLong();
    private final Map<Long, Long> started = new HashMap<>();

    // The latest start of an fsync that has succeeded. Guarded by this.
    private long lastSuccessStarted = -1;
    private long lastFullSuccessStarted = -1;

    long now() {
      return clock.incrementAndGet();
    }

    synchronized void started(Sqe sqe) {
      started.put(sqe.userData(), now());
    }

    synchronized void ended(Sqe sqe, int result) {
      long start = started.remove(sqe.userData());
      if (result == 0) {
        lastSuccessStarted = Math.max(lastSuccessStarted, start);
        if (sqe.opFlags() == 0) {
          lastFullSuccessStarted = Math.max(lastFullSuccessStarted, start);
        }
      }
    }

    synchronized void check(long called, boolean metaData) {
      assertThat(metaData ? lastFullSuccessStarted : lastSuccessStarted)
          .as("start of the last fsync that succeeded")
          .isGreaterThan(called);
    }
  }

  @Test
  void noForceReturnsBeforeItsFsync() throws Exception {
    for (int i = 0; i < 10; i++) {
      storm(4 + 4 * i, 50);
    }
  }

  @Test
  @Tag("long")
  void noForceReturnsBeforeItsFsyncForLong() throws Exception {
    for (int i = 0; i < 50; i++) {
      storm(8 + 8 * (i % 8), 200);
    }
  }

  private void storm(int callers, int calls) throws Exception {
    String text = System.getProperty("loomuring.seed", "");
    long seed = text.isEmpty() ? ThreadLocalRandom.current().nextLong() : Long.parseLong(text);
    System.getLogger(GroupCommitStormTest.class.getName())
        .log(System.Logger.Level.INFO, "seed=" + seed);
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel, 4, 32)) {
      RingFile file =
          s.open(directory.resolve("file"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      Log log = new Log();
      kernel.script(
          sqe -> {
            if (sqe.opcode() == IORING_OP_FSYNC) {
              log.started(sqe);
              return Reply.HOLD;
            }
            return sqe.opcode() == IORING_OP_ASYNC_CANCEL
                ? Reply.complete(Simulation.EALREADY)
                : Reply.EXECUTE;
          });
      List<Caller<Void>> all = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        Random random = new Random(seed + i);
        all.add(Simulation.call(() -> force(file, calls, random, log)));
      }
      Random random = new Random(~seed);
      while (all.stream().anyMatch(caller -> !caller.isDone())) {
        complete(kernel, log, random);
        if (random.nextInt(3) == 0) {
          all.get(random.nextInt(callers)).thread.interrupt();
        }
        LockSupport.parkNanos(random.nextInt(100_000));
      }
      for (Caller<Void> caller : all) {
        caller.get();
      }
      while (!kernel.held().isEmpty()) {
        complete(kernel, log, random);
      }
      // They did share: otherwise this test would say nothing.
      assertThat(kernel.taken(IORING_OP_FSYNC).size()).isLessThan(callers * calls);
    }
  }

  /** Ends one of the fsyncs that run: at most one may. */
  private static void complete(SimulatedKernel kernel, Log log, Random random) {
    List<Sqe> held = kernel.held();
    assertThat(held).as("fsyncs of one file at once").hasSizeLessThanOrEqualTo(1);
    if (!held.isEmpty()) {
      Sqe sqe = held.getFirst();
      int result =
          switch (random.nextInt(6)) {
            case 0 -> Errno.EIO.negated();
            case 1 -> Simulation.ECANCELED;
            case 2 -> Errno.EINTR.negated();
            default -> 0;
          };
      log.ended(sqe, result);
      kernel.complete(sqe, result);
    }
  }

  private static Void force(RingFile file, int calls, Random random, Log log) throws IOException {
    for (int i = 0; i < calls; i++) {
      boolean metaData = random.nextInt(4) == 0;
      long called = log.now();
      try {
        file.force(metaData);
        log.check(called, metaData);
        Thread.interrupted(); // may have come too late
      } catch (InterruptedIOException e) {
        assertThat(Thread.interrupted()).isTrue();
      } catch (FileSystemException e) {
        assertThat(e).hasMessageContaining("EIO");
      }
      if (random.nextInt(3) == 0) {
        LockSupport.parkNanos(random.nextInt(200_000));
      }
    }
    return null;
  }
}
