package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_STATX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each step of what writes and reads a whole file fails: the exception says which one, and no
 * descriptor or slot stays behind, which {@link Simulation#close} and {@link LeakCheck} look at.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class WholeFileFaultTest {
  private static final OpenSpec CREATE =
      OpenSpec.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "openat, ENFILE, NONE, open",
    "pwrite, ENOSPC, NONE, write of length=100",
    "pwrite, EIO, FULL, write of length=100",
    "fdatasync, EIO, DATA, fsync",
    "fsync, ENOSPC, FULL, fsync",
    "close, EIO, NONE, close",
    "close, ENOSPC, DATA, close"
  })
  void stepOfAWriteThatFailsIsNamed(String call, Errno errno, Sync sync, String step)
      throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      nameStep(s, call, errno, sync, step);
    }
    SimulatedKernel again = new SimulatedKernel();
    try (Simulation s = Simulation.adaptive(again)) {
      nameStep(s, call, errno, sync, step);
    }
  }

  private void nameStep(Simulation s, String call, Errno errno, Sync sync, String step)
      throws Exception {
    Path path = directory.resolve("file");
    s.kernel.answer(call, errno.negated());
    assertThatThrownBy(() -> s.engine.write(path, CREATE, new byte[100], sync))
        .isInstanceOf(FileSystemException.class)
        .hasMessageStartingWith(path + ": " + step + ": " + errno);
    s.awaitIdle();
    assertThat(s.kernel.unbalanced()).containsExactly(SimulatedKernel.RING_FD);
  }

  @Test
  void stepsThatAreNotAskedForAreNotDone() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.write(directory.resolve("none"), CREATE, new byte[100], Sync.NONE);
      assertThat(kernel.calls("fsync") + kernel.calls("fdatasync")).isZero();
      s.engine.write(directory.resolve("data"), CREATE, new byte[100], Sync.DATA);
      assertThat(kernel.calls("fdatasync")).isEqualTo(1);
      s.engine.write(directory.resolve("full"), CREATE, new byte[100], Sync.FULL);
      assertThat(kernel.calls("fsync")).isEqualTo(1);
      assertThat(kernel.calls("pwrite")).isEqualTo(3);
    }
  }

  @Test
  void writeThatMovesNothingFails() throws Exception {
    Path path = directory.resolve("file");
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      kernel.answer("pwrite", 0);
      assertThatThrownBy(() -> s.engine.write(path, CREATE, new byte[100], Sync.NONE))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("wrote no byte");
    }
  }

  @ParameterizedTest
  @CsvSource({"openat, ENFILE, open", "statx, EIO, open", "pread, EIO, read"})
  void stepOfAReadThatFailsIsNamed(String call, Errno errno, String step) throws Exception {
    Path path = Files.write(directory.resolve("file"), new byte[100]);
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      kernel.answer(call, errno.negated());
      kernel.script(
          sqe ->
              call.equals("statx") && sqe.opcode() == IORING_OP_STATX
                  ? Reply.complete(errno.negated())
                  : Reply.EXECUTE);
      assertThatThrownBy(() -> s.engine.readAll(path))
          .isInstanceOf(FileSystemException.class)
          .hasMessageStartingWith(path + ": " + step + ": " + errno);
      s.awaitIdle();
      Waiting.until("the file to be closed", () -> kernel.unbalanced().size() == 1); // the ring's
    }
  }

  @Test
  void fileThatMayNotBeOpenedIsOfTheJdksType() throws Exception {
    Path path = Files.write(directory.resolve("file"), new byte[100]);
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel)) {
      kernel.answer("openat", Errno.EACCES.negated());
      assertThatThrownBy(() -> s.engine.readAll(path)).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> s.engine.write(path, CREATE, new byte[1], Sync.NONE))
          .isInstanceOf(AccessDeniedException.class);
    }
  }

  @Test
  void fileWhoseNameIsNotCachedIsReadByThePool() throws Exception {
    Path path = Files.write(directory.resolve("file"), new byte[100]);
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.inline(kernel)) {
      kernel.answer("openat2", Errno.EAGAIN.negated());
      assertThat(s.engine.readAll(path)).isEqualTo(new byte[100]);
      assertThat(kernel.calls("openat2")).isEqualTo(1);
      assertThat(kernel.calls("openat")).isEqualTo(1);
    }
  }

  /** What was opened on the caller is read by the pool, and not opened again. */
  @Test
  void fileWhoseBytesAreNotCachedIsReadByThePool() throws Exception {
    Path path = Files.write(directory.resolve("file"), new byte[100]);
    // If somebody mounts something, a look-up starts anew, and the caller does not open the file.
    for (int attempt = 1; ; attempt++) {
      SimulatedKernel kernel = new SimulatedKernel();
      try (Simulation s = Simulation.inline(kernel)) {
        kernel.answer("preadv2", Errno.EAGAIN.negated());
        assertThat(s.engine.readAll(path)).isEqualTo(new byte[100]);
        assertThat(kernel.calls("openat2")).isEqualTo(1);
        if (kernel.calls("openat") == 0) {
          assertThat(kernel.calls("preadv2")).isEqualTo(1);
          assertThat(kernel.calls("pread")).isEqualTo(1);
          return;
        }
      }
      assertThat(attempt).as("attempts, in none of which the caller opened it").isLessThan(10);
    }
  }

  @Test
  void fileSystemThatRefusesToReadWithoutWaitingIsNotAskedAgain() throws Exception {
    Path path = Files.write(directory.resolve("file"), new byte[100]);
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.inline(kernel)) {
      kernel.answer("preadv2", Errno.EOPNOTSUPP.negated());
      for (int i = 0; i < 20; i++) {
        assertThat(s.engine.readAll(path)).isEqualTo(new byte[100]);
      }
      assertThat(kernel.calls("preadv2")).isEqualTo(1);
      assertThat(kernel.calls("pread")).isEqualTo(20);
    }
  }
}
