package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading into and writing from memory segments, which FileChannel does not do. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemorySegmentTest {
  private static final byte[] TEXT = "0123456789".getBytes();

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;

  @BeforeEach
  void openEngine() throws IOException {
    uring = engine.open();
    path = Files.write(directory.resolve("file"), TEXT);
  }

  @AfterEach
  void closeEngine() {
    uring.close();
  }

  /** Reads and writes with memory of every kind of {@code arena}. */
  private void checkTransfers(MemorySegment memory) throws IOException {
    byte[] content = new byte[(int) memory.byteSize()];
    new Random(1).nextBytes(content);
    memory.copyFrom(MemorySegment.ofArray(content));
    try (UringFile file = uring.openFile(path, READ, WRITE, TRUNCATE_EXISTING)) {
      assertThat(file.write(memory, 3)).isEqualTo(content.length);
      assertThat(file.size()).isEqualTo(3 + content.length);
      memory.fill((byte) 0);
      assertThat(file.read(memory, 3)).isEqualTo(content.length);
      assertThat(memory.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);
      assertThat(file.read(memory, 4)).isEqualTo(content.length - 1);
      assertThat(file.read(memory, 3 + content.length)).isEqualTo(-1);
      assertThat(file.read(memory.asSlice(0, 0), 0)).isZero();
      assertThat(file.write(memory.asSlice(0, 0), 0)).isZero();
      assertThat(file.write(memory.asReadOnly(), 0)).isEqualTo(content.length);
    }
  }

  @Test
  void segmentsOfEveryArenaWork() throws IOException {
    int bytes = (2 << 20) + 13;
    checkTransfers(Arena.ofAuto().allocate(bytes).asSlice(1));
    checkTransfers(Arena.global().allocate(1_000));
    try (Arena arena = Arena.ofShared()) {
      checkTransfers(arena.allocate(bytes));
    }
    try (Arena arena = Arena.ofConfined()) {
      checkTransfers(arena.allocate(bytes).asSlice(5));
    }
  }

  @Test
  void heapSegmentsWork() throws IOException {
    checkTransfers(MemorySegment.ofArray(new byte[(2 << 20) + 13]).asSlice(7));
    checkTransfers(MemorySegment.ofBuffer(ByteBuffer.allocate(1_000).position(3)));
    checkTransfers(MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1_000).position(3)));
  }

  @Test
  void segmentsOfOtherArraysAreRefused() throws IOException {
    MemorySegment ints = MemorySegment.ofArray(new int[] {1, 2});
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      assertRefused(IllegalArgumentException.class, ints, file);
      assertRefused(IllegalArgumentException.class, MemorySegment.ofArray(new double[1]), file);
      assertThatThrownBy(() -> file.write(ints.asReadOnly(), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("src=");
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void segmentConfinedToAnotherThreadIsRefused() throws Exception {
    try (Arena arena = Arena.ofConfined();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      MemorySegment memory = arena.allocate(4);
      CompletableFuture<Void> checks =
          CompletableFuture.runAsync(
              () -> assertRefused(WrongThreadException.class, memory, file),
              task -> Thread.ofVirtual().start(task));
      checks.get();
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void segmentOfAClosedArenaIsRefused() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      MemorySegment shared;
      MemorySegment confined;
      try (Arena arena = Arena.ofShared();
          Arena other = Arena.ofConfined()) {
        shared = arena.allocate(4);
        confined = other.allocate(4);
      }
      assertRefused(IllegalStateException.class, shared, file);
      assertRefused(IllegalStateException.class, confined, file);
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  private static void assertRefused(
      Class<? extends RuntimeException> expected, MemorySegment memory, UringFile file) {
    assertThatThrownBy(() -> file.read(memory, 0))
        .isInstanceOf(expected)
        .hasMessageContaining("dst=");
    assertThatThrownBy(() -> file.write(memory, 0))
        .isInstanceOf(expected)
        .hasMessageContaining("src=");
    assertThatThrownBy(() -> file.readFully(memory, 0)).isInstanceOf(expected);
    assertThatThrownBy(() -> file.writeFully(memory, 0)).isInstanceOf(expected);
  }

  @Test
  void readOnlySegmentCannotBeReadInto() throws IOException {
    try (UringFile file = uring.openFile(path)) {
      for (MemorySegment memory :
          new MemorySegment[] {
            Arena.ofAuto().allocate(4).asReadOnly(), MemorySegment.ofArray(new byte[4]).asReadOnly()
          }) {
        for (ThrowingCallable call :
            new ThrowingCallable[] {() -> file.read(memory, 0), () -> file.readFully(memory, 0)}) {
          assertThatThrownBy(call)
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("dst=" + memory);
        }
      }
    }
  }

  @Test
  void arenaClosedDuringAReadIsReported() throws Exception {
    Assumptions.assumeTrue(
        engine.callsKernel(), "the JDK's channel keeps the arena from being closed");
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (UringFile file = uring.openFile(fifo, READ, WRITE)) {
      FutureTask<Long> read;
      Thread reader;
      try (Arena arena = Arena.ofShared()) {
        MemorySegment memory = arena.allocate(4_096, 4_096);
        read = new FutureTask<>(() -> file.read(memory, 0));
        reader = Thread.ofVirtual().start(read);
        Waiting.untilParked(reader);
      }
      // Ends the read without a byte: the memory is no longer the test's, and must stay untouched.
      reader.interrupt();
      assertThatThrownBy(read::get)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was closed while the kernel used its memory");
      reader.join();
    }
  }

  @Test
  void interruptedFullReadSaysHowMuchItRead() throws Exception {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool waits for a read that has started");
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (UringFile file = uring.openFile(fifo, READ, WRITE);
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(10);
      checkInterrupted(file, memory, () -> file.readFully(memory, 0));
      memory.fill((byte) 0);
      ByteBuffer buffer = memory.asByteBuffer();
      checkInterrupted(file, memory, () -> file.readFully(buffer, 0));
      assertThat(buffer.position()).isEqualTo(3);
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  /** Has {@code call} read three bytes into {@code memory}, and interrupts it then. */
  private static void checkInterrupted(UringFile file, MemorySegment memory, Call call)
      throws Exception {
    FutureTask<InterruptedIOException> caller =
        new FutureTask<>(
            () -> {
              try {
                call.run();
              } catch (InterruptedIOException e) {
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                return e;
              }
              throw new AssertionError("it was not interrupted");
            });
    file.write(ByteBuffer.wrap(TEXT, 0, 3), 0);
    Thread thread = Thread.ofVirtual().start(caller);
    Waiting.until("the read", () -> memory.get(ValueLayout.JAVA_BYTE, 2) == '2');
    Waiting.untilParked(thread);
    thread.interrupt();
    assertThat(caller.get().bytesTransferred).isEqualTo(3);
    assertThat(memory.asSlice(0, 4).asByteBuffer())
        .isEqualTo(ByteBuffer.wrap(new byte[] {'0', '1', '2', 0}));
    thread.join();
    assertThat(file.isOpen()).isTrue();
  }
}
