package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_ASYNC_CANCEL;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FSYNC;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A caller that looks for its own completion, and the reaper that stands aside meanwhile. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class PollerTest {
  private static final byte READ = IORING_OP_READ;
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);

  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel().hold(READ);
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors");
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  private Simulation simulation(long pollNanos) throws Exception {
    Simulation s = Simulation.polling(kernel, pollNanos);
    Waiting.until("looking to be possible", s.engine.kernelRings().getFirst()::isPolling);
    return s;
  }

  private static Caller<Integer> read(RingFile file) {
    return Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
  }

  @Test
  void looksWithoutParkingAndTakesItsOwnCompletion() throws Exception {
    try (Simulation s = simulation(LONG_NANOS)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = read(file);
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      assertThat(caller.thread.getState()).isEqualTo(Thread.State.RUNNABLE);
      kernel.execute(sqe);
      assertThat(caller.get()).isEqualTo(5);
    }
  }

  @Test
  void parksWhenTheTimeIsUp() throws Exception {
    try (Simulation s = simulation(TimeUnit.MILLISECONDS.toNanos(10))) {
      Caller<Integer> caller = read(s.open(path));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      Waiting.untilParked(caller.thread);
      kernel.execute(sqe);
      assertThat(caller.get()).isEqualTo(5);
    }
  }

  @Test
  void interruptEndsTheLooking() throws Exception {
    try (Simulation s = simulation(LONG_NANOS)) {
      Caller<Integer> caller = read(s.open(path));
      kernel.awaitHeld(READ, 1);
      caller.thread.interrupt(); // the simulated kernel carries the cancel out
      kernel.awaitTaken(IORING_OP_ASYNC_CANCEL, 1);
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      assertThat(caller.wasInterruptedAtEnd()).isTrue();
    }
  }

  @Test
  void closeEndsTheLooking() throws Exception {
    try (Simulation s = simulation(LONG_NANOS)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = read(file);
      kernel.awaitHeld(READ, 1);
      file.close();
      assertThat(caller.failure()).isInstanceOf(AsynchronousCloseException.class);
    }
  }

  @Test
  void closingTheRingEndsTheLooking() throws Exception {
    try (Simulation s = simulation(LONG_NANOS)) {
      Caller<Integer> caller = read(s.open(path));
      kernel.awaitHeld(READ, 1);
      s.engine.close();
      assertThat(caller.failure()).isInstanceOf(AsynchronousCloseException.class);
    }
  }

  /** The one that looks gives its carrier up to another thread, which may look instead. */
  @Test
  void whoeverParksIsServedByWhoeverLooks() throws Exception {
    try (Simulation s = simulation(LONG_NANOS)) {
      RingFile file = s.open(path);
      Caller<Integer> first = read(file);
      Sqe one = kernel.awaitHeld(READ, 1).getFirst();
      Caller<Integer> second = read(file);
      Sqe two = kernel.awaitHeld(READ, 2).get(1);
      Waiting.until("one to be parked", () -> isParked(first) != isParked(second));
      boolean firstIsParked = isParked(first);
      kernel.execute(firstIsParked ? one : two);
      assertThat((firstIsParked ? first : second).get()).isEqualTo(5);
      assertThat((firstIsParked ? second : first).isDone()).isFalse();
      kernel.execute(firstIsParked ? two : one);
      assertThat((firstIsParked ? second : first).get()).isEqualTo(5);
    }
  }

  private static boolean isParked(Caller<?> caller) {
    return caller.thread.getState() == Thread.State.WAITING;
  }

  /** Whoever parks next must be woken, wherever the reaper was when the one that looked left. */
  @Test
  void reaperThatStandsAsideIsCalledBack() throws Exception {
    try (Simulation s = simulation(LONG_NANOS)) {
      RingFile file = s.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      for (int i = 0; i < 100; i++) {
        boolean mustBeAside = i < 3;
        boolean wasAside;
        do {
          Caller<Integer> looking = read(file);
          Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
          wasAside = mustBeAside && standsAsideWhile(looking, s);
          kernel.execute(sqe);
          assertThat(looking.get()).isEqualTo(5);
        } while (wasAside != mustBeAside);
        Caller<Void> parking =
            Simulation.call(
                () -> {
                  file.force(false);
                  return null;
                });
        parking.get();
      }
      assertThat(kernel.taken(IORING_OP_FSYNC)).hasSize(100);
    }
  }

  /**
   * Whether the reaper stands aside, for which it has to be woken when the one that looks was
   * quicker; not if that one stops looking, because another thread of the JVM wants its carrier.
   */
  private boolean standsAsideWhile(Caller<?> looking, Simulation s) throws Exception {
    Waiting.until(
        "the reaper to stand aside, or the caller to park",
        () -> {
          kernel.post(Long.MAX_VALUE, 0);
          return s.engine.kernelRings().getFirst().isReaperOnStandby() || isParked(looking);
        });
    return s.engine.kernelRings().getFirst().isReaperOnStandby();
  }

  /** The one that looks may take the wake-up of the reaper, which must get it all the same. */
  @Test
  void whatIsLeftToTheReaperReachesItWhileSomebodyLooks() throws Exception {
    kernel.script(
        sqe ->
            switch (sqe.opcode()) {
              case IORING_OP_READ -> Reply.HOLD;
              case IORING_OP_WRITE -> Reply.complete(sqe.len());
              default -> Reply.EXECUTE;
            });
    try (Simulation s = simulation(LONG_NANOS)) {
      RingFile file = s.open(path);
      Caller<Integer> looking = read(file);
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      RingFile fifo =
          s.open(
              Fifos.make(directory.resolve("fifo")),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      Caller<Integer> waiting = read(fifo); // keeps the reaper in the kernel
      Waiting.untilParked(waiting.thread);
      Sqe other = kernel.awaitHeld(READ, 2).get(1);
      for (int i = 0; i < 3_000; i++) { // by a platform thread: it wants no carrier
        if (isParked(looking)) {
          kernel.execute(sqe);
          assertThat(looking.get()).isEqualTo(5);
          looking = read(file);
          sqe = kernel.awaitHeld(READ, 2).get(1);
        }
        assertThat(fifo.write(ByteBuffer.allocate(7), 0)).isEqualTo(7);
      }
      kernel.complete(other, 0);
      waiting.get();
      kernel.execute(sqe);
      assertThat(looking.get()).isEqualTo(5);
    }
  }
}
