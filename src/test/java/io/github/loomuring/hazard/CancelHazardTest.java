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
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt finds an operation pending, running or completed: one true outcome each time. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(names = {"RING", "RING_SQ_POLL", "POOL"})
class CancelHazardTest {
  @Parameter Engines engine;

  private static final byte CANARY = 0x5a;

  @TempDir Path directory;
  private Uring uring;

  @BeforeEach
  void open() {
    uring = engine.open();
  }

  @AfterEach
  void close() {
    uring.close();
  }

  @ParameterizedTest
  @EnumSource
  void interruptEndsReadThatIsPendingInTheKernel(On on) throws Exception {
    ByteBuffer abandoned = canary(64);
    try (UringFile fifo = fifo()) {
      Call<Integer> read = Call.startParked(on, () -> fifo.read(abandoned, 0));
      read.interrupt();
      read.assertInterrupted();

      write(fifo, "after");
      assertThat(readText(fifo)).isEqualTo("after");
    }
    assertThat(abandoned.position()).isZero();
    assertOnlyCanary(abandoned);
  }

  @ParameterizedTest
  @EnumSource
  void interruptEndsReadThatIsQueuedBehindAnother(On on) throws Exception {
    ByteBuffer abandoned = canary(64);
    try (UringFile fifo = fifo()) {
      Call<String> head = Call.startParked(on, () -> readText(fifo));
      Call<Integer> queued = Call.startParked(on, () -> fifo.read(abandoned, 0));
      queued.interrupt();
      queued.assertInterrupted();
      assertThat(head.hasEnded()).isFalse();

      write(fifo, "for the head");
      assertThat(head.value()).isEqualTo("for the head");
      write(fifo, "for the next");
      assertThat(readText(fifo)).isEqualTo("for the next");
    }
    assertOnlyCanary(abandoned);
  }

  @ParameterizedTest
  @EnumSource
  void interruptOfTheHeadLetsTheNextReadIn(On on) throws Exception {
    ByteBuffer abandoned = canary(64);
    try (UringFile fifo = fifo()) {
      Call<Integer> head = Call.startParked(on, () -> fifo.read(abandoned, 0));
      Call<String> queued = Call.startParked(on, () -> readText(fifo));
      head.interrupt();
      head.assertInterrupted();

      write(fifo, "heir");
      assertThat(queued.value()).isEqualTo("heir");
    }
    assertOnlyCanary(abandoned);
  }

