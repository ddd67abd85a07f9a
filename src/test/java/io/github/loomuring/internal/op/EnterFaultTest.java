package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries of the kernel that fail, for a while or for good, or take only a part; and the end. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class EnterFaultTest {
  private static final byte READ = IORING_OP_READ;
  private static final int CALLERS = 40;

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  private static List<Caller<Integer>> readers(RingFile file, int count) {
    List<Caller<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0)));
    }
    return callers;
  }

  private static void assertAllRead(List<Caller<Integer>> callers) throws Exception {
    for (Caller<Integer> caller : callers) {
      assertThat(caller.get()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EBUSY", "EINTR", "ENOMEM"})
  void entriesThatFailForAWhileLoseNothing(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    AtomicInteger entries = new AtomicInteger();
    try (Simulation s = Simulation.of(kernel, 2, 4)) {
      RingFile file = s.open(path);
      // 29 of 30: longer than a caller tries before it pauses.
      kernel.enterScript(
          (_, _) -> entries.incrementAndGet() % 30 == 0 ? Integer.MAX_VALUE : errno.negated());
      assertAllRead(readers(file, CALLERS));
      assertThat(kernel.taken(READ)).hasSize(CALLERS);
    }
  }

  /** What may last for ever is submitted by the reaper alone. */
  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EBUSY", "EINTR", "ENOMEM"})
  void entriesOfTheReaperThatFailForAWhileLoseNothing(Errno errno) throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    SimulatedKernel kernel = new SimulatedKernel();
    AtomicInteger entries = new AtomicInteger();
    try (RandomAccessFile _ = new RandomAccessFile(fifo.toFile(), "rw");
        Simulation s = Simulation.of(kernel, 2, 4)) {
      kernel.enterScript(
          (_, _) -> entries.incrementAndGet() % 30 == 0 ? Integer.MAX_VALUE : errno.negated());
      for (int i = 0; i < 5; i++) {
        Simulation.call(() -> s.open(fifo)).get().close();
      }
    }
  }

  /** Parking returns at once while the interrupt is set: a carrier would be kept busy. */
  @Test
  void interruptedCallerPausesBetweenEntriesThatFail() throws Exception {
    int failures = 1_000;
    SimulatedKernel kernel = new SimulatedKernel();
    AtomicInteger failed = new AtomicInteger();
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      kernel.enterScript(
          (_, getEvents) -> {
            if (getEvents || failed.incrementAndGet() > failures) {
              return Integer.MAX_VALUE;
            }
            Thread.currentThread().interrupt();
            return Errno.ENOMEM.negated();
          });
      long begun = System.nanoTime();
      Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
      Waiting.until("the entries to fail", () -> failed.get() > failures);
      assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(40));
      Waiting.until("the end of the call", caller::isDone);
      assertThat(caller.wasInterruptedAtEnd()).isTrue();
    }
  }

  @Test
  void interruptedWaitsOfTheReaperAreRepeatedAtOnce() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      AtomicInteger interrupted = new AtomicInteger();
      long begun = System.nanoTime();
      kernel.enterScript(
          (_, getEvents) ->
              getEvents && interrupted.incrementAndGet() <= 100
                  ? Errno.EINTR.negated()
                  : Integer.MAX_VALUE);
      for (int i = 0; i < 3; i++) {
        assertThat(file.read(ByteBuffer.allocate(10), 0)).isEqualTo(5);
      }
      Waiting.until("the reaper to get through", () -> interrupted.get() > 100);
      // A pause that doubled, to 50 ms, would take more than four seconds.
      assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void entriesThatTakeOnlyAPartLoseNothing(int part) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    AtomicInteger entries = new AtomicInteger();
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      kernel.enterScript((_, _) -> entries.incrementAndGet() % 4 == 0 ? Math.max(1, part) : part);
      assertAllRead(readers(file, CALLERS));
      assertThat(kernel.taken(READ)).hasSize(CALLERS);
    }
  }

  /** Kernels before 5.19 take nothing while completions overflow, and the reaper must not wait. */
  @Test
  void kernelThatIsBusyWhileCompletionsOverflowIsRelieved() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().busyWhileOverflown();
    try (Simulation s = Simulation.of(kernel, 2, 4)) {
      RingFile file = s.open(path);
      AtomicInteger entries = new AtomicInteger();
      kernel.enterScript(
          (_, _) -> {
            if (entries.incrementAndGet() % 5 == 0) {
              kernel.overflowNext(1);
            }
            return Integer.MAX_VALUE;
          });
      assertAllRead(readers(file, 500));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EBADF", "EFAULT", "EBADR", "ENXIO", "EOWNERDEAD", "EIO"})
  void entryThatFailsForGoodFailsAllCallersAtOnce(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ);
    Simulation s = Simulation.of(kernel);
    RingFile file = s.open(path);
    List<Caller<Integer>> callers = readers(file, CALLERS); // some of them wait at the gate
    Waiting.until("callers to wait", () -> s.engine.inUse() == CALLERS);
    kernel.awaitHeld(READ, 20);

    kernel.failEnters(errno.negated());
    for (Caller<Integer> caller : callers) {
      assertThat(caller.failure())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the ring has failed");
    }
    assertThat(s.engine.isOpen()).isFalse();
    assertThat(Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0)).failure())
        .isInstanceOf(IOException.class);
    file.close();
    s.engine.close();
    assertThat(kernel.calls("munmap")).as("the kernel may still use it").isZero();
    assertThat(kernel.surplusCloses(file.handle.fd)).isZero();
  }

  @Test
  void memoryOfOperationsInAFailedRingIsNotUsedAgain() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ);
    Simulation s = Simulation.of(kernel);
    RingFile file = s.open(path);
    Caller<Integer> caller = Simulation.call(() -> file.read(ByteBuffer.allocate(10), 0));
    long address = kernel.awaitHeld(READ, 1).getFirst().addr();

    kernel.failEnters(Errno.EBADF.negated());
    assertThat(caller.failure()).hasMessageContaining("the ring has failed");
    // The kernel still has the request, and may yet write what it reads.
    assertThat(s.engine.context().staging.acquire(10).address).isNotEqualTo(address);
    file.close();
    s.engine.close();
  }

  @Test
  void closeReturnsThoughOperationsDoNotEndAndUnmapsWhenTheyDo() throws Exception {
    SimulatedKernel kernel =
        new SimulatedKernel()
            .script(
                sqe ->
                    switch (sqe.opcode()) {
                      case READ -> SimulatedKernel.Reply.HOLD;
                      case IORING_OP_ASYNC_CANCEL ->
                          SimulatedKernel.Reply.complete(Simulation.EALREADY);
                      default -> SimulatedKernel.Reply.EXECUTE;
                    });
    Simulation s = Simulation.of(kernel);
    RingFile file = s.open(path);
    List<Caller<Integer>> callers = readers(file, 2);
    List<Sqe> held = kernel.awaitHeld(READ, 2);

    s.engine.context().slots.close();
    long begun = System.nanoTime();
    assertThat(s.engine.ring().close(TimeUnit.MILLISECONDS.toNanos(50))).isFalse();
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(5));
    assertThat(s.engine.inUse()).isEqualTo(2);
    assertThat(kernel.calls("munmap")).isZero();

    kernel.complete(held.get(0), Simulation.ECANCELED);
    kernel.complete(held.get(1), 3);
    assertThat(s.engine.ring().close(TimeUnit.SECONDS.toNanos(20))).isTrue();
    assertThat(kernel.calls("munmap")).isEqualTo(2);
    int ended = 0;
    for (Caller<Integer> caller : callers) {
      try {
        assertThat(caller.get()).isEqualTo(3);
        ended++;
      } catch (java.nio.channels.AsynchronousCloseException e) {
        // The one that was cancelled.
      }
    }
    assertThat(ended).isEqualTo(1);
    file.close();
    s.close();
  }

  @Test
  void callersThatWaitAtGatesOfAClosingRingAreLetGo() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().hold(READ);
    Simulation s = Simulation.of(kernel, 2, 4);
    RingFile file = s.open(path);
    List<Caller<Integer>> callers = readers(file, CALLERS);
    kernel.awaitHeld(READ, 1);
    Waiting.until("callers to wait", () -> s.engine.inUse() == CALLERS);
    s.engine.close(); // the simulated kernel cancels what it holds
    for (Caller<Integer> caller : callers) {
      assertThat(caller.failure()).isInstanceOf(java.nio.channels.AsynchronousCloseException.class);
    }
    file.close();
    s.close();
  }
}
