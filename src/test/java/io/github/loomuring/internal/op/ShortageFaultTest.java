package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A kernel that is short of memory where it may not wait, and refuses calls of the caller. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class ShortageFaultTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  // ---- on the caller

  /** As XFS before Linux 6.15 answers a write that may not wait for a page. */
  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EINTR", "ENOMEM", "ENOBUFS"})
  void transferThatTheCallerCannotMakeNowIsTheRings(Errno errno) throws Exception {
    for (boolean adaptive : new boolean[] {false, true}) {
      SimulatedKernel kernel =
          new SimulatedKernel()
              .answer("preadv2", errno.negated())
              .answer("pwritev2", errno.negated());
      try (Simulation s = adaptive ? Simulation.adaptive(kernel) : Simulation.inline(kernel)) {
        RingFile file = s.open(path, READ, WRITE);
        for (TransferCalls transfer : TransferCalls.values()) {
          transfer.on(s, file, path);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "ENOSYS", "ENOMEM", "EINTR", "EOPNOTSUPP"})
  void statxThatTheCallerCannotMakeIsTheRings(Errno errno) throws Exception {
    for (boolean inline : new boolean[] {false, true}) {
      SimulatedKernel kernel = new SimulatedKernel().answer("statx", errno.negated());
      try (Simulation s = inline ? Simulation.inline(kernel) : Simulation.of(kernel)) {
        RingFile file = s.open(path, READ, WRITE);
        assertThat(file.size()).isEqualTo(5);
        assertThat(file.status().isRegularFile()).isTrue();
        file.truncate(9);
        assertThat(s.engine.status(path, true).size()).isEqualTo(5);
        assertThat(s.engine.status(path, false).isRegularFile()).isTrue();
        assertThat(s.engine.readAll(path)).asString().isEqualTo("hello");
        Path written = directory.resolve("written");
        s.engine.write(written, OpenSpec.of(WRITE, CREATE), new byte[100], Sync.FULL);
        assertThat(written).hasBinaryContent(new byte[100]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "ENOSYS", "ENOMEM", "ENOBUFS", "EINTR", "EAGAIN"})
  void openat2ThatTheCallerCannotMakeIsTheRings(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("openat2", errno.negated());
    try (Simulation s = Simulation.adaptive(kernel)) {
      s.open(path).close();
      assertThat(kernel.taken(IORING_OP_OPENAT)).hasSize(1);
      assertThat(s.engine.readAll(path)).asString().isEqualTo("hello");
      assertThat(s.engine.status(path, true).size()).isEqualTo(5);
      s.engine.write(path, OpenSpec.of(WRITE), new byte[5], Sync.NONE);
      assertThat(path).hasBinaryContent(new byte[5]);
    }
  }

  /** Otherwise a read of the file would not wait for the bytes of a FIFO. */
  @Test
  void openThatCannotMakeItsDescriptorBlockFailsAndClosesIt() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("fcntl", Errno.ENOMEM.negated());
    try (Simulation s = Simulation.of(kernel)) {
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> s.open(path))
          .withMessageContaining(path.toString())
          .withMessageContaining("ENOMEM");
      assertThat(kernel.calls("fcntl")).isEqualTo(1);
    } // closing looks for descriptors that are still open
  }

  // ---- in a completion

  /** The kernel tries a request at once, where it must not wait; a worker may. */
  @ParameterizedTest
  @EnumSource
  void requestThatLacksMemoryIsTriedOnceMoreByAWorker(TransferCalls transfer) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    kernel.script(sqe -> isInline(sqe) ? Reply.complete(Errno.ENOMEM.negated()) : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, READ, WRITE);
      transfer.on(s, file, path);
      List<Sqe> taken = kernel.taken(transfer.opcode);
      assertThat(taken).hasSize(2 * transfer.requests);
      assertThat(taken.stream().filter(ShortageFaultTest::isInline)).hasSize(transfer.requests);
      s.awaitIdle();
    }
  }

  @ParameterizedTest
  @EnumSource
  void requestForWhichAWorkerLacksMemoryTooFails(TransferCalls transfer) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    kernel.script(
        sqe ->
            sqe.opcode() == transfer.opcode
                ? Reply.complete(Errno.ENOMEM.negated())
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, READ, WRITE);
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> transfer.on(s, file, path))
          .withMessageContaining("ENOMEM (Cannot allocate memory)");
      assertThat(kernel.taken(transfer.opcode)).hasSize(2 * transfer.requests);
      s.awaitIdle();
    }
  }

  /** The kernel may have failed to store what it has written, and would not say so again. */
  @Test
  void writeThatStoresAndForceAreNotRepeated() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    kernel.script(
        sqe ->
            sqe.opcode() == IORING_OP_WRITE || sqe.opcode() == IORING_OP_FSYNC
                ? Reply.complete(Errno.ENOMEM.negated())
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, WRITE, SYNC);
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> file.write(ByteBuffer.allocate(3), 0))
          .withMessageContaining("ENOMEM");
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> file.force(true))
          .withMessageContaining("ENOMEM");
      assertThat(kernel.taken(IORING_OP_WRITE)).hasSize(1);
      assertThat(kernel.taken(IORING_OP_FSYNC)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void partsOfAnAppendAreWrittenOnce(int failures) throws Exception {
    AtomicInteger left = new AtomicInteger(failures);
    SimulatedKernel kernel = new SimulatedKernel();
    kernel.script(
        sqe ->
            sqe.opcode() == IORING_OP_WRITE && left.getAndDecrement() > 0
                ? Reply.complete(Errno.ENOMEM.negated())
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, WRITE);
      try {
        file.write(ByteBuffer.wrap(new byte[] {'!'}), EngineFile.APPEND);
        assertThat(path).hasContent("hello!");
      } catch (FileSystemException e) {
        assertThat(failures).isEqualTo(2);
        assertThat(path).hasContent("hello");
      }
    }
  }

  private static boolean isInline(Sqe sqe) {
    boolean isTransfer =
        switch (sqe.opcode()) {
          case IORING_OP_READ,
              IORING_OP_WRITE,
              IORING_OP_READV,
              IORING_OP_WRITEV,
              IORING_OP_READ_FIXED,
              IORING_OP_WRITE_FIXED ->
              true;
          default -> false;
        };
    return isTransfer && (sqe.flags() & IOSQE_ASYNC) == 0;
  }
}
