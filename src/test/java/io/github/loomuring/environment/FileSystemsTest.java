package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.loomuring.Advice;
import io.github.loomuring.FileOperations;
import io.github.loomuring.Sync;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of engine on every kind of local file system, with room, without, and read-only. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileSystemsTest {
  private static final int MIB = 1 << 20;

  @Nested
  class OnExt4 extends Contract {
    OnExt4() {
      super(Mounted.Type.EXT4);
    }
  }

  @Nested
  class OnXfs extends Contract {
    OnXfs() {
      super(Mounted.Type.XFS);
    }
  }

  @Nested
  class OnBtrfs extends Contract {
    OnBtrfs() {
      super(Mounted.Type.BTRFS);
    }
  }

  @Nested
  class OnTmpfs extends Contract {
    OnTmpfs() {
      super(Mounted.Type.TMPFS);
    }
  }

  @Nested
  class OnOverlay extends Contract {
    OnOverlay() {
      super(Mounted.Type.OVERLAY);
    }
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Contract {
    private final Mounted.Type type;
    private final Map<Engines, Uring> urings = new EnumMap<>(Engines.class);
    private Mounted mounted;
    private Path path;

    Contract(Mounted.Type type) {
      this.type = type;
    }

    @BeforeAll
    void mount() throws IOException {
      mounted = Mounted.of(type);
      path = mounted.directory().resolve("file");
    }

    @AfterAll
    void unmount() throws IOException {
      urings.values().forEach(Uring::close);
      if (mounted != null) {
        mounted.close();
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void bytesGoThereAndBack(Engines engine) throws Exception {
      RoundTrip.onVirtualThread(uring(engine), mounted.directory());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void directTransfersAreByteExact(Engines engine) throws Exception {
      byte[] content = RoundTrip.randomBytes(2 * MIB, 2);
      OpenOption[] create = {StandardOpenOption.CREATE, StandardOpenOption.WRITE};
      OpenOption[] direct = {StandardOpenOption.READ, StandardOpenOption.WRITE, direct()};
      try (Arena arena = Arena.ofConfined();
          UringFile file = uring(engine).openFile(path, create);
          UringFile directly = uring(engine).openFile(path, direct)) {
        MemorySegment segment = arena.allocate(content.length, 65_536);
        MemorySegment.copy(content, 0, segment, ValueLayout.JAVA_BYTE, 0, MIB);
        directly.writeFully(segment.asSlice(0, MIB), 0);
        file.writeFully(ByteBuffer.wrap(content, MIB, MIB), MIB);
        file.force(false);
        segment.fill((byte) 0);
        directly.readFully(segment, 0);
        assertThat(segment.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);
        // The last, short block of a file whose end is not aligned.
        file.truncate(MIB + 100);
        assertThat(directly.read(segment.asSlice(0, 65_536), MIB)).isEqualTo(100);
        assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(content, MIB + 100));
      } finally {
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void sparseFilePastFourGibibytes(Engines engine) throws Exception {
      long far = (5L << 30) + 17;
      byte[] content = RoundTrip.randomBytes(100_000, 3);
      try (UringFile file =
          uring(engine)
              .openFile(
                  path,
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE)) {
        file.writeFully(ByteBuffer.wrap(content), far);
        assertThat(file.size()).isEqualTo(far + content.length);
        byte[] bytes = new byte[content.length + 50];
        file.readFully(ByteBuffer.wrap(bytes), far - 50);
        byte[] expected = new byte[bytes.length];
        System.arraycopy(content, 0, expected, 50, content.length);
        assertThat(bytes).isEqualTo(expected);
        assertThat(file.append(ByteBuffer.wrap(content, 0, 10))).isEqualTo(10);
        assertThat(file.size()).isEqualTo(far + content.length + 10);
        file.truncate((4L << 30) + 1);
        assertThat(file.size()).isEqualTo((4L << 30) + 1);
        assertThat(file.read(ByteBuffer.allocate(10), 4L << 30)).isEqualTo(1);
      } finally {
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void fullDiskSaysSoAndKeepsWhatWasWritten(Engines engine) throws Exception {
      byte[] block = RoundTrip.randomBytes(64 << 10, 4);
      try (FullDisk _ = FullDisk.of(mounted.directory(), 4);
          UringFile file = create(engine)) {
        long written = 0;
        Throwable thrown = null;
        while (thrown == null && written < mountedBytes()) {
          long offset = written;
          ByteBuffer buffer = ByteBuffer.wrap(block);
          thrown = catchThrowable(() -> file.writeFully(buffer, offset));
          written += buffer.position();
        }
        assertNoSpace(thrown);
        assertThat(file.size()).isEqualTo(written);
        file.force(true);
        assertRepeats(block, written);
        if (type != Mounted.Type.BTRFS) { // which writes nothing in place
          file.writeFully(ByteBuffer.wrap(block, 0, 4096), 0);
        }
        assertThatThrownBy(() -> file.append(ByteBuffer.wrap(new byte[MIB])))
            .satisfies(FileSystemsTest::assertNoSpace);
        file.force(false);
      } finally {
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void longWriteOnAnAlmostFullDiskSaysHowMuchWasWritten(Engines engine) throws Exception {
      byte[] content = RoundTrip.randomBytes(16 * MIB, 5);
      try (FullDisk _ = FullDisk.of(mounted.directory(), 6);
          UringFile file = create(engine)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        int n = file.write(buffer, 0);
        assertThat(n).isPositive().isLessThan(content.length);
        assertThat(buffer.position()).isEqualTo(n);
        assertThat(file.size()).isEqualTo(n);
        assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(content, n));
        Throwable thrown = catchThrowable(() -> file.writeFully(buffer, n));
        assertNoSpace(thrown);
        assertThat(file.size()).isEqualTo(buffer.position());
        assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(content, buffer.position()));
      } finally {
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void wholeFileThatFindsNoRoomSaysSoAndReplacesNothing(Engines engine) throws Exception {
      byte[] content = RoundTrip.randomBytes(MIB - 1, 8);
      FileOperations files = uring(engine).files();
      files.replace(path, content);
      Path other = path.resolveSibling("other");
      try (FullDisk _ = FullDisk.of(mounted.directory(), 2)) {
        byte[] larger = RoundTrip.randomBytes(MIB, 9);
        Throwable written = null;
        for (int i = 0; written == null && i < 64; i++) { // some keep a little in reserve
          written = catchThrowable(() -> files.write(other, larger, Sync.DATA, CREATE, APPEND));
        }
        assertNoSpace(written);
        assertThat(written).hasMessageStartingWith(other + ": ");
        Throwable replaced = catchThrowable(() -> files.replace(path, larger));
        assertNoSpace(replaced);
        assertThat(replaced).hasMessageStartingWith(path + ": ");
        assertThat(files.readAllBytes(path)).isEqualTo(content);
        try (Stream<Path> all = Files.list(mounted.directory())) {
          assertThat(all.filter(one -> one.toString().contains(".loom-uring-"))).isEmpty();
        }
      } finally {
        Files.deleteIfExists(other);
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void roomThatComesBackCanBeUsed(Engines engine) throws Exception {
      byte[] content = RoundTrip.randomBytes(8 * MIB, 6);
      try (UringFile file = create(engine)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        try (FullDisk _ = FullDisk.of(mounted.directory(), 2)) {
          assertNoSpace(catchThrowable(() -> file.writeFully(buffer, 0)));
        }
        file.writeFully(buffer, buffer.position());
        file.force(true);
        assertThat(Files.readAllBytes(path)).isEqualTo(content);
      } finally {
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void readOnlyFileSystemRefusesAsForFileChannel(Engines engine) throws Exception {
      Files.writeString(path, "content");
      mounted.makeReadOnly();
      try {
        FileOperations files = uring(engine).files();
        assertThatThrownBy(() -> files.write(path, new byte[1]))
            .isInstanceOf(FileSystemException.class)
            .hasMessageContaining("Read-only file system");
        assertThatThrownBy(() -> files.replace(path, new byte[1]))
            .isInstanceOf(FileSystemException.class)
            .hasMessageContaining("Read-only file system");
        for (Set<OpenOption> options :
            Set.<Set<OpenOption>>of(
                Set.of(StandardOpenOption.WRITE),
                Set.of(StandardOpenOption.APPEND),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
          assertSameFailure(uring(engine), path, options);
        }
        Path absent = path.resolveSibling("absent");
        assertSameFailure(
            uring(engine), absent, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        assertThat(absent).doesNotExist();
        try (UringFile file = uring(engine).openFile(path)) {
          ByteBuffer bytes = ByteBuffer.allocate(7);
          file.readFully(bytes, 0);
          assertThat(new String(bytes.array(), StandardCharsets.UTF_8)).isEqualTo("content");
          file.force(true);
        }
      } finally {
        mounted.makeWritable();
        Files.delete(path);
      }
    }

    /** Refused as unsupported, or done as documented; in this order. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void spaceIsChangedWhereTheFileSystemCan(Engines engine) throws Exception {
      boolean movesBlocks =
          type == Mounted.Type.EXT4 || type == Mounted.Type.XFS || type == Mounted.Type.OVERLAY;
      int block = 4_096;
      byte[] content = RoundTrip.randomBytes(16 * block, 7);
      Files.write(path, content);
      try (UringFile file =
          uring(engine).openFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        file.allocate(0, 20L * block);
        content = Arrays.copyOf(content, 20 * block);
        assertThat(path).hasBinaryContent(content);
        file.punchHole(block + 1, 3L * block);
        Arrays.fill(content, block + 1, 4 * block + 1, (byte) 0);
        assertThat(path).hasBinaryContent(content);
        if (engine.callsKernel() && type == Mounted.Type.TMPFS) {
          assertUnsupported("zeroRange", () -> file.zeroRange(7, 5_000));
        } else {
          file.zeroRange(7, 5_000);
          Arrays.fill(content, 7, 5_007, (byte) 0);
        }
        assertThat(path).hasBinaryContent(content);
        if (engine.callsKernel() && movesBlocks) {
          file.collapse(2L * block, 4L * block);
          byte[] shorter = Arrays.copyOf(content, 16 * block);
          System.arraycopy(content, 6 * block, shorter, 2 * block, 14 * block);
          assertThat(path).hasBinaryContent(shorter);
          file.insert(2L * block, 4L * block);
          Arrays.fill(content, 2 * block, 6 * block, (byte) 0);
        } else {
          assertUnsupported("collapse", () -> file.collapse(2L * block, 4L * block));
          assertUnsupported("insert", () -> file.insert(2L * block, 4L * block));
        }
        assertThat(path).hasBinaryContent(content);
      } finally {
        Files.delete(path);
      }
    }

    private void assertUnsupported(String what, ThrowingCallable call) {
      assertThatThrownBy(call)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining(path + ": " + what);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void spaceThatIsNotThereIsNotAllocated(Engines engine) throws Exception {
      try (FullDisk _ = FullDisk.of(mounted.directory(), 2);
          UringFile file = create(engine)) {
        assertNoSpace(catchThrowable(() -> file.allocate(0, 32L * MIB)));
      } finally {
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void adviceTimesAndPaceAreTaken(Engines engine) throws Exception {
      byte[] content = RoundTrip.randomBytes(MIB, 8);
      FileTime time = FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));
      Files.write(path, content);
      try (UringFile file =
          uring(engine).openFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        file.writeFully(ByteBuffer.wrap(content), 0);
        file.forceRange(4_096, 100_000);
        file.forceRange(0, 0);
        for (Advice advice : Advice.values()) {
          file.advise(0, 0, advice);
        }
        file.setTimes(time, null);
        assertThat(Files.getLastModifiedTime(path)).isEqualTo(time);
        file.setPermissions(Set.of(PosixFilePermission.OWNER_READ));
        assertThat(Files.getPosixFilePermissions(path))
            .containsExactly(PosixFilePermission.OWNER_READ);
      } finally {
        assertThat(path).hasBinaryContent(content);
        Files.delete(path);
      }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RING_TINY")
    void bytesAreCopiedWithinAndToOtherFileSystems(Engines engine) throws Exception {
      byte[] content = RoundTrip.randomBytes(3 * MIB + 5, 9);
      Path within = path.resolveSibling("copy");
      Path outside = Files.createTempFile("loom-uring-", null);
      Files.write(path, content);
      try {
        for (Path target : new Path[] {within, outside}) {
          try (UringFile from = uring(engine).openFile(path);
              UringFile to =
                  uring(engine)
                      .openFile(target, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            assertThat(from.transferTo(0, 1L << 40, to, 0)).isEqualTo(content.length);
          }
          assertThat(target).hasBinaryContent(content);
        }
      } finally {
        Files.delete(path);
        Files.delete(within);
        Files.delete(outside);
      }
    }

    private Uring uring(Engines engine) {
      return urings.computeIfAbsent(engine, Engines::open);
    }

    private UringFile create(Engines engine) throws IOException {
      return uring(engine).openFile(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private long mountedBytes() throws IOException {
      return Files.getFileStore(mounted.directory()).getTotalSpace();
    }

    private void assertRepeats(byte[] block, long length) throws IOException {
      byte[] bytes = Files.readAllBytes(path);
      assertThat(bytes).hasSize((int) length);
      for (int i = 0; i < bytes.length; i += block.length) {
        int end = Math.min(bytes.length - i, block.length);
        assertThat(Arrays.mismatch(bytes, i, i + end, block, 0, end)).isEqualTo(-1);
      }
    }
  }

  private static void assertSameFailure(Uring uring, Path path, Set<OpenOption> options) {
    Throwable expected = catchThrowable(() -> FileChannel.open(path, options).close());
    Throwable thrown = catchThrowable(() -> uring.openFile(path, options).close());
    assertThat(thrown).as("%s", options).hasSameClassAs(expected);
    assertThat(thrown).hasMessageContaining("Read-only file system");
    assertThat(((FileSystemException) thrown).getFile()).isEqualTo(path.toString());
  }

  /** {@code ExtendedOpenOption.DIRECT}, whose name javac warns of, and cannot be told not to. */
  private static OpenOption direct() throws ClassNotFoundException {
    for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
      if (option.toString().equals("DIRECT")) {
        return (OpenOption) option;
      }
    }
    throw new AssertionError("there is no DIRECT");
  }

  private static void assertNoSpace(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("No space left on device");
  }
}
