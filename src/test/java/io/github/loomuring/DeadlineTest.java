package io.github.loomuring;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Operations that end because their time is up. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeadlineTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(5);

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;

  @BeforeEach
  void open() {
    uring = engine.open();
  }

  @AfterEach
  void close() {
    if (uring != null) {
      uring.close();
    }
  }

  private UringFile fifo() throws Exception {
    return uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
  }

  private UringFile regular() throws Exception {
    Path path = Files.writeString(directory.resolve("regular"), "hello");
    return uring.openFile(path, READ, WRITE);
  }

  private void assumeCancels() {
    assumeTrue(engine.callsKernel(), "what has started on the pool is waited for");
  }

  @Test
  void readThatWaitsEndsAndLeavesTheFileUsable() throws Exception {
    assumeCancels();
    try (UringFile fifo = fifo()) {
      ByteBuffer bytes = ByteBuffer.allocate(8);
      long begun = System.nanoTime();
      assertThatThrownBy(() -> Deadline.within(SHORT, () -> fifo.read(bytes, 0)))
          .isInstanceOfSatisfying(
              FileTimeoutException.class, e -> assertThat(e.bytesTransferred).isZero())
          .hasMessageContaining("fifo");
      assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(SHORT.toNanos());
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      fifo.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
      assertThat(fifo.read(bytes, 0)).isEqualTo(3);
    }
  }

  @Test
  void readThatWaitsForItsTurnEnds() throws Exception {
    assumeCancels();
    try (UringFile fifo = fifo()) {
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread first =
          Thread.startVirtualThread(
              () -> {
                try {
                  fifo.read(ByteBuffer.allocate(1), 0);
                } catch (Throwable t) {
                  end.set(t);
                }
              });
      Waiting.untilParked(first);
      assertThatThrownBy(() -> Deadline.within(SHORT, () -> fifo.read(ByteBuffer.allocate(1), 0)))
          .isInstanceOf(FileTimeoutException.class);
      fifo.write(ByteBuffer.allocate(1), 0);
      first.join();
      assertThat(end.get()).isNull();
    }
  }

  @Test
  void bytesThatWereMovedAreCounted() throws Exception {
    assumeCancels();
    try (UringFile fifo = fifo()) {
      fifo.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
      ByteBuffer bytes = ByteBuffer.allocate(8);
      FileTimeoutException end = null;
      // Where the machine is busy, a short time may be over before the first read has begun.
      for (Duration limit = SHORT; bytes.position() == 0; limit = limit.multipliedBy(2)) {
        Duration current = limit;
        end =
            catchThrowableOfType(
                FileTimeoutException.class,
                () -> Deadline.within(current, () -> fifo.readFully(bytes, 0)));
        assertThat(end).isNotNull();
        assertThat(end.bytesTransferred).isEqualTo(bytes.position());
      }
      assertThat(end.bytesTransferred).isEqualTo(3);
    }
  }

  @Test
  void openThatWaitsForTheOtherSideEnds() throws Exception {
    Path path = Fifos.make(directory.resolve("fifo"));
    assertThatThrownBy(() -> Deadline.within(SHORT, () -> uring.openFile(path, READ)))
        .isInstanceOf(FileTimeoutException.class);
    // On the pool it is left, and ends when the other side comes.
    Waiting.until(
        "somebody, if anybody is left, to be let go",
        () -> {
          try (UringFile other = uring.openFile(path, READ, WRITE)) {
            return other.isOpen();
          }
        });
  }

  @Test
  void openOfFifoForReadingEndsSoonAfterTheDeadline() throws Exception {
    assumeCancels();
    Path fifo = Fifos.make(directory.resolve("fifo"));
    long duration = Duration.ofMillis(180).toNanos();
    long leastLate = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long begun = System.nanoTime();
      assertTimeout(Duration.ofNanos(duration), () -> uring.openFile(fifo, READ));
      leastLate = Math.min(leastLate, System.nanoTime() - begun - duration);
    }
    assertThat(Duration.ofNanos(leastLate)).isLessThan(Duration.ofMillis(50));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void timeThatIsUpAlreadyLetsNothingHappen(long seconds) throws Exception {
    Duration over = Duration.ofSeconds(seconds);
    Path missing = directory.resolve("missing");
    try (UringFile file = regular()) {
      assertTimeout(over, () -> file.write(ByteBuffer.allocate(5), 0));
      assertTimeout(over, () -> file.read(ByteBuffer.allocate(5), 0));
      assertTimeout(over, () -> file.force(true));
      assertTimeout(over, () -> file.truncate(0));
      assertTimeout(over, () -> file.size());
      assertTimeout(over, () -> uring.openFile(missing, WRITE, CREATE));
      assertTimeout(over, () -> uring.files().createDirectory(missing));
      assertTimeout(over, () -> uring.files().delete(file.path()));
      assertTimeout(over, () -> uring.files().attributes(file.path()));
      assertTimeout(over, () -> uring.files().list(directory));
      assertThat(Files.readString(file.path())).isEqualTo("hello");
      assertThat(Files.exists(missing)).isFalse();
      file.write(ByteBuffer.wrap(new byte[] {'H'}), 0);
      assertThat(uring.files().readString(file.path())).isEqualTo("Hello");
    }
  }

  private static void assertTimeout(Duration duration, Deadline.Operation<IOException> work) {
    assertThatThrownBy(() -> Deadline.within(duration, work))
        .isInstanceOf(FileTimeoutException.class);
  }

  @Test
  void operationThatIsInTimeIsNotDisturbed() throws Exception {
    for (Duration duration : new Duration[] {LONG, Duration.ofSeconds(Long.MAX_VALUE)}) {
      try (UringFile file = regular()) {
        ByteBuffer bytes = ByteBuffer.allocate(10);
        assertThat(Deadline.within(duration, () -> file.read(bytes, 0))).isEqualTo(5);
      }
    }
  }

  @Test
  void soonerOfTwoDeadlinesHolds() throws Exception {
    assumeCancels();
    try (UringFile fifo = fifo()) {
      ByteBuffer bytes = ByteBuffer.allocate(8);
      assertTimeout(SHORT, () -> Deadline.within(LONG, () -> fifo.read(bytes, 0)));
      Deadline.within(
          LONG,
          () -> {
            assertTimeout(SHORT, () -> fifo.read(bytes, 0));
            fifo.write(ByteBuffer.wrap(new byte[] {1}), 0);
            assertThat(fifo.read(bytes, 0)).isEqualTo(1); // the inner one is over, not this
          });
    }
  }

  @Test
  void interruptIsStillAnInterrupt() throws Exception {
    try (UringFile file = regular()) {
      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> Deadline.within(LONG, () -> file.size()))
            .isExactlyInstanceOf(InterruptedIOException.class);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
    }
  }

  @Test
  void valueAndExceptionOfTheOperationAreHandedOn() {
    assertThat(Deadline.within(LONG, () -> "value")).isEqualTo("value");
    assertThatThrownBy(
            () ->
                Deadline.within(
                    LONG,
                    () -> {
                      throw new IOException("mine");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("mine");
    assertThatThrownBy(() -> Deadline.within(null, () -> "value"))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("duration");
  }
}
