package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_ASYNC_CANCEL;
import static io.github.loomuring.internal.op.Simulation.EALREADY;
import static io.github.loomuring.internal.op.Simulation.ECANCELED;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An operation on paths that is cancelled, left by its caller, or given up by the kernel. */
@ParameterizedClass
@EnumSource
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class AbandonedPathOperationTest {
  /** One is enough on a machine that is not overloaded. */
  private static final int PROMPT_TRIES = 50;

  @Parameter PathCalls call;
  @TempDir Path directory;

  @BeforeEach
  void makeFiles() throws Exception {
    Files.writeString(directory.resolve("file"), "content");
    Files.writeString(directory.resolve("second"), "other");
  }

  /** Holds the operation, which no cancel ends. */
  private SimulatedKernel stubborn() {
    return new SimulatedKernel()
        .script(
            sqe ->
                sqe.opcode() == call.opcode
                    ? Reply.HOLD
                    : sqe.opcode() == IORING_OP_ASYNC_CANCEL
                        ? Reply.complete(EALREADY)
                        : Reply.EXECUTE);
  }

  private Caller<Object> start(Simulation s) {
    return Simulation.call(() -> call.on(s.engine, directory));
  }

  private Sqe abandon(Simulation s) throws Exception {
    Caller<Object> caller = start(s);
    Sqe sqe = s.kernel.awaitHeld(call.opcode, 1).getFirst();
    caller.thread.interrupt();
    assertInterrupted(caller);
    assertThat(s.kernel.held()).containsExactly(sqe);
    return sqe;
  }

  private void assertInterrupted(Caller<Object> caller) throws Exception {
    assertThat(caller.failure())
        .isExactlyInstanceOf(InterruptedIOException.class)
        .hasMessageContaining(directory.toString());
    assertThat(caller.wasInterruptedAtEnd()).isTrue();
  }

  private boolean isMemoryIdle(Sqe sqe) {
    return PathMemory.isIdle(sqe.addr()) && (!call.hasTwoPaths() || PathMemory.isIdle(sqe.off()));
  }

  private boolean isAnyMemoryIdle(Sqe sqe) {
    return PathMemory.isIdle(sqe.addr()) || (call.hasTwoPaths() && PathMemory.isIdle(sqe.off()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2, -4, -11, -17, -125, -512})
  void completedLaterGivesSlotAndMemoryBack(int res) throws Exception {
    SimulatedKernel kernel = stubborn();
    try (Simulation s = Simulation.of(kernel)) {
      Sqe sqe = abandon(s);
      assertThat(s.engine.inUse()).isEqualTo(1);
      assertThat(isAnyMemoryIdle(sqe)).isFalse();

      kernel.complete(sqe, res);
      s.awaitIdle();
      assertThat(isMemoryIdle(sqe)).isTrue();
      assertThat(s.engine.retries()).isZero();

      kernel.post(sqe.userData(), 0); // a second completion finds nobody
      Waiting.until("stray", () -> s.engine.strays() == 1);
    }
  }

  @Test
  void manyAtOnceAllGiveBack() throws Exception {
    SimulatedKernel kernel = stubborn();
    try (Simulation s = Simulation.of(kernel)) {
      List<Caller<Object>> callers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        callers.add(start(s));
      }
      kernel.awaitHeld(call.opcode, 20); // the others wait at the gate
      callers.forEach(caller -> caller.thread.interrupt());
      for (Caller<Object> caller : callers) {
        assertInterrupted(caller);
      }
      for (Sqe sqe : kernel.held()) {
        kernel.complete(sqe, ECANCELED);
      }
      s.awaitIdle();
      Waiting.until(
          "the gate to be empty", () -> s.engine.context().gates.ofPaths(null).inside() == 0);
    }
  }

  /**
   * A caller that gets no processor for so long that its cancels had their chance abandons the
   * operation. Then nothing can be said about the moment at which it returns, and the test tries
   * again.
   */
  @Test
  void operationThatTheCancelEndsIsNotLeft() throws Exception {
    for (int i = 0; i < PROMPT_TRIES; i++) {
      if (isEndedByItsCancelPromptly()) {
        return;
      }
    }
    throw new AssertionError("no caller of " + PROMPT_TRIES + " got the processor in time");
  }

  /** Whether the caller returned so early that it cannot have abandoned the operation. */
  private boolean isEndedByItsCancelPromptly() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(call.opcode);
    try (Simulation s = Simulation.of(kernel)) {
      Caller<Object> caller = start(s);
      Sqe sqe = kernel.awaitHeld(call.opcode, 1).getFirst();
      long begun = System.nanoTime();
      caller.thread.interrupt();
      assertInterrupted(caller);
      boolean prompt = System.nanoTime() - begun < CancelPauses.ENOUGH_NANOS;
      if (prompt) {
        assertThat(s.engine.inUse()).isZero();
      } else {
        s.awaitIdle();
      }
      assertThat(isMemoryIdle(sqe)).isTrue();
      assertThat(kernel.taken(call.opcode)).hasSize(1);
      return prompt;
    }
  }

  @Test
  void operationThatCompletesInSpiteOfItsCancelSucceeds() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    kernel.script(
        sqe -> {
          if (sqe.opcode() != IORING_OP_ASYNC_CANCEL) {
            return sqe.opcode() == call.opcode ? Reply.HOLD : Reply.EXECUTE;
          }
          kernel.held().forEach(held -> kernel.complete(held, 0));
          return Reply.complete(EALREADY);
        });
    try (Simulation s = Simulation.of(kernel)) {
      Caller<Object> caller = start(s);
      kernel.awaitHeld(call.opcode, 1);
      caller.thread.interrupt();
      assertThat(caller.get()).isNotNull();
      assertThat(caller.wasInterruptedAtEnd()).isTrue();
    }
  }

  @Test
  void operationThatIsHeldWhileTheRingClosesEnds() throws Exception {
    SimulatedKernel kernel = stubborn();
    try (Simulation s = Simulation.of(kernel)) {
      Caller<Object> caller = start(s);
      Sqe sqe = kernel.awaitHeld(call.opcode, 1).getFirst();
      s.engine.context().slots.close();
      assertThat(s.engine.ring().close(TimeUnit.MILLISECONDS.toNanos(10))).isFalse();
      assertThat(caller.failure()).isInstanceOf(AsynchronousCloseException.class);
      assertThat(caller.wasInterruptedAtEnd()).isFalse();
      assertThat(isAnyMemoryIdle(sqe)).isFalse();
      kernel.complete(sqe, 0);
      assertThat(s.engine.ring().close(TimeUnit.SECONDS.toNanos(20))).isTrue();
      assertThat(isMemoryIdle(sqe)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-125, -4, -512, -513})
  void operationThatTheKernelGivesUpUnaskedIsSubmittedAgain(int res) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    int[] times = new int[1];
    kernel.script(
        sqe ->
            sqe.opcode() == call.opcode ? Reply.complete(times[0]++ < 3 ? res : 0) : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      assertThat(start(s).get()).isNotNull();
      List<Sqe> taken = kernel.taken(call.opcode);
      assertThat(taken).hasSize(4).allMatch(taken.getFirst()::equals);
      assertThat(s.engine.retries()).isEqualTo(3);
      assertThat(isMemoryIdle(taken.getFirst())).isTrue();
    }
  }
}
