package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Trees;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels that lack an opcode of an operation on paths, or openat2: it works all the same. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class PathOpcodeFallbackTest {
  private static final byte[] OPCODES = {
    IORING_OP_UNLINKAT, IORING_OP_RENAMEAT, IORING_OP_MKDIRAT, IORING_OP_SYMLINKAT, IORING_OP_LINKAT
  };

  @TempDir Path directory;
  private Path file;
  private Path created;

  @BeforeEach
  void makeFiles() throws Exception {
    file = Files.writeString(directory.resolve("file"), "content");
    Files.writeString(directory.resolve("second"), "other");
    created = directory.resolve("new");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"EXCHANGE", "STATUS"})
  void poolDoesWhatTheRingHasNoOpcodeFor(PathCalls call) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(call.opcode);
    try (Simulation s = Simulation.of(kernel)) {
      call.on(s.engine, directory);
      assertThat(kernel.taken(call.opcode)).isEmpty();
    }
    assertDone(call);
  }

  private void assertDone(PathCalls call) throws Exception {
    switch (call) {
      case DELETE -> assertThat(file).doesNotExist();
      case MOVE, MOVE_ATOMICALLY -> {
        assertThat(file).doesNotExist();
        assertThat(created).hasContent("content");
      }
      case CREATE_DIRECTORY -> assertThat(created).isDirectory();
      case CREATE_SYMBOLIC_LINK ->
          assertThat(Files.readSymbolicLink(created)).isEqualTo(Path.of("file"));
      case CREATE_LINK -> assertThat(Files.isSameFile(created, file)).isTrue();
      case EXCHANGE, STATUS -> throw new AssertionError(call);
    }
    assertThat(directory.resolve("second")).hasContent("other");
  }

  @Test
  void exchangeIsNotSupportedWithoutItsOpcode() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(IORING_OP_RENAMEAT);
    try (Simulation s = Simulation.of(kernel)) {
      assertThatThrownBy(() -> PathCalls.EXCHANGE.on(s.engine, directory))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(file).hasContent("content");
  }

  @Test
  void failuresAreTheSameWithoutOpcodes() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(OPCODES);
    Path missing = directory.resolve("missing/file");
    try (Simulation s = Simulation.of(kernel)) {
      assertThatThrownBy(() -> s.engine.delete(missing)).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> s.engine.move(missing, created, Set.of()))
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> s.engine.move(file, directory.resolve("second"), Set.of()))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThatThrownBy(() -> s.engine.createDirectory(file))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThatThrownBy(() -> s.engine.createSymbolicLink(file, missing))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThatThrownBy(() -> s.engine.createLink(created, missing))
          .isInstanceOf(NoSuchFileException.class);
    }
    assertThat(Trees.look(directory)).containsOnlyKeys("file", "second");
  }

  @ParameterizedTest
  @EnumSource
  void interruptBeforeTheCallKeepsItFromStartingWithoutOpcodesToo(PathCalls call) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(OPCODES);
    if (call == PathCalls.EXCHANGE) {
      return;
    }
    try (Simulation s = Simulation.of(kernel)) {
      Caller<Object> caller =
          Simulation.call(
              () -> {
                Thread.currentThread().interrupt();
                return call.on(s.engine, directory);
              });
      assertThat(caller.failure()).isExactlyInstanceOf(InterruptedIOException.class);
      assertThat(caller.wasInterruptedAtEnd()).isTrue();
    }
    assertThat(Trees.look(directory)).containsOnlyKeys("file", "second");
  }

  @Test
  void closedEngineDoesNothingWithoutOpcodesToo() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().without(OPCODES);
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.close();
      for (PathCalls call : PathCalls.values()) {
        if (call != PathCalls.EXCHANGE) {
          assertThatThrownBy(() -> call.on(s.engine, directory))
              .isInstanceOf(ClosedChannelException.class);
        }
      }
    }
    assertThat(Trees.look(directory)).containsOnlyKeys("file", "second");
  }

  // ---- what is in the caches

  @Test
  void statusOfWhatIsCachedIsToldOnTheCaller() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.inline(kernel)) {
      FileStatus status = s.engine.status(file, true);
      assertThat(status.size()).isEqualTo(7);
      assertThat(status.isRegularFile()).isTrue();
      assertThatThrownBy(() -> s.engine.status(created, true))
          .isInstanceOf(NoSuchFileException.class);
      assertThat(kernel.calls("openat2")).isEqualTo(2);
      assertThat(kernel.calls("close")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EINVAL", "EPERM", "ENOSYS", "E2BIG", "EMFILE", "EINTR", "ELOOP"})
  void statusThatIsNotKnownOnTheCallerIsTheRings(Errno errno) throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("openat2", errno.negated());
    try (Simulation s = Simulation.inline(kernel)) {
      assertThat(s.engine.status(file, false).size()).isEqualTo(7);
      assertThat(kernel.taken(IORING_OP_STATX)).hasSize(1);
    }
  }

  @Test
  void linkIsToldItselfOnTheCallerToo() throws Exception {
    Files.createSymbolicLink(created, Path.of("nothing"));
    SimulatedKernel kernel = new SimulatedKernel();
    try (Simulation s = Simulation.inline(kernel)) {
      assertThat(s.engine.status(created, false).isSymbolicLink()).isTrue();
      assertThatThrownBy(() -> s.engine.status(created, true))
          .isInstanceOf(NoSuchFileException.class);
    }
  }
}
