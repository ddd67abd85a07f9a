package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Deadline;
import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.Uring;
import io.github.loomuring.hazard.Call;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the library's channels have and the JDK's have not. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "POOL", "POOL_NOTHING_INLINE", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UringFileChannelTest {
  private static final String TEXT = "0123456789";

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;

  @BeforeEach
  void openEngine() {
    uring = engine.open();
  }

  @AfterEach
  void closeEngine() {
    uring.close();
  }

  private UringFileChannel open(Path path, OpenOption... options) throws IOException {
    return UringFileChannel.open(uring, path, new HashSet<>(Arrays.asList(options)));
  }

  private UringFileChannel openText(OpenOption... more) throws IOException {
    Set<OpenOption> options = new HashSet<>(Arrays.asList(more));
    options.addAll(Set.of(READ, WRITE));
    return UringFileChannel.open(
        uring, Files.writeString(directory.resolve("file"), TEXT), options);
  }

  private static <T> Callable<T> interrupted(Callable<T> work) {
    return () -> {
      Thread.currentThread().interrupt();
      return work.call();
    };
  }

  // ---- opening

  @Test
  void sharedRingIsTheDefault() throws IOException {
    Path path = directory.resolve("new");
    try (UringFileChannel channel = UringFileChannel.open(path, WRITE, CREATE_NEW)) {
      channel.write(ByteBuffer.wrap(TEXT.getBytes()));
    }
    UringFileChannel channel =
        UringFileChannel.open(path, Set.of(READ, UringOpenOption.INTERRUPT_KEEPS_OPEN));
    assertThat(channel.size()).isEqualTo(10);
    assertThat(channel).hasToString("UringFileChannel[path=" + path + "]");
    channel.close();
    assertThat(channel).hasToString("UringFileChannel[path=" + path + ", closed]");
  }

  @Test
  void badOptionsAreRefused() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), TEXT);
    OpenOption unknown = new OpenOption() {};
    assertThatThrownBy(() -> open(path, unknown)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> open(path, READ, APPEND)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> open(path, (OpenOption) null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> open(null, READ)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> UringFileChannel.open(null, path, Set.of()))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void badArgumentsAreNamed() throws IOException {
    try (UringFileChannel channel = openText()) {
      ByteBuffer one = ByteBuffer.allocate(1);
      assertSays("position=-1", () -> channel.read(one, -1));
      assertSays("position=-2", () -> channel.write(one, -2));
      assertSays("newPosition=-3", () -> channel.position(-3));
      assertSays("size=-4", () -> channel.truncate(-4));
      assertSays("count=-5", () -> channel.transferTo(0, -5, channel));
      assertSays("position=-6", () -> channel.transferFrom(channel, -6, 1));
      assertSays("size=2147483648", () -> channel.map(MapMode.READ_ONLY, 0, 1L << 31));
      assertSays("size=-7", () -> channel.map(MapMode.READ_ONLY, 0, -7, Arena.ofAuto()));
      assertSays("position=-8", () -> channel.tryLock(-8, 1, false));
      assertSays("size=9", () -> channel.lock(Long.MAX_VALUE - 1, 9, false));
    }
  }

  private static void assertSays(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  // ---- INTERRUPT_KEEPS_OPEN

  @Test
  void interruptKeepsTheChannelOpen() throws Exception {
    try (UringFileChannel channel = openText(UringOpenOption.INTERRUPT_KEEPS_OPEN)) {
      for (Callable<?> work :
          List.<Callable<?>>of(
              () -> channel.read(ByteBuffer.allocate(1)),
              () -> channel.read(ByteBuffer.allocateDirect(1), 0),
              () -> channel.read(new ByteBuffer[] {ByteBuffer.allocate(1)}),
              () -> channel.write(ByteBuffer.allocate(1)),
              () -> channel.write(ByteBuffer.allocate(1), 0),
              () -> channel.write(new ByteBuffer[] {ByteBuffer.allocate(1)}),
              () -> channel.size(),
              () -> channel.truncate(1),
              () -> channel.transferTo(0, 1, channel),
              () -> channel.transferFrom(channel, 0, 1),
              () -> channel.map(MapMode.READ_ONLY, 0, 1),
              () -> channel.map(MapMode.READ_ONLY, 0, 1, Arena.ofAuto()),
              () -> {
                channel.force(true);
                return null;
              })) {
        Call<?> call = Call.start(interrupted(work));
        call.assertFailed(InterruptedIOException.class);
        assertThat(call.interruptedAfterwards()).isTrue();
        assertThat(channel.isOpen()).isTrue();
      }
      Call.start(interrupted(channel::lock)).assertFailed(FileLockInterruptionException.class);
      assertThat(channel.tryLock().isValid()).isTrue();
      assertThat(channel.position()).isZero();
      ByteBuffer dst = ByteBuffer.allocate(20);
      assertThat(channel.read(dst)).isEqualTo(10);
      assertThat(new String(dst.array(), 0, 10)).isEqualTo(TEXT);
    }
  }

  /** Of an arena that is confined to the thread that is interrupted. */
  @Test
  void interruptedMappingKeepsTheRingsChannelOpen() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        engine.callsKernel(), "on the pool it closes the channel, as documented");
    try (UringFileChannel channel = openText(UringOpenOption.INTERRUPT_KEEPS_OPEN)) {
      Call<?> call =
          Call.start(
              interrupted(
                  () -> {
                    try (Arena arena = Arena.ofConfined()) {
                      return channel.map(MapMode.READ_ONLY, 0, 1, arena);
                    }
                  }));
      call.assertInterrupted();
      assertThat(channel.size()).isEqualTo(10);
    }
  }

  @Test
  void interruptEndsAReadThatBlocksAndNothingElse() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        engine.callsKernel(), "a read that has begun on the pool is waited for, as documented");
    Path path = Fifos.make(directory.resolve("fifo"));
    try (UringFileChannel channel = open(path, READ, WRITE, UringOpenOption.INTERRUPT_KEEPS_OPEN)) {
      Call<Integer> reading = Call.startParked(() -> channel.read(ByteBuffer.allocate(1)));
      Call<Long> waiting = Call.startParked(channel::position);
      waiting.interrupt();
      waiting.assertInterrupted();
      reading.interrupt();
      reading.assertInterrupted();
      assertThat(channel.write(ByteBuffer.allocate(3))).isEqualTo(3);
      assertThat(channel.read(ByteBuffer.allocate(5))).isEqualTo(3);
    }
  }

  @Test
  void ofTwoChannelsOfATransferEachIsClosedOrNotAsItIsToBe() throws Exception {
    try (UringFileChannel kept = openText(UringOpenOption.INTERRUPT_KEEPS_OPEN)) {
      for (boolean to : new boolean[] {true, false}) {
        for (boolean keptIsSource : new boolean[] {true, false}) {
          UringFileChannel other = open(directory.resolve("file"), READ, WRITE);
          UringFileChannel one = keptIsSource ? kept : other;
          UringFileChannel two = keptIsSource ? other : kept;
          Call<Long> call =
              Call.start(
                  interrupted(() -> to ? one.transferTo(0, 1, two) : one.transferFrom(two, 0, 1)));
          call.assertFailed(ClosedByInterruptException.class);
          assertThat(other.isOpen()).isFalse();
          assertThat(kept.isOpen()).isTrue();
        }
      }
    }
  }

  // ---- deadlines

  @Test
  void deadlineNeverClosesTheChannel() throws Exception {
    for (OpenOption more : new OpenOption[] {READ, UringOpenOption.INTERRUPT_KEEPS_OPEN}) {
      try (UringFileChannel channel = openText(more)) {
        assertThatThrownBy(
                () -> Deadline.within(Duration.ZERO, () -> channel.read(ByteBuffer.allocate(1))))
            .isInstanceOf(FileTimeoutException.class);
        assertThatThrownBy(() -> Deadline.within(Duration.ZERO, () -> channel.size()))
            .isInstanceOf(FileTimeoutException.class);
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.position()).isZero();
      }
    }
  }

  @Test
  void deadlineEndsAReadThatBlocksAndAWaitForThePosition() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        engine.callsKernel(), "a read that has begun on the pool is waited for, as documented");
    try (UringFileChannel channel = open(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      Call<Integer> reading = Call.startParked(() -> channel.read(ByteBuffer.allocate(1)));
      assertThatThrownBy(
              () ->
                  Deadline.within(
                      Duration.ofMillis(20), () -> channel.read(ByteBuffer.allocate(1))))
          .isInstanceOf(FileTimeoutException.class);
      channel.write(ByteBuffer.allocate(1), 0);
      assertThat(reading.value()).isOne();
      assertThatThrownBy(
              () ->
                  Deadline.within(
                      Duration.ofMillis(20), () -> channel.read(ByteBuffer.allocate(1))))
          .isInstanceOf(FileTimeoutException.class);
      assertThat(channel.isOpen()).isTrue();
    }
  }

  // ---- the rest

  /** The JDK's transfer to a FIFO does not end in this way. */
  @Test
  void interruptEndsATransferWhoseTargetBlocks() throws Exception {
    Path content = Files.write(directory.resolve("source"), new byte[1 << 20]);
    try (UringFileChannel source = open(content, READ);
        UringFileChannel target = open(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      Call<Long> call = Call.startParked(() -> source.transferTo(0, 1 << 20, target));
      call.interrupt();
      call.assertFailed(ClosedByInterruptException.class);
      assertThat(call.interruptedAfterwards()).isTrue();
      assertThat(source.isOpen()).isFalse();
      assertThat(target.isOpen()).isFalse();
    }
  }

  @Test
  void closeOfTheTargetEndsATransfer() throws Exception {
    Path content = Files.write(directory.resolve("source"), new byte[1 << 20]);
    UringFileChannel target = open(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    try (UringFileChannel source = open(content, READ)) {
      assertThat(target.write(ByteBuffer.allocate(1 << 16))).isEqualTo(1 << 16);
      Call<Long> call = Call.startParked(() -> source.transferTo(0, 1 << 20, target));
      target.close();
      call.assertFailed(AsynchronousCloseException.class);
      assertThat(source.isOpen()).isTrue();
    }
  }

  @Test
  void closedUringClosesItsChannels() throws Exception {
    UringFileChannel channel = openText();
    channel.tryLock();
    uring.close();
    assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(ClosedChannelException.class);
    assertThat(channel.isOpen()).isFalse();
    try (FileChannel jdks = FileChannel.open(directory.resolve("file"), WRITE)) {
      jdks.tryLock().release(); // the lock went with the channel
    }
  }

  @Test
  void overlappingRangeMovesToTheBackAsAWhole() throws IOException {
    byte[] content = new byte[1_000_003];
    new java.util.Random(1).nextBytes(content);
    Path path = Files.write(directory.resolve("file"), content);
    byte[] expected = Arrays.copyOf(content, content.length + 5);
    System.arraycopy(content, 2, expected, 7, content.length - 2);
    try (UringFileChannel channel = open(path, READ, WRITE)) {
      channel.position(7);
      assertThat(channel.transferTo(2, Long.MAX_VALUE, channel)).isEqualTo(content.length - 2);
      assertThat(channel.position()).isEqualTo(content.length + 5);
    }
    assertThat(path).hasBinaryContent(expected);
    System.arraycopy(expected, 0, expected, 3, expected.length - 3);
    try (UringFileChannel channel = open(path, READ, WRITE);
        UringFileChannel other = open(path, READ)) {
      assertThat(channel.transferFrom(other, 3, expected.length - 3))
          .isEqualTo(expected.length - 3);
      assertThat(other.position()).isEqualTo(expected.length - 3);
    }
    assertThat(path).hasBinaryContent(expected);
  }

  @Test
  void sourceIsSetBackByWhatCouldNotBeWritten() throws Exception {
    Path path = directory.resolve("fifo");
    byte[] content = new byte[300_000];
    UringFileChannel target = open(Fifos.make(path), READ, WRITE);
    try (FileChannel source =
        FileChannel.open(Files.write(directory.resolve("source"), content), READ)) {
      Call<Long> call = Call.startParked(() -> target.transferFrom(source, 0, content.length));
      target.close();
      // More was read than a FIFO takes. What was written, if anything was by then, is told.
      long moved = call.failure() == null ? call.value() : 0;
      assertThat(moved).isLessThan(content.length);
      assertThat(source.position()).isEqualTo(moved);
    }
  }

  @Test
  void fifoCannotBeMappedOrLocked() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        engine.callsKernel(), "on the pool that is the JDK's business");
    try (UringFileChannel channel = open(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 0, 1))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("only a regular file");
      assertThatThrownBy(channel::tryLock).isInstanceOf(FileSystemException.class);
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void threadsThatWaitForAnothersReadHoldNoCarrier() throws Exception {
    UringFileChannel channel = open(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    Call<Integer> reading = Call.startParked(() -> channel.read(ByteBuffer.allocate(1)));
    List<Call<Long>> waiting = new java.util.ArrayList<>();
    for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
      waiting.add(Call.startParked(channel::position));
    }
    assertThat(Call.start(() -> 1).value()).isOne(); // there is a carrier
    channel.close();
    assertThat(reading.failure()).isInstanceOf(ClosedChannelException.class);
    Waiting.until("the end of all", () -> waiting.stream().allMatch(Call::hasEnded));
  }
}
