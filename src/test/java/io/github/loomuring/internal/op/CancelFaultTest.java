package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static io.github.loomuring.internal.op.Simulation.EALREADY;
import static io.github.loomuring.internal.op.Simulation.ECANCELED;
import static io.github.loomuring.internal.op.Simulation.ENOENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever IORING_OP_ASYNC_CANCEL answers: the caller of a data operation, and the memory that the
 * kernel uses, wait for the operation's own CQE.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class CancelFaultTest {
  private static final byte READ = IORING_OP_READ;
  private static final byte CANCEL = IORING_OP_ASYNC_CANCEL;

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  /** Holds reads, and answers cancels with {@code answer} without doing anything. */
  private static SimulatedKernel cancelsAnswer(int answer) {
    return new SimulatedKernel()
        .script(
            sqe ->
                sqe.opcode() == READ
                    ? Reply.HOLD
                    : sqe.opcode() == CANCEL ? Reply.complete(answer) : Reply.EXECUTE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2, -114, -22})
  void interruptedReadWaitsForItsOwnCompletionAndIsCancelledAgain(int answer) throws Exception {
    SimulatedKernel kernel = cancelsAnswer(answer);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      caller.thread.interrupt();

      List<Sqe> cancels = kernel.awaitTaken(CANCEL, 4); // one is not enough
      assertThat(cancels).allSatisfy(c -> assertThat(c.addr()).isEqualTo(sqe.userData()));
      assertThat(caller.isDone()).isFalse();
      assertThat(s.engine.inUse()).isEqualTo(1);
      assertThat(s.engine.context().staging.acquire(10).address).isNotEqualTo(sqe.addr());

      kernel.complete(sqe, ECANCELED);
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      assertThat(caller.wasInterruptedAtEnd()).isTrue();
      assertThat(s.engine.inUse()).isZero();
      assertThat(s.engine.strays()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2, -114})
  void readThatCompletesInSpiteOfItsCancelReturnsItsBytes(int answer) throws Exception {
    SimulatedKernel kernel = cancelsAnswer(answer);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      ByteBuffer buffer = ByteBuffer.allocate(10);
      Caller<Integer> caller = Simulation.call(() -> file.read(buffer, 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      caller.thread.interrupt();
      kernel.awaitTaken(CANCEL, 1);
      kernel.execute(sqe);
      assertThat(caller.get()).isEqualTo(5);
      assertThat(buffer.flip().get(0)).isEqualTo((byte) 'h');
      assertThat(caller.wasInterruptedAtEnd()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void orderOfTheTwoCompletionsDoesNotMatter(boolean cancelFirst) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ, CANCEL);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      caller.thread.interrupt();
      Sqe cancel = kernel.awaitHeld(CANCEL, 1).getFirst();
      kernel.complete(cancelFirst ? cancel : sqe, cancelFirst ? 0 : ECANCELED);
      if (cancelFirst) {
        assertThat(caller.isDone()).isFalse();
      } else {
        assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      }
      kernel.complete(cancelFirst ? sqe : cancel, cancelFirst ? ECANCELED : 0);
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-125, -4, -512, -11})
  void cancelledReadThatTheKernelGivesUpIsInterrupted(int res) throws Exception {
    SimulatedKernel kernel = cancelsAnswer(EALREADY);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      caller.thread.interrupt();
      kernel.awaitTaken(CANCEL, 1);
      kernel.complete(sqe, res);
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      assertThat(s.engine.retries()).isZero();
    }
  }

  @Test
  void cancelsThatAreNeverAnsweredHoldNobodyUp() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ, CANCEL);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        callers.add(Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0)));
      }
      kernel.awaitHeld(READ, 20);
      callers.forEach(caller -> caller.thread.interrupt());
      kernel.awaitHeld(CANCEL, 8); // an eighth of the completion queue
      Waiting.until(
          "callers to return",
          () -> {
            // A caller that has not noticed its interrupt yet submits its read again.
            for (Sqe sqe : kernel.held()) {
              if (sqe.opcode() == READ) {
                kernel.complete(sqe, ECANCELED);
              }
            }
            return callers.stream().allMatch(Caller::isDone);
          });
      for (Caller<Integer> caller : callers) {
        assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      }
      List<Sqe> cancels = kernel.awaitHeld(CANCEL, 8);
      assertThat(cancels).as("bounded, so that completions fit the queue").hasSize(8);
      for (Sqe cancel : cancels) {
        kernel.complete(cancel, ENOENT);
      }
      // And they can be sent again.
      Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Sqe read = kernel.awaitHeld(READ, 1).getFirst();
      caller.thread.interrupt();
      kernel.awaitHeld(CANCEL, 1);
      kernel.complete(read, ECANCELED);
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void closedFileKeepsItsDescriptorUntilItsReadsHaveEnded() throws Exception {
    SimulatedKernel kernel = cancelsAnswer(EALREADY);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Caller<Integer> reader = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      Caller<Void> closer =
          Simulation.call(
              () -> {
                file.close();
                return null;
              });
      kernel.awaitTaken(CANCEL, 3);
      assertThat(closer.isDone()).isFalse();
      assertThat(reader.isDone()).isFalse();
      assertThat(kernel.surplusCloses(file.handle.fd)).as("still open").isEqualTo(-1);
      kernel.complete(sqe, ECANCELED);
      assertThat(reader.failure()).isInstanceOf(AsynchronousCloseException.class);
      closer.get();
      assertThat(kernel.surplusCloses(file.handle.fd)).isZero();
    }
  }

  @Test
  void cancelledWriteLeavesWhatItWroteKnown() throws Exception {
    SimulatedKernel kernel =
        new SimulatedKernel()
            .script(
                sqe ->
                    sqe.opcode() == IORING_OP_WRITE
                        ? Reply.HOLD
                        : sqe.opcode() == CANCEL ? Reply.complete(EALREADY) : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      ByteBuffer buffer = ByteBuffer.allocate(10);
      Caller<Integer> caller = Simulation.call(() -> file.write(buffer, 0));
      Sqe sqe = kernel.awaitHeld(IORING_OP_WRITE, 1).getFirst();
      caller.thread.interrupt();
      kernel.awaitTaken(CANCEL, 2);
      kernel.complete(sqe, 3);
      assertThat(caller.get()).isEqualTo(3);
      assertThat(buffer.position()).isEqualTo(3);
    }
  }

  @Test
  void interruptedCallerThatWaitsAtAGateNeverReachesTheKernel() throws Exception {
    SimulatedKernel kernel = cancelsAnswer(EALREADY);
    try (Simulation s = Simulation.of(kernel, 2, 4)) {
      RingFile file = s.open(path);
      Caller<Integer> first = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();
      Caller<Integer> second = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Waiting.until("the second to wait", () -> file.handle.readGate.waiting() == 1);
      second.thread.interrupt();
      assertThat(second.failure()).isInstanceOf(InterruptedIOException.class);
      assertThat(file.handle.readGate.waiting()).isZero();
      assertThat(kernel.taken(CANCEL)).isEmpty();
      kernel.execute(sqe);
      assertThat(first.get()).isEqualTo(5);
      assertThat(kernel.taken(READ)).hasSize(1);
      // The reaper wakes the caller first, and then leaves the gates.
      Waiting.until("the gate to be empty", () -> file.handle.readGate.inside() == 0);
    }
  }
}
