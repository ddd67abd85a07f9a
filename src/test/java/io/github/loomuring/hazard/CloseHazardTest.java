package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.hazard.Call.On;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A file is closed while operations on it are in flight. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(names = {"RING_NOTHING_INLINE", "POOL_NOTHING_INLINE"})
class CloseHazardTest {
  @Parameter Engines engine;

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
  @CsvSource({
    "VIRTUAL, 1",
    "VIRTUAL, 2",
    "VIRTUAL, 8",
    "VIRTUAL, 64",
    "PLATFORM, 1",
    "PLATFORM, 64"
  })
  void closeEndsEveryPendingRead(On on, int count) throws Exception {
    Path path = Fifos.make(directory.resolve("fifo"));
    UringFile fifo = uring.openFile(path, READ, WRITE);
    List<ByteBuffer> buffers = new ArrayList<>();
    List<Call<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer dst = ByteBuffer.allocateDirect(16);
      buffers.add(dst);
      reads.add(Call.startParked(on, () -> fifo.read(dst, 0)));
    }

    fifo.close();
    assertThat(Descriptors.of(path)).isZero();
    for (Call<Integer> read : reads) {
      read.assertFailed(AsynchronousCloseException.class);
      assertThat(read.interruptedAfterwards()).isFalse();
    }
    assertThat(Call.start(on, () -> fifo.read(buffers.getFirst(), 0)).failure())
        .isExactlyInstanceOf(ClosedChannelException.class);
    for (ByteBuffer buffer : buffers) {
      assertThat(buffer.position()).isZero();
    }
  }

  @Test
  void closeEndsPendingReadsAndWritesOfOneFile() throws Exception {
    Path path = Fifos.make(directory.resolve("fifo"));
    UringFile fifo = uring.openFile(path, READ, WRITE);
    fifo.write(ByteBuffer.allocate(1 << 20), 0); // full
    List<Call<Integer>> writes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      writes.add(Call.startParked(() -> fifo.write(ByteBuffer.allocate(5_000), 0)));
    }
    fifo.close();
    for (Call<Integer> write : writes) {
      write.assertFailed(AsynchronousCloseException.class);
    }
    assertThat(Descriptors.of(path)).isZero();
  }

  @Test
  void interruptedCloseStillClosesAndKeepsTheInterrupt() throws Exception {
    Path path = Fifos.make(directory.resolve("fifo"));
    UringFile fifo = uring.openFile(path, READ, WRITE);
    Call<Integer> read = Call.startParked(() -> fifo.read(ByteBuffer.allocate(1), 0));
    Call<Void> close =
        Call.start(
            () -> {
              Thread.currentThread().interrupt();
              fifo.close();
              return null;
            });
    close.value();
    assertThat(close.interruptedAfterwards()).isTrue();
    read.assertFailed(AsynchronousCloseException.class);
    assertThat(Descriptors.of(path)).isZero();
  }

  @Test
  void allOfManyConcurrentClosesReturnWhenTheDescriptorIsClosed() throws Exception {
    Path path = Fifos.make(directory.resolve("fifo"));
    for (int round = 0; round < 50; round++) {
      UringFile fifo = uring.openFile(path, READ, WRITE);
      Call<Integer> read = Call.startParked(() -> fifo.read(ByteBuffer.allocate(1), 0));
      List<Call<Integer>> closes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        closes.add(
            Call.start(
                () -> {
                  fifo.close();
                  return Descriptors.of(path);
                }));
      }
      for (Call<Integer> close : closes) {
        assertThat(close.value()).isZero();
      }
      read.assertFailed(AsynchronousCloseException.class);
    }
  }

  /** A read that waits must not go on at another FIFO that gets the same descriptor number. */
  @Test
  void pendingReadNeverMovesToTheNextFileOfTheSameNumber() throws Exception {
    List<Path> fifos = Fifos.make(directory, 2);
    for (int round = 0; round < 100; round++) {
      UringFile old = uring.openFile(fifos.get(round % 2), READ, WRITE);
      List<Call<Integer>> reads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        reads.add(Call.startParked(() -> old.read(ByteBuffer.allocate(8), 0)));
      }
      old.close();
      try (UringFile next = uring.openFile(fifos.get((round + 1) % 2), READ, WRITE)) {
        Call<Integer> ownRead = Call.start(() -> next.read(ByteBuffer.allocate(8), 0));
        next.write(ByteBuffer.allocate(5), 0);
        assertThat(ownRead.value()).isEqualTo(5);
        for (Call<Integer> read : reads) {
          read.assertFailed(AsynchronousCloseException.class);
        }
      }
    }
  }

  /** Files are closed and reopened under readers: each reads the file that it means, or fails. */
  @Test
  void noReadEverTouchesTheWrongFile() throws Exception {
    Random random = Hazards.random("noReadEverTouchesTheWrongFile");
    Path[] paths = new Path[4];
    for (int i = 0; i < paths.length; i++) {
      byte[] content = new byte[8192];
      Arrays.fill(content, (byte) i);
      paths[i] = Files.write(directory.resolve("file" + i), content);
    }
    AtomicReference<Numbered> current = new AtomicReference<>(openNumbered(paths, 0));
    List<Call<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      readers.add(Call.start(i % 2 == 0 ? On.VIRTUAL : On.PLATFORM, () -> readCurrent(current)));
    }
    for (int round = 1; round <= 200; round++) {
      Numbered old = current.get();
      Waiting.until("a read", () -> old.reads.get() > 0);
      old.file.close();
      current.set(openNumbered(paths, random.nextInt(paths.length)));
      old.replaced.countDown();
    }
    Numbered last = current.getAndSet(null);
    for (Call<Void> reader : readers) {
      reader.value();
    }
    last.file.close();
  }

  private record Numbered(UringFile file, byte number, AtomicLong reads, CountDownLatch replaced) {}

  private Numbered openNumbered(Path[] paths, int number) throws Exception {
    return new Numbered(
        uring.openFile(paths[number], READ),
        (byte) number,
        new AtomicLong(),
        new CountDownLatch(1));
  }

  private static Void readCurrent(AtomicReference<Numbered> current) throws Exception {
    ByteBuffer dst = ByteBuffer.allocateDirect(4096);
    for (Numbered now = current.get(); now != null; now = current.get()) {
      try {
        int n = now.file.read(dst.clear(), 4096);
        assertThat(n).isEqualTo(4096);
        for (int i = 0; i < n; i++) {
          if (dst.get(i) != now.number) {
            throw new AssertionError("read file " + dst.get(i) + " instead of " + now.number);
          }
        }
        now.reads.incrementAndGet();
      } catch (ClosedChannelException e) {
        now.replaced.await(); // yielding in a loop would starve the other virtual threads
      }
    }
    return null;
  }
}
