package io.github.loomuring;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.OnManyEngines;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;

/** Many ranges in one call. */
@ParameterizedClass
@OnManyEngines
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RangesTest {
  private static final int BYTES = 1 << 20;

  @Parameter Engines engine;
  @TempDir Path directory;
  private final long seed = Long.getLong("loomuring.seed", ThreadLocalRandom.current().nextLong());
  private final Random random = new Random(seed);
  private Uring uring;
  private Path path;
  private byte[] content;

  @BeforeEach
  void open() throws IOException {
    uring = engine.open();
    content = new byte[BYTES];
    random.nextBytes(content);
    path = Files.write(directory.resolve("file"), content);
  }

  @AfterEach
  void close() {
    if (uring != null) {
      uring.close();
    }
  }

  private ByteBuffer buffer(int bytes) {
    return random.nextBoolean() ? ByteBuffer.allocate(bytes) : ByteBuffer.allocateDirect(bytes);
  }

  @Test
  void everyRangeIsReadFromItsPlace() throws Exception {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      int length = random.nextInt(3_000);
      ranges.add(new Range(buffer(length), random.nextInt(BYTES - length)));
    }
    try (UringFile file = uring.openFile(path, READ)) {
      List<Range.Outcome> outcomes = file.readRanges(ranges);
      assertThat(outcomes).hasSize(ranges.size());
      for (int i = 0; i < outcomes.size(); i++) {
        ByteBuffer buffer = ranges.get(i).buffer();
        int from = (int) ranges.get(i).offset();
        assertThat(outcomes.get(i).bytesOrThrow()).as("seed=%d", seed).isEqualTo(buffer.limit());
        assertThat(buffer.hasRemaining()).isFalse();
        byte[] expected = Arrays.copyOfRange(content, from, from + buffer.limit());
        assertThat(buffer.flip()).as("seed=%d", seed).isEqualTo(ByteBuffer.wrap(expected));
      }
    }
  }

  @Test
  void everyRangeIsWrittenToItsPlace() throws Exception {
    List<Range> ranges = new ArrayList<>();
    int end = 0;
    for (int i = 0; i < 300; i++) {
      int length = random.nextInt(3_000);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      System.arraycopy(bytes, 0, content, end, length);
      ranges.add(new Range(buffer(length).put(bytes).flip(), end));
      end += length + random.nextInt(100);
    }
    Collections.shuffle(ranges, random);
    try (UringFile file = uring.openFile(path, WRITE)) {
      for (Range.Outcome outcome : file.writeRanges(ranges)) {
        assertThat(outcome.failure()).isNull();
      }
    }
    assertThat(ranges).noneMatch(range -> range.buffer().hasRemaining());
    assertThat(Arrays.equals(Files.readAllBytes(path), content)).as("seed=%d", seed).isTrue();
  }

  @Test
  void endOfFileIsTheOutcomeOfItsRangeAlone() throws Exception {
    try (UringFile file = uring.openFile(path, READ)) {
      List<Range> ranges =
          List.of(
              new Range(ByteBuffer.allocate(10), 0),
              new Range(ByteBuffer.allocate(10), BYTES),
              new Range(ByteBuffer.allocate(10), BYTES - 4),
              new Range(ByteBuffer.allocate(0), 3),
              new Range(ByteBuffer.allocate(10), 1L << 40));
      assertThat(file.readRanges(ranges).stream().map(Range.Outcome::bytes))
          .containsExactly(10, -1, 4, 0, -1);
      assertThat(file.readRanges(List.of())).isEmpty();
    }
  }

  @Test
  void failureIsTheOutcomeOfItsRangeAlone() throws Exception {
    assumeTrue(engine.callsKernel(), "the JDK says it differently");
    try (UringFile file = uring.openFile(path, READ, ExtendedOptions.DIRECT);
        Arena arena = Arena.ofConfined()) {
      ByteBuffer good = arena.allocate(4_096, 4_096).asByteBuffer();
      List<Range.Outcome> outcomes =
          file.readRanges(List.of(new Range(good, 4_096), new Range(ByteBuffer.allocate(8), 1)));
      assertThat(outcomes.get(0).bytesOrThrow()).isEqualTo(4_096);
      assertThat(good.flip()).isEqualTo(ByteBuffer.wrap(content, 4_096, 4_096));
      assertThat(outcomes.get(1).failure())
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("is not a multiple of");
      assertThatThrownBy(outcomes.get(1)::bytesOrThrow).isSameAs(outcomes.get(1).failure());
    }
  }

  private List<Range> threeOfOneByte() {
    return List.of(
        new Range(ByteBuffer.allocate(1), 0),
        new Range(ByteBuffer.allocateDirect(1), 0),
        new Range(ByteBuffer.allocate(1), 0));
  }

  private UringFile fifo() throws Exception {
    return uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
  }

  private static Thread start(AtomicReference<Throwable> end, UringFile file, List<Range> ranges) {
    return Thread.startVirtualThread(
        () -> {
          try {
            file.readRanges(ranges);
          } catch (Throwable t) {
            end.set(t);
          }
          if (!Thread.currentThread().isInterrupted()) {
            end.compareAndSet(null, new AssertionError("not interrupted"));
          }
        });
  }

  @Test
  void interruptEndsAllAndTellsWhatWasMoved() throws Exception {
    assumeTrue(engine.callsKernel(), "what has started on the pool is waited for");
    try (UringFile fifo = fifo()) {
      fifo.write(ByteBuffer.wrap(new byte[] {7}), 0);
      AtomicReference<Throwable> end = new AtomicReference<>();
      List<Range> ranges = threeOfOneByte();
      Thread reading = start(end, fifo, ranges);
      Waiting.untilParked(reading);
      reading.interrupt();
      reading.join();
      assertThat(end.get())
          .isInstanceOfSatisfying(
              InterruptedIOException.class, e -> assertThat(e.bytesTransferred).isEqualTo(1));
      assertThat(ranges.stream().mapToInt(range -> range.buffer().position()).sum()).isEqualTo(1);
      fifo.write(ByteBuffer.allocate(3), 0);
      assertThat(fifo.readRanges(threeOfOneByte())).allMatch(outcome -> outcome.bytes() == 1);
    }
  }

  @Test
  void deadlineEndsAll() throws Exception {
    assumeTrue(engine.callsKernel(), "what has started on the pool is waited for");
    try (UringFile fifo = fifo()) {
      assertThatThrownBy(
              () -> Deadline.within(Duration.ofMillis(50), () -> fifo.readRanges(threeOfOneByte())))
          .isInstanceOf(FileTimeoutException.class);
    }
  }

  @Test
  void closeByAnotherThreadEndsAll() throws Exception {
    UringFile fifo = fifo();
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread reading = start(end, fifo, threeOfOneByte());
    Waiting.untilParked(reading);
    fifo.close();
    reading.join();
    assertThat(end.get()).isInstanceOf(AsynchronousCloseException.class);
  }

  @Test
  void badArgumentsAreNamed() throws Exception {
    assertThatThrownBy(() -> new Range(null, 0)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> new Range(ByteBuffer.allocate(1), -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("offset=-1");
    try (UringFile file = uring.openFile(path, READ, WRITE, CREATE)) {
      Range readOnly = new Range(ByteBuffer.allocate(1).asReadOnlyBuffer(), 0);
      assertThatThrownBy(() -> file.readRanges(List.of(readOnly)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ranges[0]");
      assertThatThrownBy(() -> file.readRanges(Arrays.asList(readOnly, null)))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> file.writeRanges(null)).isInstanceOf(NullPointerException.class);
    }
  }
}
