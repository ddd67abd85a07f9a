package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.Deadline;
import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.internal.FileCopy;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A file system that takes no transfers from io_uring, as those of some virtual machines: the
 * system calls work.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class PoolTransferTest {
  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel().script(sqe -> reply(sqe.opcode()));
  private Path path;

  private static Reply reply(byte opcode) {
    return isTransfer(opcode) ? Reply.complete(Errno.EOPNOTSUPP.negated()) : Reply.EXECUTE;
  }

  private static boolean isTransfer(byte opcode) {
    return switch (opcode) {
      case IORING_OP_READ,
          IORING_OP_WRITE,
          IORING_OP_READV,
          IORING_OP_WRITEV,
          IORING_OP_READ_FIXED,
          IORING_OP_WRITE_FIXED ->
          true;
      default -> false;
    };
  }

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  private int requests() {
    int count = 0;
    for (byte opcode = 0; opcode < 64; opcode++) {
      count += isTransfer(opcode) ? kernel.taken(opcode).size() : 0;
    }
    return count;
  }

  // ---- what is transferred

  @ParameterizedTest
  @EnumSource
  void transferIsMadeByThePoolAndTheNextOnesAreNotAskedFor(TransferCalls transfer)
      throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, READ, WRITE);
      transfer.on(s, file, path);
      int asked = requests();
      assertThat(asked).isPositive();
      for (TransferCalls next : TransferCalls.values()) {
        next.on(s, file, path);
      }
      assertThat(requests()).isEqualTo(asked);
      s.awaitIdle();
    }
  }

  /** Each file asks for itself: another one may be on another file system. */
  @ParameterizedTest
  @EnumSource
  void attemptsOnTheCallerLeadThereToo(TransferCalls transfer) throws Exception {
    kernel.answer("preadv2", Errno.EOPNOTSUPP.negated());
    kernel.answer("pwritev2", Errno.EOPNOTSUPP.negated());
    try (Simulation s = Simulation.adaptive(kernel)) {
      RingFile file = s.open(path, READ, WRITE);
      if (transfer != TransferCalls.READ_VECTORED && transfer != TransferCalls.WRITE_VECTORED) {
        transfer.on(s, file, path); // several buffers in one call need these calls
      }
    }
  }

  @Test
  void otherFilesStayOnTheRing() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(5);
      kernel.script(_ -> Reply.EXECUTE);
      RingFile other = s.open(path);
      assertThat(other.read(ByteBuffer.allocate(9), 0)).isEqualTo(5);
      assertThat(kernel.calls("pread")).isEqualTo(1);
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(2);
    }
  }

  @Test
  void positionsEndsAndShortTransfersAreTheSame() throws Exception {
    byte[] content = new byte[(5 << 20) + 321]; // more than a staging buffer
    new Random(1).nextBytes(content);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, READ, WRITE);
      assertThat(file.write(ByteBuffer.wrap(content), 7)).isEqualTo(content.length);
      ByteBuffer heap = ByteBuffer.allocate(content.length + 100);
      assertThat(file.read(heap, 7)).isEqualTo(content.length);
      assertThat(Arrays.copyOf(heap.array(), content.length)).isEqualTo(content);
      ByteBuffer direct = ByteBuffer.allocateDirect(100);
      assertThat(file.read(direct, 7 + content.length - 40)).isEqualTo(40);
      assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(content, content.length - 40, 40));
      assertThat(file.read(ByteBuffer.allocate(1), 7 + content.length)).isZero();
      assertThat(file.read(new ByteBuffer[] {ByteBuffer.allocate(1)}, 1L << 40)).isZero();
    }
  }

  @Test
  void appendsGoToTheEnd() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile appending = s.open(path, APPEND);
      RingFile writing = s.open(path, WRITE);
      appending.write(text("1"), EngineFile.APPEND);
      writing.write(text("2"), EngineFile.APPEND);
      appending.write(new ByteBuffer[] {text("3"), text("4")}, 0);
      writing.write(text("J"), 0);
      appending.write(text("5"), EngineFile.APPEND);
      assertThat(path).hasContent("Jello12345");
    }
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Test
  void copyThatTheKernelDoesNotMakeGoesThroughABuffer() throws Exception {
    kernel.answer("copyFileRange", Errno.EOPNOTSUPP.negated());
    Path copy = Files.createFile(directory.resolve("copy"));
    try (Simulation s = Simulation.of(kernel)) {
      assertThat(FileCopy.copy(s.open(path), 0, 9, s.open(copy, WRITE), 0, false)).isEqualTo(5);
      assertThat(copy).hasContent("hello");
    }
  }

  /** A profile of seccomp that knows the calls of the JDK only. */
  @Test
  void severalBuffersGoOneByOneWhereTheirCallIsRefused() throws Exception {
    kernel.answer("preadv2", Errno.EPERM.negated()).answer("pwritev2", Errno.EPERM.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, READ, WRITE);
      ByteBuffer[] dsts = {ByteBuffer.allocate(2), ByteBuffer.allocate(3)};
      assertThat(file.read(dsts, 0)).isEqualTo(2);
      assertThat(dsts[0].flip()).isEqualTo(text("he"));
      assertThat(file.write(new ByteBuffer[] {text("HE"), text("LLO")}, 0)).isEqualTo(2);
      assertThat(path).hasContent("HEllo");
    }
  }

  // ---- what fails

  @Test
  void errorOfTheSystemCallIsTheFiles() throws Exception {
    kernel.answer("pread", Errno.EIO.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> file.read(ByteBuffer.allocate(9), 3))
          .withMessage(path + ": read at offset=3 of length=9: EIO (Input/output error)");
      List<RangeTransfer> ranges = List.of(new RangeTransfer(ByteBuffer.allocate(3), 1));
      file.readRanges(ranges);
      assertThat(ranges.getFirst().failure)
          .hasMessage(path + ": read at offset=1 of length=3: EIO (Input/output error)");
    }
  }

  /** Then it is no matter of the ring, and the ring is asked again. */
  @Test
  void fileThatTheSystemCallCannotTransferEitherSaysSo() throws Exception {
    kernel.answer("pread", Errno.EOPNOTSUPP.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      for (int i = 1; i <= 2; i++) {
        assertThatExceptionOfType(FileSystemException.class)
            .isThrownBy(() -> file.read(ByteBuffer.allocate(9), 0))
            .withMessageContaining("EOPNOTSUPP");
        assertThat(kernel.taken(IORING_OP_READ)).hasSize(i);
      }
    }
  }

  @Test
  void signalsOfTheJvmAreNobodysInterrupt() throws Exception {
    kernel.answerOnce("pread", Errno.EINTR.negated());
    try (Simulation s = Simulation.of(kernel)) {
      assertThat(s.open(path).read(ByteBuffer.allocate(9), 0)).isEqualTo(5);
      assertThat(kernel.calls("pread")).isEqualTo(2);
    }
  }

  /** A thread that waits for the bytes of a stream could not be called back. */
  @Test
  void streamIsNotReadByThePool() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (RandomAccessFile _ = new RandomAccessFile(fifo.toFile(), "rw");
        Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo);
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> file.read(ByteBuffer.allocate(9), 0))
          .withMessageContaining("EOPNOTSUPP");
    }
  }

  // ---- interrupts, deadlines, closes: as the pool engine

  @Test
  void transferThatWaitsForAThreadIsTakenBack() throws Exception {
    try (Simulation s = Simulation.of(kernel);
        BusyPool _ = new BusyPool(s)) {
      RingFile file = s.open(path, READ, WRITE);
      file.handle.transfersOnPool = true;
      Caller<Integer> interrupted = Simulation.call(() -> file.write(text("Y"), 0));
      Caller<Integer> late =
          Simulation.call(
              () -> Deadline.within(Duration.ofMillis(50), () -> file.write(text("Z"), 0)));
      assertThat(late.failure()).isInstanceOf(FileTimeoutException.class);
      Waiting.untilParked(interrupted.thread);
      interrupted.thread.interrupt();
      assertThat(interrupted.failure()).isExactlyInstanceOf(InterruptedIOException.class);
      assertThat(interrupted.wasInterruptedAtEnd()).isTrue();
      assertThat(file.isOpen()).isTrue();
    }
    assertThat(path).hasContent("hello");
  }

  @Test
  void interruptBeforeTheCallKeepsItFromStarting() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, WRITE);
      file.handle.transfersOnPool = true;
      Caller<Integer> caller =
          Simulation.call(
              () -> {
                Thread.currentThread().interrupt();
                return file.write(text("J"), 0);
              });
      assertThat(caller.failure()).isExactlyInstanceOf(InterruptedIOException.class);
      assertThat(path).hasContent("hello");
    }
  }

  @Test
  void closeOfTheFileWaitsForTheTransfer() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, WRITE);
      file.handle.transfersOnPool = true;
      Caller<Integer> write;
      Caller<Object> close;
      try (BusyPool _ = new BusyPool(s)) {
        write = Simulation.call(() -> file.write(text("J"), 0));
        Waiting.untilParked(write.thread);
        close =
            Simulation.call(
                () -> {
                  file.close();
                  return null;
                });
        Waiting.until("the close to begin", () -> !file.isOpen());
        Waiting.untilParked(close.thread);
        assertThat(kernel.surplusCloses(file.handle.fd)).isEqualTo(-1);
      }
      assertThat(write.get()).isEqualTo(1);
      close.get();
      assertThat(path).hasContent("Jello");
    }
  }

  /** Keeps all threads of the pool busy until it is closed. */
  private static final class BusyPool implements AutoCloseable {
    private static final int THREADS = 64;
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Caller<Object>> callers = new ArrayList<>();

    BusyPool(Simulation s) throws InterruptedException {
      CountDownLatch busy = new CountDownLatch(THREADS);
      for (int i = 0; i < THREADS; i++) {
        callers.add(
            Simulation.call(
                () ->
                    s.engine
                        .context()
                        .wholeFiles
                        .callUninterruptibly(
                            () -> {
                              busy.countDown();
                              release.await();
                              return null;
                            })));
      }
      busy.await();
    }

    @Override
    public void close() throws IOException {
      release.countDown();
      for (Caller<Object> caller : callers) {
        try {
          caller.get();
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
    }
  }
}
