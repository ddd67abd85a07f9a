package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static io.github.loomuring.internal.op.Simulation.EALREADY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Deadline;
import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Deadlines of requests that do as a test says. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class DeadlineFaultTest {
  /** Longer than a busy machine takes to come to an operation. */
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  private static <T> Caller<T> callWithin(Duration duration, Callable<T> work) {
    return Simulation.call(() -> Deadline.within(duration, work::call));
  }

  private static SimulatedKernel stubborn(byte opcode) {
    return new SimulatedKernel()
        .script(
            sqe ->
                sqe.opcode() == opcode
                    ? Reply.HOLD
                    : sqe.opcode() == IORING_OP_ASYNC_CANCEL
                        ? Reply.complete(EALREADY)
                        : Reply.EXECUTE);
  }

  @Test
  void requestIsCancelled() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(IORING_OP_READ);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = callWithin(SHORT, () -> file.read(ByteBuffer.allocate(10), 0));
      assertThat(caller.failure()).isInstanceOf(FileTimeoutException.class);
      assertThat(caller.wasInterruptedAtEnd()).isFalse();
      assertThat(kernel.taken(IORING_OP_ASYNC_CANCEL)).isNotEmpty();
    }
  }

  /** The memory is the caller's: it must not come back before the kernel is done with it. */
  @Test
  void transferThatCannotBeCancelledIsWaitedForAndItsResultReturned() throws Exception {
    SimulatedKernel kernel = stubborn(IORING_OP_READ);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = callWithin(SHORT, () -> file.read(ByteBuffer.allocate(10), 0));
      Sqe sqe = kernel.awaitHeld(IORING_OP_READ, 1).getFirst();
      kernel.awaitTaken(IORING_OP_ASYNC_CANCEL, 3);
      assertThat(caller.isDone()).isFalse();
      kernel.execute(sqe);
      assertThat(caller.get()).isEqualTo(5);
    }
  }

  @Test
  void pathOperationThatCannotBeCancelledIsLeft() throws Exception {
    SimulatedKernel kernel = stubborn(IORING_OP_UNLINKAT);
    try (Simulation s = Simulation.of(kernel)) {
      Caller<Void> caller =
          callWithin(
              SHORT,
              () -> {
                s.engine.delete(path);
                return null;
              });
      assertThat(caller.failure())
          .isInstanceOf(FileTimeoutException.class)
          .hasMessageContaining(path.toString());
      assertThat(s.engine.inUse()).isEqualTo(1);
      kernel.execute(kernel.held().getFirst());
      s.awaitIdle();
      assertThat(Files.exists(path)).isFalse(); // it happened after all
    }
  }

  @Test
  void openThatCannotBeCancelledIsLeftAndItsDescriptorClosed() throws Exception {
    SimulatedKernel kernel = stubborn(IORING_OP_OPENAT);
    try (Simulation s = Simulation.of(kernel)) {
      Caller<RingFile> caller = callWithin(SHORT, () -> s.open(path));
      assertThat(caller.failure()).isInstanceOf(FileTimeoutException.class);
      kernel.execute(kernel.held().getFirst());
      s.awaitIdle();
    }
  }

  /** Its fsync goes on for the others. */
  @Test
  void oneOfManyForcesLeavesAndTheOthersAreServed() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(IORING_OP_FSYNC);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      Callable<Void> force =
          () -> {
            file.force(true);
            return null;
          };
      Caller<Void> first = Simulation.call(force);
      Sqe round = kernel.awaitHeld(IORING_OP_FSYNC, 1).getFirst();
      Caller<Void> late = callWithin(SHORT, force);
      assertThat(late.failure()).isInstanceOf(FileTimeoutException.class);
      assertThat(first.isDone()).isFalse();
      kernel.execute(round);
      first.get();
      assertThat(kernel.taken(IORING_OP_FSYNC)).hasSize(1);
    }
  }
}
