package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ranges of one call whose requests do as a test says. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class RangesFaultTest {
  @TempDir Path directory;

  private static List<RangeTransfer> ranges(int count) {
    List<RangeTransfer> ranges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ranges.add(new RangeTransfer(ByteBuffer.allocate(1), i));
    }
    return ranges;
  }

  private static Caller<Void> read(RingFile file, List<RangeTransfer> ranges) {
    return Simulation.call(
        () -> {
          file.readRanges(ranges);
          return null;
        });
  }

  @Test
  void allAreInFlightAtOnceAndEndInAnyOrder() throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "0123456789");
    SimulatedKernel kernel = new SimulatedKernel().hold(IORING_OP_READ);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      List<RangeTransfer> ranges = ranges(10);
      Caller<Void> caller = read(file, ranges);
      List<Sqe> held = kernel.awaitHeld(IORING_OP_READ, 10);
      kernel.complete(held.get(3), Errno.EIO.negated());
      for (int i : new int[] {9, 0, 5, 1, 8, 2, 7, 4}) {
        kernel.execute(held.get(i));
      }
      Waiting.untilParked(caller.thread);
      assertThat(caller.isDone()).isFalse();
      kernel.execute(held.get(6));
      caller.get();
      for (int i = 0; i < 10; i++) {
        RangeTransfer range = ranges.get(i);
        if (i == 3) {
          assertThat(range.failure).hasMessageContaining("EIO").hasMessageContaining("offset=3");
          assertThat(range.buffer.position()).isZero();
        } else {
          assertThat(range.failure).isNull();
          assertThat(range.bytes).isEqualTo(1);
          assertThat(range.buffer.get(0)).isEqualTo((byte) ('0' + i));
        }
      }
    }
  }

  @Test
  void ringThatFailsFailsTheCall() throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "0123456789");
    SimulatedKernel kernel = new SimulatedKernel().hold(IORING_OP_READ);
    Simulation s = Simulation.of(kernel);
    RingFile file = s.open(path);
    Caller<Void> caller = read(file, ranges(10));
    kernel.awaitHeld(IORING_OP_READ, 10);
    Waiting.untilParked(caller.thread);
    kernel.failEnters(Errno.EBADF.negated());
    assertThat(caller.failure()).hasMessageContaining("the ring has failed");
    file.close(); // nothing refers to it any more
    s.engine.close();
  }
}
