package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests on a FIFO, whose descriptor does not block, on a kernel that does not wait for such a
 * descriptor by itself: the library polls, and asks again.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class FifoRequestTest {
  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel();
  private RandomAccessFile otherSide;
  private Path fifo;

  /** Whether the pipe has neither bytes nor room. */
  private volatile boolean blocked = true;

  @BeforeEach
  void makeFifo() throws Exception {
    fifo = Fifos.make(directory.resolve("fifo"));
    otherSide = new RandomAccessFile(fifo.toFile(), "rw");
    kernel.script(sqe -> reply(sqe.opcode()));
  }

  @AfterEach
  void closeOtherSide() throws Exception {
    otherSide.close();
  }

  private Reply reply(byte opcode) {
    return switch (opcode) {
      case IORING_OP_READ, IORING_OP_READV, IORING_OP_WRITE, IORING_OP_WRITEV ->
          Reply.complete(blocked ? Errno.EAGAIN.negated() : 3);
      default -> Reply.EXECUTE;
    };
  }

  /** The request that waits until the FIFO is ready. */
  private Sqe awaitPoll() throws Exception {
    Waiting.until("a poll", () -> poll() != null);
    return poll();
  }

  private Sqe poll() {
    return kernel.held().stream()
        .filter(sqe -> sqe.opcode() == IORING_OP_POLL_ADD)
        .findFirst()
        .orElse(null);
  }

  private static Caller<Integer> startRead(RingFile file) {
    return Simulation.call(() -> file.read(ByteBuffer.allocate(9), 0));
  }

  private void ready() throws Exception {
    Sqe poll = awaitPoll();
    blocked = false;
    kernel.complete(poll, poll.opFlags());
  }

  @Test
  void readIsSentAgainWhenThereAreBytes() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo, READ);
      Caller<Integer> read = startRead(file);
      assertThat(awaitPoll().opFlags()).isEqualTo(Fcntl.POLLIN);
      assertThat(awaitPoll().fd()).isEqualTo(file.handle.fd);
      ready();
      assertThat(read.get()).isEqualTo(3);
      blocked = true;
      ByteBuffer[] buffers = {ByteBuffer.allocate(9), ByteBuffer.allocate(9)};
      Caller<Long> vectored = Simulation.call(() -> file.read(buffers, 0));
      ready();
      assertThat(vectored.get()).isEqualTo(3);
      s.awaitIdle();
    }
  }

  @Test
  void writeIsSentAgainWhenThereIsRoom() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo, WRITE);
      Caller<Integer> write = Simulation.call(() -> file.write(ByteBuffer.allocate(9), 0));
      assertThat(awaitPoll().opFlags()).isEqualTo(Fcntl.POLLOUT);
      ready();
      assertThat(write.get()).isEqualTo(3);
      s.awaitIdle();
    }
  }

  /** Another reader of the same FIFO may be quicker. */
  @Test
  void readThatFindsNothingAfterThePollWaitsOn() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo, READ);
      Caller<Integer> read = startRead(file);
      Sqe first = awaitPoll();
      kernel.complete(first, Fcntl.POLLIN);
      Waiting.until("another poll", () -> poll() != null && poll().userData() != first.userData());
      ready();
      assertThat(read.get()).isEqualTo(3);
      s.awaitIdle();
    }
  }

  @Test
  void interruptEndsTheWait() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo, READ);
      Caller<Integer> read = startRead(file);
      awaitPoll();
      read.thread.interrupt();
      assertThat(read.failure()).isExactlyInstanceOf(InterruptedIOException.class);
      assertThat(read.wasInterruptedAtEnd()).isTrue();
      assertThat(file.isOpen()).isTrue();
      s.awaitIdle();
    }
  }

  @Test
  void closeEndsTheWait() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo, READ);
      Caller<Integer> read = startRead(file);
      awaitPoll();
      file.close();
      assertThat(read.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
      s.awaitIdle();
    }
  }

  /** The kernel posts a CQE before it lets go of the file. */
  @Test
  void closeWaitsUntilTheRequestsHaveLetGo() throws Exception {
    blocked = false;
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(fifo, READ);
      file.read(ByteBuffer.allocate(9), 0);
      int before = kernel.calls("ioUringRegister");
      file.close();
      assertThat(kernel.calls("ioUringRegister")).isEqualTo(before + 1);
      Path regular = Files.createFile(directory.resolve("regular"));
      s.open(regular, READ).close();
      assertThat(kernel.calls("ioUringRegister")).isEqualTo(before + 1);
    }
  }

  /** A FIFO takes no RWF_NOWAIT, which says nothing about the other files of its file system. */
  @Test
  void fifoDoesNotEndTheAttemptsOnFilesBesideIt() throws Exception {
    Path regular = Files.writeString(directory.resolve("regular"), "hello");
    try (Simulation s = Simulation.inline(kernel)) {
      RingFile file = s.open(fifo, READ);
      otherSide.write(new byte[2]);
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(2); // on the caller
      Caller<Integer> read = startRead(file);
      ready();
      assertThat(read.get()).isEqualTo(3);
      int requests = kernel.taken(IORING_OP_READ).size();
      RingFile other = s.open(regular, READ);
      assertThat(other.read(ByteBuffer.allocate(9), 0)).isEqualTo(5);
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(requests);
      assertThat(List.of(file.handle.device, other.handle.device)).allMatch(Device::nowaitReads);
    }
  }
}