  @ParameterizedTest
  @EnumSource
  void interruptEndsWriteIntoFullFifo(On on) throws Exception {
    try (UringFile fifo = fifo()) {
      int capacity = fill(fifo);
      ByteBuffer src = canary(4096);
      Call<Integer> write = Call.startParked(on, () -> fifo.write(src, 0));
      write.interrupt();
      write.assertInterrupted();
      assertThat(src.position()).isZero();

      ByteBuffer drained = ByteBuffer.allocate(2 * capacity);
      while (drained.position() < capacity) {
        fifo.read(drained, 0);
      }
      write(fifo, "after");
      assertThat(readText(fifo)).isEqualTo("after");
      for (int i = 0; i < capacity; i++) {
        assertThat(drained.get(i)).isEqualTo((byte) 1); // none of the abandoned write's
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptedReadFullyTellsWhatItHasRead(On on) throws Exception {
    try (UringFile fifo = fifo()) {
      ByteBuffer dst = canary(64);
      Call<Void> read =
          Call.startParked(
              on,
              () -> {
                fifo.readFully(dst, 0);
                return null;
              });
      write(fifo, "seven b");
      Waiting.until("seven bytes", () -> dst.position() == 7);
      Waiting.untilParked(read.thread());
      read.interrupt();

      assertThat(read.failure())
          .isInstanceOfSatisfying(
              InterruptedIOException.class, e -> assertThat(e.bytesTransferred).isEqualTo(7));
      assertThat(read.interruptedAfterwards()).isTrue();
      assertOnlyCanary(dst);
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptedDirectReadEndsOneWayOnlyAndItsMemoryIsLeftAlone(On on) throws Exception {
    int blocks = 64;
    Path path = Files.write(directory.resolve("direct"), blocksOfTheirNumber(blocks));
    AtomicInteger read = new AtomicInteger();
    AtomicInteger interrupted = new AtomicInteger();
    try (Arena arena = Arena.ofShared();
        UringFile file = uring.openFile(path, READ, Hazards.DIRECT)) {
      List<MemorySegment> used = new ArrayList<>();
      for (int round = 0; round < 600; round++) {
        int block = round % blocks;
        MemorySegment dst = arena.allocate(4096, 4096).fill(CANARY);
        AtomicBoolean returned = new AtomicBoolean();
        AtomicBoolean interruptSent = new AtomicBoolean();
        Call<Void> call =
            Call.start(
                on,
                () -> {
                  readDirect(file, dst, block, read, interrupted);
                  returned.set(true);
                  while (!interruptSent.get()) {
                    Thread.onSpinWait(); // so that there is somebody to interrupt
                  }
                  return null;
                });
        if (round % 2 == 0) {
          while (!returned.get()
              && !call.hasEnded()
              && call.thread().getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
        }
        call.interrupt();
        interruptSent.set(true);
        call.value();
        assertThat(call.interruptedAfterwards()).isTrue();
        dst.fill(CANARY);
        used.add(dst);
      }
      for (MemorySegment dst : used) {
        assertThat(dst.mismatch(MemorySegment.ofArray(canary(4096).array()))).isEqualTo(-1);
      }
    }
    assertThat(read.get() + interrupted.get()).isEqualTo(600);
    assertThat(read.get()).as("reads that an interrupt could not stop").isPositive();
  }

  private static void readDirect(
      UringFile file, MemorySegment dst, int block, AtomicInteger read, AtomicInteger interrupted)
      throws IOException {
    byte expected;
    try {
      assertThat(file.read(dst, block * 4096L)).isEqualTo(4096);
      read.incrementAndGet();
      expected = (byte) block;
    } catch (InterruptedIOException e) {
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThat(e.bytesTransferred).isZero();
      interrupted.incrementAndGet();
      expected = CANARY;
    }
    for (int i = 0; i < 4096; i++) {
      if (dst.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i) != expected) {
        throw new AssertionError("block=" + block + ", byte=" + i);
      }
    }
  }

  /** The read has its bytes, but its thread cannot run yet when the interrupt comes. */
  @Test
  void interruptAfterTheCompletionLeavesTheResult() throws Exception {
    try (UringFile fifo = fifo()) {
      Call<String> read = Call.startParked(() -> readText(fifo));
      try (BusyCarriers carriers = new BusyCarriers()) {
        carriers.block();
        write(fifo, "done"); // this is a platform thread
        Waiting.until(
            "the reader to be unparked", () -> read.thread().getState() == Thread.State.RUNNABLE);
        read.interrupt();
      }
      assertThat(read.value()).isEqualTo("done");
      assertThat(read.interruptedAfterwards()).isTrue();
    }
  }

  /** The interrupt comes first, but before the thread can run and cancel, the bytes are there. */
  @Test
  void completionAfterTheInterruptAndBeforeTheCancelLeavesTheResult() throws Exception {
    try (UringFile fifo = fifo()) {
      Call<String> first = Call.startParked(() -> readText(fifo));
      Call<String> second = Call.startParked(() -> readText(fifo));
      try (BusyCarriers carriers = new BusyCarriers()) {
        carriers.block();
        first.interrupt();
        write(fifo, "1");
        // The second read enters the kernel when the first has completed.
        Waiting.until(
            "the second reader to be unparked",
            () -> {
              if (second.thread().getState() == Thread.State.RUNNABLE) {
                return true;
              }
              write(fifo, "2");
              return false;
            });
      }
      assertThat(first.value()).startsWith("1");
      assertThat(first.interruptedAfterwards()).isTrue();
      assertThat(second.value()).startsWith("2");
      assertThat(second.interruptedAfterwards()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptBeforeTheCallKeepsItFromStarting(On on) throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "unchanged");
    ByteBuffer dst = canary(64);
    try (UringFile file = uring.openFile(path, READ, WRITE);
        UringFile fifo = fifo()) {
      List<java.util.concurrent.Callable<Object>> calls =
          List.of(
              () -> file.read(dst, 0),
              () -> fifo.read(dst, 0),
              () -> file.write(canary(4), 0),
              () -> file.append(canary(4)),
              file::size,
              () -> uring.openFile(path),
              () -> {
                file.truncate(0);
                return null;
              },
              () -> {
                file.force(true);
                return null;
              });
      for (var work : calls) {
        Call<Object> call =
            Call.start(
                on,
                () -> {
                  Thread.currentThread().interrupt();
                  return work.call();
                });
        call.assertInterrupted();
      }
      write(fifo, "still here");
      assertThat(readText(fifo)).isEqualTo("still here");
    }
    assertOnlyCanary(dst);
    assertThat(path).hasContent("unchanged");
  }

  private UringFile fifo() throws Exception {
    return uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
  }

  private static void write(UringFile file, String text) throws IOException {
    file.writeFully(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
  }

  private static String readText(UringFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    file.read(bytes, 0);
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }

  /** Fills the FIFO with ones; how many fit. */
  private static int fill(UringFile fifo) throws IOException {
    byte[] ones = new byte[1 << 20];
    java.util.Arrays.fill(ones, (byte) 1);
    return fifo.write(ByteBuffer.wrap(ones), 0); // a pipe that is full ends a write short
  }

  private static byte[] blocksOfTheirNumber(int blocks) {
    byte[] bytes = new byte[blocks * 4096];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i / 4096);
    }
    return bytes;
  }

  private static ByteBuffer canary(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    java.util.Arrays.fill(buffer.array(), CANARY);
    return buffer;
  }

  private static void assertOnlyCanary(ByteBuffer buffer) {
    for (int i = buffer.position(); i < buffer.limit(); i++) {
      assertThat(buffer.get(i)).as("byte %d", i).isEqualTo(CANARY);
    }
  }
}
