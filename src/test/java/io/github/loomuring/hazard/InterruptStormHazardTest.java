package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.hazard.Call.On;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thousands of quick operations, each with one interrupt at a random moment from before the call to
 * after its end. Each must end in its result or in an InterruptedIOException, and the interrupt
 * must still be there afterwards.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptStormHazardTest {
  private static final int ROUNDS = 2_000;
  private static final int FILE_BYTES = 256;

  @TempDir Path directory;
  private Uring uring;

  // What became of the calls. Written by the caller, read when it has ended.
  private int results;
  private int interrupts;
  private long bytesWritten;
  private long bytesRead;

  @AfterEach
  void close() {
    if (uring != null) {
      uring.close();
    }
  }

  /** One interrupt in each round, which both sides enter together. */
  private static final class Rounds {
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();

    /** The interrupter's side. */
    void run(Thread target, Random random) {
      for (int round = 1; round <= ROUNDS; round++) {
        while (begun.get() < round) {
          if (!target.isAlive()) {
            return;
          }
          Thread.yield();
        }
        long at = System.nanoTime() + delayNanos(random);
        while (System.nanoTime() < at) {
          Thread.onSpinWait();
        }
        target.interrupt();
        interrupted.set(round);
      }
    }

    /** From nothing to longer than any of the calls takes, short ones being likelier. */
    private static long delayNanos(Random random) {
      return random.nextLong(1L << random.nextInt(1, 18));
    }

    /** The target's side: the call, and whether it ended in an exception. */
    boolean call(int round, IoCall work) throws IOException {
      boolean failed = false;
      begun.set(round);
      try {
        work.run();
      } catch (InterruptedIOException e) {
        assertThat(e.bytesTransferred).isZero();
        assertThat(Thread.currentThread().isInterrupted()).as("status at the exception").isTrue();
        failed = true;
      }
      while (interrupted.get() < round) {
        Thread.yield();
      }
      // The one interrupt of this round has happened, and nobody has asked for it yet.
      assertThat(Thread.interrupted()).as("status after round=%d", round).isTrue();
      return failed;
    }
  }

  private interface IoCall {
    void run() throws IOException;
  }

  @ParameterizedTest
  @CsvSource({
    "VIRTUAL, RING",
    "VIRTUAL, RING_NOTHING_INLINE",
    "PLATFORM, RING",
    "PLATFORM, RING_NOTHING_INLINE"
  })
  void everyCallEndsOnceAndNoInterruptIsLost(On on, Engines engine) throws Exception {
    Random random = Hazards.random("everyCallEndsOnceAndNoInterruptIsLost");
    uring = engine.open();
    Path path = Files.write(directory.resolve("file"), new byte[FILE_BYTES]);
    Path fifoPath = Fifos.make(directory.resolve("fifo"));
    try (UringFile file = uring.openFile(path, READ, WRITE);
        UringFile fifo = uring.openFile(fifoPath, READ, WRITE)) {
      Rounds rounds = new Rounds();
      long seed = random.nextLong();
      Call<Void> caller =
          Call.start(
              on,
              () -> {
                storm(rounds, new Random(seed), file, fifo, path);
                return null;
              });
      rounds.run(caller.thread(), random);
      caller.value();
      assertThat(results + interrupts).isEqualTo(ROUNDS);
      assertThat(results).isPositive();
      assertThat(interrupts).isPositive();
      assertThat(bytesRead + rest(fifo)).isEqualTo(bytesWritten);
    }
  }

  private void storm(Rounds rounds, Random random, UringFile file, UringFile fifo, Path path)
      throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(FILE_BYTES);
    ByteBuffer heap = ByteBuffer.allocate(FILE_BYTES);
    for (int round = 1; round <= ROUNDS; round++) {
      IoCall call =
          switch (random.nextInt(6)) {
            case 0 -> () -> assertThat(file.read(direct.clear(), 0)).isEqualTo(FILE_BYTES);
            case 1 -> () -> assertThat(file.read(heap.clear(), 0)).isEqualTo(FILE_BYTES);
            case 2 -> () -> assertThat(file.write(heap.clear(), 0)).isEqualTo(FILE_BYTES);
            case 3 -> () -> uring.openFile(path).close();
            case 4 -> () -> bytesWritten += fifo.write(heap.clear().limit(7), 0);
            // Often there is nothing to read, and only the interrupt ends it.
            default -> () -> bytesRead += fifo.read(direct.clear(), 0);
          };
      if (rounds.call(round, call)) {
        interrupts++;
      } else {
        results++;
      }
    }
  }

  /** Bytes left in the FIFO. */
  private static long rest(UringFile fifo) throws IOException {
    fifo.write(ByteBuffer.allocate(1), 0); // so that the read has something
    return fifo.read(ByteBuffer.allocate(1 << 20), 0) - 1;
  }
}
