package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Memory;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The fields of each SQE of an operation on paths are what liburing's io_uring_prep_* functions
 * set, and what the kernel answers becomes what the JDK would say.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class PathSqeFieldsTest {
  private static final Path FILE = Path.of("/some/file");
  private static final Path OTHER = Path.of("relative/Größe");

  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel();
  private final List<String> texts = new ArrayList<>();
  private Path file;

  @BeforeEach
  void makeFile() throws Exception {
    file = Files.writeString(directory.resolve("file"), "content");
  }

  /** Answers each request of {@code opcode} with the next of {@code results}. */
  private Simulation answering(byte opcode, int... results) throws Exception {
    int[] count = new int[1];
    kernel.script(
        sqe -> {
          if (sqe.opcode() != opcode) {
            return Reply.EXECUTE;
          }
          texts.add(text(sqe.addr()));
          if (hasSecondPath(opcode)) {
            texts.add(text(sqe.off()));
          }
          return Reply.complete(results[Math.min(count[0]++, results.length - 1)]);
        });
    return Simulation.of(kernel);
  }

  private static boolean hasSecondPath(byte opcode) {
    return opcode == IORING_OP_RENAMEAT
        || opcode == IORING_OP_SYMLINKAT
        || opcode == IORING_OP_LINKAT;
  }

  private static String text(long address) {
    return Memory.at(address, PATH_MAX).getString(0);
  }

  private void assertLast(byte opcode, int len, int opFlags, String... paths) {
    Sqe sqe = kernel.taken(opcode).getLast();
    long off = hasSecondPath(opcode) ? sqe.off() : 0;
    assertThat(sqe)
        .isEqualTo(
            new Sqe(
                opcode,
                (byte) 0,
                (short) 0,
                AT_FDCWD,
                off,
                sqe.addr(),
                len,
                opFlags,
                sqe.userData(),
                0));
    assertThat(texts).endsWith(paths);
  }

  @Test
  void deletingAFile() throws Exception {
    try (Simulation s = answering(IORING_OP_UNLINKAT, 0)) {
      s.engine.delete(FILE);
      assertLast(IORING_OP_UNLINKAT, 0, 0, "/some/file");
      assertThat(texts).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EISDIR", "EPERM"})
  void deletingADirectory(Errno errno) throws Exception {
    try (Simulation s = answering(IORING_OP_UNLINKAT, errno.negated(), 0)) {
      s.engine.delete(OTHER);
      assertLast(IORING_OP_UNLINKAT, 0, 0x200, "relative/Größe", "relative/Größe");
    }
  }

  @Test
  void deletingWhatIsNoDirectoryAndMayNotBeDeleted() throws Exception {
    int eperm = Errno.EPERM.negated();
    try (Simulation s = answering(IORING_OP_UNLINKAT, eperm, Errno.ENOTDIR.negated())) {
      assertThatThrownBy(() -> s.engine.delete(FILE))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("EPERM");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOTEMPTY", "EEXIST"})
  void deletingADirectoryThatIsNotEmpty(Errno errno) throws Exception {
    int eisdir = Errno.EISDIR.negated();
    try (Simulation s = answering(IORING_OP_UNLINKAT, eisdir, errno.negated())) {
      assertThatThrownBy(() -> s.engine.delete(FILE))
          .isInstanceOf(DirectoryNotEmptyException.class)
          .hasMessage("/some/file");
    }
  }

  @Test
  void moving() throws Exception {
    try (Simulation s = answering(IORING_OP_RENAMEAT, 0)) {
      String[] paths = {"/some/file", "relative/Größe"};
      s.engine.move(FILE, OTHER, Set.of());
      assertLast(IORING_OP_RENAMEAT, AT_FDCWD, 1, paths);
      s.engine.move(FILE, OTHER, Set.of(StandardCopyOption.REPLACE_EXISTING));
      assertLast(IORING_OP_RENAMEAT, AT_FDCWD, 0, paths);
      s.engine.move(FILE, OTHER, Set.of(StandardCopyOption.ATOMIC_MOVE));
      assertLast(IORING_OP_RENAMEAT, AT_FDCWD, 0, paths);
      s.engine.exchange(FILE, OTHER);
      assertLast(IORING_OP_RENAMEAT, AT_FDCWD, 2, paths);
    }
  }

  @Test
  void creatingADirectory() throws Exception {
    try (Simulation s = answering(IORING_OP_MKDIRAT, 0)) {
      s.engine.createDirectory(FILE);
      assertLast(IORING_OP_MKDIRAT, 0777, 0, "/some/file");
      s.engine.createDirectory(
          Path.of(""),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
      assertLast(IORING_OP_MKDIRAT, 0750, 0, ".");
    }
  }

  @Test
  void creatingLinks() throws Exception {
    try (Simulation s = answering(IORING_OP_SYMLINKAT, 0)) {
      s.engine.createSymbolicLink(FILE, OTHER);
      assertLast(IORING_OP_SYMLINKAT, 0, 0, "relative/Größe", "/some/file");
      s.engine.createSymbolicLink(FILE, Path.of(""));
      assertLast(IORING_OP_SYMLINKAT, 0, 0, "", "/some/file");
    }
    assertThat(kernel.taken(IORING_OP_SYMLINKAT)).hasSize(2);
  }

  @Test
  void creatingHardLinks() throws Exception {
    try (Simulation s = answering(IORING_OP_LINKAT, 0)) {
      s.engine.createLink(FILE, OTHER);
      assertLast(IORING_OP_LINKAT, AT_FDCWD, 0, "relative/Größe", "/some/file");
    }
  }

  @Test
  void statusByPath() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      assertThat(s.engine.status(file, true).size()).isEqualTo(7);
      assertStatx(0);
      assertThat(s.engine.status(file, false).size()).isEqualTo(7);
      assertStatx(0x100);
    }
  }

  private void assertStatx(int flags) {
    Sqe sqe = kernel.taken(IORING_OP_STATX).getLast();
    int mask = 0x7ff | 0x800 | 0x2000; // STATX_BASIC_STATS, BTIME, DIOALIGN
    assertThat(sqe)
        .isEqualTo(
            new Sqe(
                IORING_OP_STATX,
                (byte) 0,
                (short) 0,
                AT_FDCWD,
                sqe.off(),
                sqe.addr(),
                mask,
                flags,
                sqe.userData(),
                0));
    assertThat(sqe.off()).isNotZero();
    assertThat(sqe.addr()).isNotZero();
  }

  // ---- what the kernel answers

  @Test
  void moveToAnotherDeviceIsNotAtomic() throws Exception {
    try (Simulation s = answering(IORING_OP_RENAMEAT, Errno.EXDEV.negated())) {
      Set<CopyOption> atomic = Set.of(StandardCopyOption.ATOMIC_MOVE);
      assertThatThrownBy(() -> s.engine.move(file, OTHER, atomic))
          .isInstanceOf(AtomicMoveNotSupportedException.class)
          .hasMessageContaining(file + " -> relative/Größe");
      assertThat(file).exists();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EXDEV", "EINVAL"})
  void moveThatTheFileSystemCannotDoInOneStepIsDoneInMore(Errno errno) throws Exception {
    try (Simulation s = answering(IORING_OP_RENAMEAT, errno.negated())) {
      Path target = directory.resolve("new");
      s.engine.move(file, target, Set.of());
      assertThat(target).hasContent("content");
      assertThat(file).doesNotExist();
    }
  }

  /** By the time of a second look things may have changed; nothing is replaced then. */
  @Test
  void moveThatFailedIsNotTriedAgainInSteps() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "other");
    try (Simulation s = answering(IORING_OP_RENAMEAT, Errno.ENOENT.negated())) {
      for (StandardCopyOption option : StandardCopyOption.values()) {
        if (option != StandardCopyOption.COPY_ATTRIBUTES) {
          assertThatThrownBy(() -> s.engine.move(file, target, Set.of(option)))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessageContaining(file + " -> " + target);
        }
      }
      assertThatThrownBy(() -> s.engine.move(file, directory.resolve("new"), Set.of()))
          .isInstanceOf(NoSuchFileException.class);
    }
    assertThat(file).hasContent("content");
    assertThat(target).hasContent("other");
  }

  @Test
  void targetThatIsGoneByNowExistedAllTheSame() throws Exception {
    try (Simulation s = answering(IORING_OP_RENAMEAT, Errno.EEXIST.negated())) {
      Path target = directory.resolve("new");
      assertThatThrownBy(() -> s.engine.move(file, target, Set.of()))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessage(target.toString());
      assertThat(file).exists();
      assertThat(target).doesNotExist();
    }
  }

  @Test
  void exchangeThatTheFileSystemCannotDoIsNotSupported() throws Exception {
    try (Simulation s = answering(IORING_OP_RENAMEAT, Errno.EINVAL.negated())) {
      assertThatThrownBy(() -> s.engine.exchange(file, OTHER))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("EINVAL");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PathCalls.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MOVE"})
  void errorOfTheDeviceIsReportedWithTheFile(PathCalls call) throws Exception {
    Files.writeString(directory.resolve("second"), "other");
    try (Simulation s = answering(call.opcode, Errno.EIO.negated())) {
      assertThatThrownBy(() -> call.on(s.engine, directory))
          .isInstanceOf(FileSystemException.class)
          .hasMessageStartingWith(directory.toString())
          .hasMessageContaining("EIO (Input/output error)");
    }
  }
}
