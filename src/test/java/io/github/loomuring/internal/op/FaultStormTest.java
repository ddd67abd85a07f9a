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
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Every fault at random and at once: each caller still gets its own true result. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class FaultStormTest {
  private static final int RECORD_BYTES = 10;
  private static final int[] UNASKED = {-125, -4, -512};

  @TempDir Path directory;

  /** What the simulated kernel does wrong. Used with its monitor held, so one random will do. */
  private static final class Storm {
    private final SimulatedKernel kernel;
    private final Random random;
    private long lastUserData;

    Storm(SimulatedKernel kernel, long seed) {
      this.kernel = kernel;
      this.random = new Random(seed);
    }

    Reply reply(Sqe sqe) {
      if (sqe.opcode() == IORING_OP_NOP) {
        return Reply.EXECUTE;
      }
      int fault = random.nextInt(12);
      if (fault == 0) {
        kernel.post(lastUserData, 77); // an earlier request once more, perhaps of a living slot
      } else if (fault == 1) {
        kernel.post(random.nextLong() & Long.MAX_VALUE, 5);
      } else if (fault == 2) {
        kernel.overflowNext(1 + random.nextInt(3));
      }
      if (sqe.opcode() == IORING_OP_ASYNC_CANCEL) {
        return switch (random.nextInt(4)) {
          case 0 -> Reply.complete(Simulation.ENOENT);
          case 1 -> Reply.complete(Simulation.EALREADY);
          case 2 -> Reply.HOLD;
          default -> Reply.EXECUTE;
        };
      }
      return switch (random.nextInt(8)) {
        case 0, 1, 2 -> Reply.HOLD;
        case 3 -> Reply.complete(UNASKED[random.nextInt(UNASKED.length)]);
        case 4 -> sqe.flags() == 0 ? Reply.complete(Errno.EAGAIN.negated()) : executed(sqe);
        default -> executed(sqe);
      };
    }

    private Reply executed(Sqe sqe) {
      lastUserData = sqe.userData();
      return Reply.EXECUTE;
    }

    int enter(int toSubmit) {
      return switch (ThreadLocalRandom.current().nextInt(10)) {
        case 0 -> Errno.EINTR.negated();
        case 1 -> Errno.EAGAIN.negated();
        case 2 -> Errno.EBUSY.negated();
        case 3 -> toSubmit / 2;
        default -> Integer.MAX_VALUE;
      };
    }

    /** Completes something that is held. */
    void complete() {
      synchronized (kernel) {
        List<Sqe> held = kernel.held();
        if (!held.isEmpty()) {
          Sqe sqe = held.get(random.nextInt(held.size()));
          if (sqe.opcode() == IORING_OP_ASYNC_CANCEL) {
            kernel.complete(sqe, Simulation.ENOENT);
          } else {
            kernel.execute(sqe);
          }
        }
      }
    }
  }

  @Test
  void everyCallerGetsItsOwnTrueResult() throws Exception {
    storm(40, 30);
  }

  @Test
  @Tag("long")
  void everyCallerGetsItsOwnTrueResultForLong() throws Exception {
    for (int i = 0; i < 20; i++) {
      storm(100, 50);
    }
  }

  private void storm(int callers, int rounds) throws Exception {
    String text = System.getProperty("loomuring.seed", "");
    long seed = text.isEmpty() ? ThreadLocalRandom.current().nextLong() : Long.parseLong(text);
    System.getLogger(FaultStormTest.class.getName()).log(System.Logger.Level.INFO, "seed=" + seed);
    SimulatedKernel kernel = new SimulatedKernel().positions(-500, Integer.MAX_VALUE - 500);
    try (Simulation s = Simulation.of(kernel, 4, 32)) {
      RingFile file =
          s.open(
              directory.resolve("file"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE);
      Storm storm = new Storm(kernel, seed);
      kernel.script(storm::reply);
      kernel.enterScript((toSubmit, _) -> storm.enter(toSubmit));
      List<Caller<Integer>> all = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        int number = i;
        Random random = new Random(seed + i);
        all.add(Simulation.call(() -> rounds(file, number, rounds, random)));
      }
      Random random = new Random(~seed);
      while (all.stream().anyMatch(caller -> !caller.isDone())) {
        storm.complete();
        if (random.nextInt(20) == 0) {
          all.get(random.nextInt(callers)).thread.interrupt();
        }
        LockSupport.parkNanos(10_000);
      }
      for (Caller<Integer> caller : all) {
        assertThat(caller.get()).isEqualTo(rounds);
      }
      while (!kernel.held().isEmpty()) {
        storm.complete();
      }
    }
  }

  /** Writes and reads a record of one's own, again and again. */
  private static int rounds(RingFile file, int number, int rounds, Random random) throws Exception {
    long offset = (long) number * RECORD_BYTES;
    int done = 0;
    while (done < rounds) {
      String record = "%05d%05d".formatted(number, done);
      ByteBuffer bytes =
          random.nextBoolean()
              ? ByteBuffer.allocate(RECORD_BYTES)
              : ByteBuffer.allocateDirect(RECORD_BYTES);
      bytes.put(record.getBytes(UTF_8)).flip();
      boolean written = attempt(() -> file.write(bytes, offset));
      bytes.clear();
      if (written && attempt(() -> file.read(bytes, offset))) {
        assertThat(UTF_8.decode(bytes.flip()).toString()).isEqualTo(record);
        done++;
      }
    }
    return done;
  }

  private interface Transfer {
    int run() throws IOException;
  }

  /** False if the transfer was interrupted. */
  private static boolean attempt(Transfer transfer) throws IOException {
    try {
      assertThat(transfer.run()).isEqualTo(RECORD_BYTES);
      Thread.interrupted(); // may have come too late
      return true;
    } catch (InterruptedIOException e) {
      assertThat(Thread.interrupted()).isTrue();
      return false;
    }
  }
}
