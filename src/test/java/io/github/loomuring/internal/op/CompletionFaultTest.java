package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CQEs that belong to nobody, come twice, late, or say something else than the truth. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class CompletionFaultTest {
  private static final byte READ = IORING_OP_READ;
  private static final long GENERATION = 1L << 32;

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  private static String text(ByteBuffer buffer) {
    return UTF_8.decode(buffer.flip()).toString();
  }

  @Test
  void completionsOfEarlierUsesAndUnknownSlotsAreIgnored() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      ByteBuffer buffer = ByteBuffer.allocate(10);
      Caller<Integer> caller = Simulation.call(() -> file.read(buffer, 0));
      Sqe sqe = kernel.awaitHeld(READ, 1).getFirst();

      long[] strangers = {
        sqe.userData() - GENERATION,
        sqe.userData() + GENERATION,
        sqe.userData() + 1,
        sqe.userData() | 0x7fff_ffff,
        sqe.userData() | 0xffff_ffffL,
        0,
        Long.MAX_VALUE,
        Long.MIN_VALUE
      };
      for (long stranger : strangers) {
        kernel.post(stranger, 7);
      }
      Waiting.until("strays", () -> s.engine.strays() == strangers.length);
      assertThat(caller.isDone()).isFalse();

      kernel.execute(sqe);
      assertThat(caller.get()).isEqualTo(5);
      assertThat(text(buffer)).isEqualTo("hello");
    }
  }

  @Test
  void ownCompletionsOfTheRingThatNobodyAskedForAreIgnored() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      for (long userData = -16; userData < 0; userData++) {
        kernel.post(userData, 0);
      }
      assertThat(file.read(ByteBuffer.allocate(10), 0)).isEqualTo(5);
      assertThat(s.engine.strays()).isZero();
    }
  }

  @Test
  void secondCompletionOfARequestDoesNotEndTheNextUseOfItsSlot() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      // One thread, so that the slot is the same.
      Caller<List<Integer>> caller =
          Simulation.call(
              () ->
                  List.of(
                      file.read(ByteBuffer.allocate(10), 0),
                      file.read(ByteBuffer.allocate(10), 2)));
      Sqe first = kernel.awaitHeld(READ, 1).getFirst();
      kernel.execute(first);
      kernel.post(first.userData(), 1);
      Sqe second = kernel.awaitHeld(READ, 1).getFirst();
      assertThat((int) second.userData()).isEqualTo((int) first.userData());
      kernel.post(first.userData(), 1);
      Waiting.until("strays", () -> s.engine.strays() == 2);
      assertThat(caller.isDone()).isFalse();
      kernel.execute(second);
      assertThat(caller.get()).containsExactly(5, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-125, -4, -512, -513, -514, -516})
  void requestThatTheKernelGivesUpUnaskedIsSubmittedAgain(int res) throws Exception {
    AtomicInteger given = new AtomicInteger();
    SimulatedKernel kernel =
        new SimulatedKernel()
            .script(
                sqe ->
                    sqe.opcode() == READ && given.getAndIncrement() < 3
                        ? Reply.complete(res)
                        : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      ByteBuffer buffer = ByteBuffer.allocate(10);
      assertThat(file.read(buffer, 0)).isEqualTo(5);
      assertThat(text(buffer)).isEqualTo("hello");
      assertThat(s.engine.retries()).isEqualTo(3);
      assertThat(kernel.taken(READ)).hasSize(4).containsOnly(kernel.taken(READ).getFirst());
    }
  }

  @Test
  void eagainIsTriedOnceMoreInAWorkerAndThenReported() throws Exception {
    AtomicInteger given = new AtomicInteger();
    int eagain = Errno.EAGAIN.negated();
    SimulatedKernel kernel =
        new SimulatedKernel()
            .script(
                sqe ->
                    sqe.opcode() == READ && given.getAndIncrement() != 1
                        ? Reply.complete(eagain)
                        : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      assertThat(file.read(ByteBuffer.allocate(10), 0)).isEqualTo(5);
      assertThat(kernel.taken(READ)).extracting(Sqe::flags).containsExactly((byte) 0, IOSQE_ASYNC);

      Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      assertThat(caller.failure())
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("EAGAIN")
          .hasMessageContaining(path.toString());
      assertThat(kernel.taken(READ))
          .extracting(Sqe::flags)
          .containsExactly((byte) 0, IOSQE_ASYNC, (byte) 0, IOSQE_ASYNC);
    }
  }

  @Test
  void completionsThatOverflowAreFetched() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        callers.add(Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0)));
      }
      List<Sqe> held = kernel.awaitHeld(READ, 10);
      kernel.overflowNext(5);
      for (Sqe sqe : held) {
        kernel.execute(sqe);
      }
      for (Caller<Integer> caller : callers) {
        assertThat(caller.get()).isEqualTo(5);
      }
    }
  }

  /** Counters of both queues, just before they turn negative and before they turn zero. */
  @ParameterizedTest
  @CsvSource({"2147483644, 2147483640", "-4, -8", "-1, 2147483647"})
  void countersMayWrap(int sqPosition, int cqPosition) throws Exception {
    for (int unknownFlags : new int[] {0, IORING_SETUP_NO_SQARRAY}) {
      SimulatedKernel kernel =
          new SimulatedKernel().positions(sqPosition, cqPosition).unknownFlags(unknownFlags);
      try (Simulation s = Simulation.of(kernel, 2, 4)) {
        RingFile file = s.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        List<Caller<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          int offset = i * 10;
          callers.add(Simulation.call(() -> writeAndRead(file, offset)));
        }
        for (Caller<Void> caller : callers) {
          caller.get();
        }
      }
    }
  }

  private static Void writeAndRead(RingFile file, int offset) throws Exception {
    String written = "%010d".formatted(offset);
    assertThat(file.write(UTF_8.encode(written), offset)).isEqualTo(10);
    ByteBuffer buffer = ByteBuffer.allocate(10);
    assertThat(file.read(buffer, offset)).isEqualTo(10);
    assertThat(text(buffer)).isEqualTo(written);
    return null;
  }
}
