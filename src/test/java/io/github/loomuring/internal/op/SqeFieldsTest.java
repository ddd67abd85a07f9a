package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Memory;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.spi.Space;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The fields of each operation's SQE are what liburing's io_uring_prep_* functions set. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class SqeFieldsTest {
  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel();
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  /** The last SQE of {@code opcode} has these values, and zero elsewhere. */
  private void assertLast(byte opcode, int fd, long addr, int len, long off, int opFlags) {
    // Opens are carried out by a worker from the start.
    byte flags = opcode == IORING_OP_OPENAT ? IOSQE_ASYNC : 0;
    Sqe sqe = kernel.taken(opcode).getLast();
    assertThat(sqe)
        .isEqualTo(
            new Sqe(opcode, flags, (short) 0, fd, off, addr, len, opFlags, sqe.userData(), 0));
  }

  private long lastAddress(byte opcode) {
    return kernel.taken(opcode).getLast().addr();
  }

  @Test
  void readAndWrite() throws Exception {
    try (Simulation s = Simulation.of(kernel);
        Arena arena = Arena.ofConfined()) {
      RingFile file = s.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      MemorySegment memory = arena.allocate(100);
      file.read(memory, 0x1_2345_6789L);
      assertLast(IORING_OP_READ, file.handle.fd, memory.address(), 100, 0x1_2345_6789L, 0);
      file.write(memory, 3);
      assertLast(IORING_OP_WRITE, file.handle.fd, memory.address(), 100, 3, 0);
      file.write(memory, EngineFile.APPEND);
      assertLast(IORING_OP_WRITE, file.handle.fd, memory.address(), 100, 0, RWF_APPEND);
    }
  }

  @Test
  void transfersAreCappedAtWhatLinuxMoves() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      kernel.script(
          sqe ->
              sqe.opcode() == IORING_OP_READ || sqe.opcode() == IORING_OP_WRITE
                  ? Reply.complete(sqe.len())
                  : Reply.EXECUTE);
      // Nobody touches this memory: what the kernel is asked for is completed unseen.
      MemorySegment huge = Memory.at(1 << 20, 5L << 30);
      assertThat(file.read(huge, 7)).isEqualTo(MAX_RW_COUNT);
      assertLast(IORING_OP_READ, file.handle.fd, 1 << 20, 0x7ffff000, 7, 0);
      assertThat(file.write(huge, 7)).isEqualTo(MAX_RW_COUNT);
      assertLast(IORING_OP_WRITE, file.handle.fd, 1 << 20, 0x7ffff000, 7, 0);
    }
  }

  @Test
  void forceAndTruncate() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      file.force(true);
      assertLast(IORING_OP_FSYNC, file.handle.fd, 0, 0, 0, 0);
      file.force(false);
      assertLast(IORING_OP_FSYNC, file.handle.fd, 0, 0, 0, 1);
      file.truncate(3);
      assertLast(IORING_OP_FTRUNCATE, file.handle.fd, 0, 0, 3, 0);
    }
  }

  @Test
  void openWithItsFlagsAndMode() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      assertOpen(s, O_RDONLY, StandardOpenOption.READ);
      assertOpen(s, O_WRONLY, StandardOpenOption.WRITE);
      assertOpen(s, O_RDWR, StandardOpenOption.READ, StandardOpenOption.WRITE);
      assertOpen(s, O_WRONLY | O_APPEND, StandardOpenOption.APPEND);
      assertOpen(s, O_WRONLY | O_CREAT, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      assertOpen(
          s, O_WRONLY | O_TRUNC, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
      assertOpen(s, O_WRONLY | O_SYNC, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
      assertOpen(s, O_WRONLY | O_DSYNC, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
      assertOpen(s, O_RDONLY | O_NOFOLLOW, java.nio.file.LinkOption.NOFOLLOW_LINKS);
      OpenSpec spec =
          OpenSpec.of(
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
      s.engine.open(directory.resolve("new"), spec).close();
      int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK;
      assertLast(IORING_OP_OPENAT, AT_FDCWD, lastAddress(IORING_OP_OPENAT), 0640, 0, flags);
    }
  }

  private void assertOpen(Simulation s, int flags, OpenOption... options) throws Exception {
    s.open(path, options).close();
    long address = lastAddress(IORING_OP_OPENAT);
    assertLast(IORING_OP_OPENAT, AT_FDCWD, address, 0666, 0, flags | O_CLOEXEC | O_NONBLOCK);
  }

  @Test
  void changesOfSpace() throws Exception {
    int keepSize = FALLOC_FL_KEEP_SIZE;
    assertChange(Space.ALLOCATE, 0);
    assertChange(Space.PUNCH_HOLE, FALLOC_FL_PUNCH_HOLE | keepSize);
    assertChange(Space.ZERO_RANGE, FALLOC_FL_ZERO_RANGE | keepSize);
    assertChange(Space.COLLAPSE, FALLOC_FL_COLLAPSE_RANGE);
    assertChange(Space.INSERT, FALLOC_FL_INSERT_RANGE);
  }

  private void assertChange(Space change, int mode) throws Exception {
    SimulatedKernel other = new SimulatedKernel();
    other.script(sqe -> sqe.opcode() == IORING_OP_FALLOCATE ? Reply.complete(0) : Reply.EXECUTE);
    try (Simulation s = Simulation.of(other)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      file.change(change, 0x1_2345_6789L, 0x9_8765_4321L);
      assertOnly(
          other, IORING_OP_FALLOCATE, 0, file.handle.fd, 0x9_8765_4321L, mode, 0x1_2345_6789L, 0);
    }
  }

  /** The only SQE of {@code opcode} has these values, and zero elsewhere. */
  private static void assertOnly(
      SimulatedKernel kernel,
      byte opcode,
      int flags,
      int fd,
      long addr,
      int len,
      long off,
      int opFlags) {
    assertThat(kernel.taken(opcode))
        .singleElement()
        .satisfies(
            sqe ->
                assertThat(sqe)
                    .isEqualTo(
                        new Sqe(
                            opcode,
                            (byte) flags,
                            (short) 0,
                            fd,
                            off,
                            addr,
                            len,
                            opFlags,
                            sqe.userData(),
                            0)));
  }

  @Test
  void advice() throws Exception {
    assertAdvice(Advice.NORMAL, POSIX_FADV_NORMAL, 0);
    assertAdvice(Advice.RANDOM, POSIX_FADV_RANDOM, 0);
    assertAdvice(Advice.SEQUENTIAL, POSIX_FADV_SEQUENTIAL, 0);
    assertAdvice(Advice.WILL_NEED, POSIX_FADV_WILLNEED, IOSQE_ASYNC);
    assertAdvice(Advice.DONT_NEED, POSIX_FADV_DONTNEED, IOSQE_ASYNC);
    assertAdvice(Advice.NO_REUSE, POSIX_FADV_NOREUSE, 0);
  }

  private void assertAdvice(Advice advice, int code, int flags) throws Exception {
    for (long length : new long[] {0, 5, 0xffff_ffffL, 1L << 32, Long.MAX_VALUE - 3}) {
      SimulatedKernel other = new SimulatedKernel();
      try (Simulation s = Simulation.of(other)) {
        RingFile file = s.open(path);
        file.advise(3, length, advice);
        boolean isLong = length > 0xffff_ffffL;
        int len = isLong ? 0 : (int) length;
        assertOnly(
            other, IORING_OP_FADVISE, flags, file.handle.fd, isLong ? length : 0, len, 3, code);
        assertThat(other.calls("fadvise")).isZero();
      }
    }
  }

  @Test
  void forcedRange() throws Exception {
    int flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      file.forceRange(0x1_2345_6789L, 1 << 30);
      assertLast(IORING_OP_SYNC_FILE_RANGE, file.handle.fd, 0, 1 << 30, 0x1_2345_6789L, flags);
      file.forceRange(3, 0);
      assertLast(IORING_OP_SYNC_FILE_RANGE, file.handle.fd, 0, 0, 3, flags);
      file.forceRange(3, 1L << 31);
      assertLast(IORING_OP_SYNC_FILE_RANGE, file.handle.fd, 0, 1 << 31, 3, flags);
      // All of the file is in it: one request, to the end.
      file.forceRange(3, 1L << 60);
      assertLast(IORING_OP_SYNC_FILE_RANGE, file.handle.fd, 0, 0, 3, flags);
      assertThat(kernel.taken(IORING_OP_SYNC_FILE_RANGE)).hasSize(4);
    }
  }

  @Test
  void longRangeInsideTheFileIsForcedInPieces() throws Exception {
    long gib = 1L << 30;
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      file.write(ByteBuffer.allocate(1), 6 * gib);
      file.forceRange(3, 5 * gib);
      assertThat(kernel.taken(IORING_OP_SYNC_FILE_RANGE))
          .extracting(Sqe::off, sqe -> Integer.toUnsignedLong(sqe.len()))
          .containsExactly(
              tuple(3L, 2 * gib), tuple(3 + 2 * gib, 2 * gib), tuple(3 + 4 * gib, gib));
    }
  }

  @Test
  void unlink() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      s.open(path, StandardOpenOption.DELETE_ON_CLOSE);
      assertLast(IORING_OP_UNLINKAT, AT_FDCWD, lastAddress(IORING_OP_OPENAT), 0, 0, 0);
    }
  }

  @Test
  void sizeOfAFileWhoseFileSystemIsNotKnownToBeLocal() throws Exception {
    kernel.answer("fstatfs", Errno.ENOSYS.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      assertThat(file.size()).isEqualTo(5);
      Sqe sqe = kernel.taken(IORING_OP_STATX).getLast();
      assertLast(IORING_OP_STATX, file.handle.fd, sqe.addr(), STATX_SIZE, sqe.off(), AT_EMPTY_PATH);
      assertThat(sqe.addr()).isNotZero();
      assertThat(sqe.off()).isNotZero();
    }
  }

  @Test
  void transfersOnAFileSystemThatIsNotKnownToBeLocalAreStartedByAWorker() throws Exception {
    kernel.answer("fstatfs", Errno.ENOSYS.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      file.read(ByteBuffer.allocate(10), 0);
      file.write(ByteBuffer.allocate(10), 0);
      assertThat(kernel.taken(IORING_OP_READ).getLast().flags()).isEqualTo(IOSQE_ASYNC);
      assertThat(kernel.taken(IORING_OP_WRITE).getLast().flags()).isEqualTo(IOSQE_ASYNC);
    }
  }

  @Test
  void cancel() throws Exception {
    kernel.hold(IORING_OP_READ);
    try (Simulation s = Simulation.of(kernel);
        Arena arena = Arena.ofShared()) {
      RingFile file = s.open(path);
      MemorySegment memory = arena.allocate(10);
      Caller<Long> caller = Simulation.call(() -> file.read(memory, 0));
      Sqe read = kernel.awaitHeld(IORING_OP_READ, 1).getFirst();
      caller.thread.interrupt();
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      assertLast(IORING_OP_ASYNC_CANCEL, -1, read.userData(), 0, 0, 0);
    }
  }

  @Test
  void waitingForTheWriterOfAFifo() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    kernel.script(
        sqe ->
            sqe.opcode() == IORING_OP_OPENAT && (sqe.opFlags() & O_NONBLOCK) == 0
                ? Reply.complete(-5)
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      Caller<RingFile> caller = Simulation.call(() -> s.open(fifo));
      assertThat(caller.failure()).hasMessageContaining("EIO");
      Sqe poll = kernel.taken(IORING_OP_POLL_ADD).getLast();
      assertThat(poll.fd()).isPositive();
      assertLast(IORING_OP_POLL_ADD, poll.fd(), 0, 0, 0, POLLIN);
      Sqe open = kernel.taken(IORING_OP_OPENAT).getLast();
      assertThat(open.flags()).isEqualTo(IOSQE_ASYNC);
      assertThat(open.opFlags()).isEqualTo(O_RDONLY | O_CLOEXEC);
    }
  }
}
