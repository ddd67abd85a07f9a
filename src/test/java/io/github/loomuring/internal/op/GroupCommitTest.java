package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_FSYNC_DATASYNC;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_ASYNC_CANCEL;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FSYNC;
import static io.github.loomuring.internal.op.Simulation.ECANCELED;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Calls of force share fsyncs, and one that leaves does not disturb the others. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class GroupCommitTest {
  private static final byte FSYNC = IORING_OP_FSYNC;

  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel().hold(FSYNC);

  private RingFile open(Simulation s) throws IOException {
    return s.open(directory.resolve("file"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  /** Calls force, and returns when the call waits. */
  private static Caller<Void> force(RingFile file, boolean metaData) throws Exception {
    Caller<Void> caller =
        Simulation.call(
            () -> {
              file.force(metaData);
              return null;
            });
    Waiting.untilParked(caller.thread);
    return caller;
  }

  private static List<Caller<Void>> force(RingFile file, int count) throws Exception {
    List<Caller<Void>> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(force(file, false));
    }
    return callers;
  }

  private Sqe running() throws InterruptedException {
    List<Sqe> held = kernel.awaitHeld(FSYNC, 1);
    assertThat(held).hasSize(1);
    return held.getFirst();
  }

  private static void assertInterrupted(Caller<Void> caller) throws Exception {
    assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
    assertThat(caller.wasInterruptedAtEnd()).isTrue();
  }

  @Test
  void callsDuringAnFsyncShareTheNextOne() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      Sqe one = running();
      List<Caller<Void>> others = force(file, 10);
      assertThat(kernel.taken(FSYNC)).hasSize(1);

      kernel.complete(one, 0);
      first.get();
      Sqe two = running();
      assertThat(two).isNotEqualTo(one);
      assertThat(others).noneMatch(Caller::isDone); // the first fsync started before they came

      Caller<Void> late = force(file, false);
      kernel.complete(two, 0);
      for (Caller<Void> caller : others) {
        caller.get();
      }
      assertThat(late.isDone()).isFalse();
      kernel.complete(running(), 0);
      late.get();
      assertThat(kernel.taken(FSYNC)).hasSize(3);
    }
  }

  @Test
  void filesDoNotWaitForEachOther() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      Caller<Void> first = force(open(s), false);
      Caller<Void> second = force(open(s), false);
      List<Sqe> both = kernel.awaitHeld(FSYNC, 2);
      kernel.complete(both.get(1), 0);
      second.get();
      kernel.complete(both.get(0), 0);
      first.get();
    }
  }

  @Test
  void oneThatWantsMetaDataMakesTheSharedFsyncAFullOne() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      assertThat(running().opFlags()).isEqualTo(IORING_FSYNC_DATASYNC);
      Caller<Void> dataOnly = force(file, false);
      Caller<Void> metaData = force(file, true);
      kernel.complete(running(), 0);
      first.get();

      assertThat(running().opFlags()).isZero();
      Caller<Void> next = force(file, false);
      kernel.complete(running(), 0);
      dataOnly.get();
      metaData.get();

      assertThat(running().opFlags()).isEqualTo(IORING_FSYNC_DATASYNC);
      kernel.complete(running(), 0);
      next.get();
    }
  }

  @Test
  void failureReachesEveryCallerThatTheFsyncWasToCoverAndWhoCameBeforeItsEnd() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      List<Caller<Void>> failed = force(file, 5);
      kernel.complete(running(), 0);
      first.get();
      Sqe failing = running();
      failed.addAll(force(file, 5)); // what they wrote may be what the fsync could not write
      kernel.complete(failing, Errno.EIO.negated());
      for (Caller<Void> caller : failed) {
        assertThat(caller.failure()).hasMessageContaining("EIO").hasMessageContaining("fdatasync");
      }
      assertThat(failed.get(0).failure()).isNotSameAs(failed.get(1).failure());
      Caller<Void> next = force(file, false);
      kernel.complete(running(), 0);
      next.get();
      assertThat(kernel.taken(FSYNC)).hasSize(3);
    }
  }

  @Test
  void interruptedCallsLeaveTheOthersServed() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      List<Caller<Void>> covered = force(file, 4);
      kernel.complete(running(), 0);
      first.get();
      Sqe shared = running();
      List<Caller<Void>> waiting = force(file, 3);

      covered.get(0).thread.interrupt(); // whose request it is
      assertInterrupted(covered.get(0));
      covered.get(2).thread.interrupt();
      assertInterrupted(covered.get(2));
      for (int i : new int[] {1, 0, 2}) { // from the middle, the head and the tail of the list
        waiting.get(i).thread.interrupt();
        assertInterrupted(waiting.get(i));
      }
      assertThat(kernel.taken(IORING_OP_ASYNC_CANCEL)).isEmpty();

      Caller<Void> late = force(file, false);
      kernel.complete(shared, 0);
      covered.get(1).get();
      covered.get(3).get();
      kernel.complete(running(), 0);
      late.get();
      assertThat(kernel.taken(FSYNC)).hasSize(3);
    }
  }

  @Test
  void fsyncThatNobodyWaitsForAnyMoreIsCancelled() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      List<Caller<Void>> covered = force(file, 3);
      kernel.complete(running(), 0);
      first.get();
      Sqe unwanted = running();
      for (Caller<Void> caller : covered) {
        caller.thread.interrupt();
        assertInterrupted(caller);
      }
      List<Sqe> cancels = kernel.awaitTaken(IORING_OP_ASYNC_CANCEL, 1);
      assertThat(cancels.getFirst().addr()).isEqualTo(unwanted.userData());

      Caller<Void> next = force(file, false); // while the unwanted one is still running
      if (kernel.held().contains(unwanted)) {
        kernel.complete(unwanted, ECANCELED);
      }
      kernel.complete(running(), 0);
      next.get();
    }
  }

  @Test
  void fsyncGivenUpUnaskedIsRepeatedForThoseItCovers() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      List<Caller<Void>> covered = force(file, 3);
      kernel.complete(running(), 0);
      first.get();
      Sqe abandoned = running();
      covered.get(0).thread.interrupt();
      assertInterrupted(covered.get(0));
      kernel.complete(abandoned, ECANCELED); // its submitter has exited
      Sqe again = running();
      assertThat(again.userData()).isEqualTo(abandoned.userData());
      kernel.complete(again, 0);
      covered.get(1).get();
      covered.get(2).get();
    }
  }

  @Test
  void closeEndsAllCallsAndKeepsTheDescriptorUntilTheFsyncHasEnded() throws Exception {
    SimulatedKernel stubborn =
        new SimulatedKernel()
            .script(
                sqe ->
                    switch (sqe.opcode()) {
                      case IORING_OP_FSYNC -> SimulatedKernel.Reply.HOLD;
                      case IORING_OP_ASYNC_CANCEL ->
                          SimulatedKernel.Reply.complete(Simulation.EALREADY);
                      default -> SimulatedKernel.Reply.EXECUTE;
                    });
    try (Simulation s = Simulation.of(stubborn)) {
      RingFile file = open(s);
      Caller<Void> first = force(file, false);
      List<Caller<Void>> covered = force(file, 4);
      stubborn.complete(stubborn.awaitHeld(FSYNC, 1).getFirst(), 0);
      first.get();
      Sqe shared = stubborn.awaitHeld(FSYNC, 1).getFirst();
      List<Caller<Void>> waiting = force(file, 4);
      Caller<Void> close =
          Simulation.call(
              () -> {
                file.close();
                return null;
              });
      // All but perhaps one, whom the fsync then serves alone and who must wait for its end.
      Waiting.until("the calls to end", () -> count(covered) >= 3 && count(waiting) == 4);
      assertThat(close.isDone()).isFalse();
      assertThat(stubborn.surplusCloses(file.handle.fd)).isEqualTo(-1);
      stubborn.complete(shared, 0);
      close.get();
      assertThat(stubborn.surplusCloses(file.handle.fd)).isZero();
      for (Caller<Void> caller : waiting) {
        assertThat(caller.failure()).isInstanceOf(AsynchronousCloseException.class);
      }
    }
  }

  private static long count(List<Caller<Void>> callers) {
    return callers.stream().filter(Caller::isDone).count();
  }

  @Test
  void closingTheRingEndsAllCalls() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = open(s);
      List<Caller<Void>> callers = force(file, 1);
      running();
      callers.addAll(force(file, 5));
      s.engine.close(); // the simulated kernel carries cancels out
      for (Caller<Void> caller : callers) {
        assertThat(caller.failure()).isInstanceOf(AsynchronousCloseException.class);
      }
    }
  }
}
