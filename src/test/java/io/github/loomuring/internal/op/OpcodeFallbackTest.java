package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.FileCopy;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.Space;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that lack an opcode, a system call, or a flag of one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class OpcodeFallbackTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  @Test
  void truncateWorksWithoutItsOpcode() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(IORING_OP_FTRUNCATE);
    try (Simulation s = Simulation.of(kernel)) {
      s.open(path, StandardOpenOption.WRITE).truncate(2);
      assertThat(path).hasContent("he");
      assertThat(kernel.calls("ftruncate")).isEqualTo(1);
      assertThat(kernel.taken(IORING_OP_FTRUNCATE)).isEmpty();
    }
  }

  @Test
  void spaceIsChangedWithoutItsOpcode() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(IORING_OP_FALLOCATE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      file.change(Space.ALLOCATE, 3, 5);
      file.change(Space.PUNCH_HOLE, 1, 2);
      assertThat(path).hasBinaryContent(new byte[] {'h', 0, 0, 'l', 'o', 0, 0, 0});
      assertThat(kernel.calls("fallocate")).isEqualTo(2);
      assertThat(kernel.taken(IORING_OP_FALLOCATE)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EOPNOTSUPP", "ENODEV", "ENOSYS"})
  void spaceThatTheFileSystemCannotChangeIsNamed(Errno errno) throws Exception {
    for (boolean byOpcode : new boolean[] {true, false}) {
      SimulatedKernel kernel = new SimulatedKernel().answer("fallocate", errno.negated());
      if (byOpcode) {
        kernel.script(
            sqe ->
                sqe.opcode() == IORING_OP_FALLOCATE
                    ? Reply.complete(errno.negated())
                    : Reply.EXECUTE);
      } else {
        kernel.without(IORING_OP_FALLOCATE);
      }
      try (Simulation s = Simulation.of(kernel)) {
        RingFile file = s.open(path, StandardOpenOption.WRITE);
        for (Space change : Space.values()) {
          assertThatExceptionOfType(UnsupportedOperationException.class)
              .isThrownBy(() -> file.change(change, 3, 5))
              .withMessage(
                  path
                      + ": "
                      + change
                      + " at offset=3 of length=5: its file system cannot: "
                      + Errno.describe(errno.negated()));
        }
      }
    }
  }

  @Test
  void adviceIsGivenWithoutItsOpcode() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(IORING_OP_FADVISE);
    try (Simulation s = Simulation.of(kernel)) {
      s.open(path).advise(0, 1L << 40, Advice.DONT_NEED);
      assertThat(kernel.calls("fadvise")).isEqualTo(1);
      assertThat(kernel.taken(IORING_OP_FADVISE)).isEmpty();
    }
  }

  @Test
  void longAdviceGoesAroundAKernelThatKnowsNone() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().shortAdvice();
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      file.advise(0, 0xffff_ffffL, Advice.DONT_NEED);
      assertThat(kernel.calls("fadvise")).isZero();
      file.advise(0, 1L << 32, Advice.DONT_NEED);
      assertThat(kernel.calls("fadvise")).isEqualTo(1);
    }
  }

  @Test
  void rangeIsForcedWithoutItsOpcode() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(IORING_OP_SYNC_FILE_RANGE);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      file.forceRange(0, 3);
      file.forceRange(0, 0);
      assertThat(kernel.calls("syncFileRange")).isEqualTo(2);
      assertThat(kernel.taken(IORING_OP_SYNC_FILE_RANGE)).isEmpty();
    }
  }

  @Test
  void refusalsOfTheCallsOnThePoolAreReported() throws Exception {
    int refusal = Errno.EPERM.negated();
    SimulatedKernel kernel =
        new SimulatedKernel()
            .without(IORING_OP_FALLOCATE, IORING_OP_FADVISE, IORING_OP_SYNC_FILE_RANGE)
            .answer("fallocate", refusal)
            .answer("fadvise", refusal)
            .answer("syncFileRange", refusal);
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      assertRefused("allocate", () -> file.change(Space.ALLOCATE, 3, 5));
      assertRefused("advise RANDOM", () -> file.advise(3, 5, Advice.RANDOM));
      assertRefused("sync_file_range", () -> file.forceRange(3, 5));
    }
  }

  @Test
  void timesAndPermissionsAreSetByDescriptor() throws Exception {
    SimulatedKernel kernel =
        new SimulatedKernel()
            .answer("futimens", Errno.EPERM.negated())
            .answer("fchmod", Errno.EROFS.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> file.setTimes(null, null))
          .withMessage(path + ": setTimes: EPERM (Operation not permitted)");
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> file.setPermissions(Set.of()))
          .withMessage(path + ": setPermissions: EROFS (Read-only file system)");
      assertThat(kernel.calls("futimens")).isEqualTo(1);
      assertThat(kernel.calls("fchmod")).isEqualTo(1);
    }
  }

  /** A profile of seccomp may refuse fchmod; the JDK calls chmod. */
  @ParameterizedTest
  @EnumSource(names = {"EPERM", "ENOSYS"})
  void permissionsAreSetByTheJdkWhereTheirCallIsRefused(Errno errno) throws Exception {
    Path moved = directory.resolve("moved");
    SimulatedKernel kernel = new SimulatedKernel().answer("fchmod", errno.negated());
    try (Simulation s = Simulation.of(kernel)) {
      RingFile file = s.open(path);
      Files.move(path, moved);
      Files.createFile(path); // another one
      Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("r---w---x");
      Set<PosixFilePermission> others = Files.getPosixFilePermissions(path);
      file.setPermissions(permissions);
      assertThat(Files.getPosixFilePermissions(moved)).isEqualTo(permissions);
      assertThat(Files.getPosixFilePermissions(path)).isEqualTo(others);
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"EXDEV", "EINVAL", "EOPNOTSUPP", "ENOSYS", "ETXTBSY", "EPERM", "EINTR", "ENOMEM"})
  void whatTheKernelDoesNotCopyGoesThroughABuffer(Errno errno) throws Exception {
    assertCopiedByBuffer(errno.negated());
  }

  /** As some kernels answer for files of /proc, and a file that was cut meanwhile. */
  @Test
  void whereTheKernelCopiesNothingTheBufferFindsTheEnd() throws Exception {
    assertCopiedByBuffer(0);
  }

  private void assertCopiedByBuffer(int answer) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("copyFileRange", answer);
    Path copy = directory.resolve("copy");
    try (Simulation s = Simulation.of(kernel)) {
      RingFile source = s.open(path);
      RingFile target = s.open(copy, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      assertThat(FileCopy.copy(source, 1, 9, target, 0, false)).isEqualTo(4);
      assertThat(copy).hasContent("ello");
      assertThat(kernel.calls("copyFileRange")).isEqualTo(1);
      assertThat(kernel.taken(IORING_OP_WRITE)).hasSize(1);
    }
  }

  @Test
  void copyThatFailsIsReported() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("copyFileRange", -5);
    Path copy = directory.resolve("copy");
    try (Simulation s = Simulation.of(kernel)) {
      RingFile source = s.open(path);
      RingFile target = s.open(copy, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> FileCopy.copy(source, 1, 9, target, 0, false))
          .withMessage(
              path + ": copy to " + copy + " at offset=1 of length=4: EIO (Input/output error)");
    }
  }

  @Test
  void longCopyGoesInPiecesAndShortOnesGoOn() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().copiesAtMost(2);
    Path copy = directory.resolve("copy");
    try (Simulation s = Simulation.of(kernel)) {
      RingFile source = s.open(path);
      RingFile target = s.open(copy, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      assertThat(FileCopy.copy(source, 0, 9, target, 1, false)).isEqualTo(5);
      assertThat(copy).hasBinaryContent(new byte[] {0, 'h', 'e', 'l', 'l', 'o'});
      assertThat(kernel.calls("copyFileRange")).isEqualTo(3);
      assertThat(kernel.taken(IORING_OP_READ)).isEmpty();
    }
  }

  private void assertRefused(String what, ThrowingCallable call) {
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(call)
        .withMessage(
            path + ": " + what + " at offset=3 of length=5: EPERM (Operation not permitted)");
  }

  @Test
  void deleteOnCloseWorksWithoutUnlinkat() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(IORING_OP_UNLINKAT);
    try (Simulation s = Simulation.of(kernel)) {
      s.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
      assertThat(path).doesNotExist();
      assertThat(kernel.calls("unlinkat")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        IORING_OP_NOP,
        IORING_OP_READ,
        IORING_OP_WRITE,
        IORING_OP_OPENAT,
        IORING_OP_FSYNC,
        IORING_OP_STATX,
        IORING_OP_ASYNC_CANCEL,
        IORING_OP_POLL_ADD
      })
  void missingOpcodeThatHasNoSubstituteIsNamed(byte opcode) {
    SimulatedKernel kernel = new SimulatedKernel().without(opcode);
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> Simulation.of(kernel))
        .withMessage("the kernel's io_uring lacks opcode " + opcode + "; use Linux 5.6 or later");
    assertThat(kernel.calls("munmap")).isEqualTo(2);
    assertThat(kernel.unbalanced()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"EOPNOTSUPP", "ENOSYS", "EPERM"})
  void unsupportedNowaitReadIsLearntOnce(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("preadv2", errno.negated());
    try (Simulation s = Simulation.inline(kernel)) {
      RingFile file = s.open(path);
      for (int i = 0; i < 5; i++) {
        assertThat(file.read(ByteBuffer.allocate(10), 0)).isEqualTo(5);
      }
      // EPERM may be the file's own, so that a second call asks.
      assertThat(kernel.calls("preadv2")).isEqualTo(errno == Errno.EPERM ? 2 : 1);
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(5);
    }
  }

  @Test
  void readThatMissesTheCacheGoesToTheRingAndIsTriedAgainNowAndThen() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("preadv2", Errno.EAGAIN.negated());
    try (Simulation s = Simulation.inline(kernel)) {
      RingFile file = s.open(path);
      for (int i = 0; i < 24; i++) {
        assertThat(file.read(ByteBuffer.allocate(10), 0)).isEqualTo(5);
      }
      assertThat(kernel.calls("preadv2")).isBetween(3, 4); // the first, and one in eight
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(24);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EOPNOTSUPP", "ENOSYS", "EPERM"})
  void unsupportedNowaitWriteIsLearntOnce(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("pwritev2", errno.negated());
    try (Simulation s = Simulation.inline(kernel)) {
      RingFile file = s.open(path, StandardOpenOption.WRITE);
      for (int i = 0; i < 5; i++) {
        assertThat(file.write(ByteBuffer.wrap(new byte[] {'J'}), 0)).isEqualTo(1);
      }
      assertThat(kernel.calls("pwritev2")).isEqualTo(errno == Errno.EPERM ? 2 : 1);
      assertThat(kernel.taken(IORING_OP_WRITE)).hasSize(5);
      assertThat(path).hasContent("Jello");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "E2BIG"})
  void missingOpenat2IsLearntOnce(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("openat2", errno.negated());
    try (Simulation s = Simulation.inline(kernel)) {
      for (int i = 0; i < 3; i++) {
        s.open(path);
      }
      assertThat(kernel.calls("openat2")).isEqualTo(1);
      assertThat(kernel.taken(IORING_OP_OPENAT)).hasSize(3);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EINVAL", "EPERM", "EINTR", "ENOMEM", "ENOBUFS"})
  void openThatIsNotDecidedOnTheCallerGoesToTheRing(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("openat2", errno.negated());
    try (Simulation s = Simulation.inline(kernel)) {
      s.open(path);
      s.open(path);
      assertThat(kernel.calls("openat2")).isEqualTo(2);
      assertThat(kernel.taken(IORING_OP_OPENAT)).hasSize(2);
    }
  }

  @Test
  void descriptionNamesWhatWasGranted() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().unknownFlags(IORING_SETUP_NO_SQARRAY);
    try (Simulation s = Simulation.of(kernel)) {
      assertThat(s.engine)
          .hasToString(
              "ring, kernel=Simulated 1.0, entries=8, completionEntries=64,"
                  + " flags=[SUBMIT_ALL, CQSIZE, CLAMP], opcodes=65, gate=27, inline=never");
    }
  }
}
