package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

/** What is refused, and in which words, beyond what the contracts say of the JDK's files too. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadInputTest {
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

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static void assertNullRefused(String name, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessageContaining(name);
  }

  @Test
  void nullIsRefusedByName() throws IOException {
    assertNullRefused("path", () -> uring.openFile(null));
    assertNullRefused("options", () -> uring.openFile(path, (OpenOption[]) null));
    assertNullRefused("options", () -> uring.openFile(path, WRITE, null));
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      assertNullRefused("dst", () -> file.read((ByteBuffer) null, 0));
      assertNullRefused("dst", () -> file.read((MemorySegment) null, 0));
      assertNullRefused("dst", () -> file.readFully((ByteBuffer) null, 0));
      assertNullRefused("dst", () -> file.readFully((MemorySegment) null, 0));
      assertNullRefused("src", () -> file.write((ByteBuffer) null, 0));
      assertNullRefused("src", () -> file.write((MemorySegment) null, 0));
      assertNullRefused("src", () -> file.writeFully((ByteBuffer) null, 0));
      assertNullRefused("src", () -> file.writeFully((MemorySegment) null, 0));
      assertNullRefused("src", () -> file.append(null));
    }
  }

  @Test
  void negativeNumberIsRefusedWithItsValue() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1);
    MemorySegment segment = MemorySegment.ofArray(new byte[1]);
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      assertRefused("offset=-7", () -> file.read(buffer, -7));
      assertRefused("offset=-7", () -> file.read(segment, -7));
      assertRefused("offset=-7", () -> file.readFully(buffer, -7));
      assertRefused("offset=-7", () -> file.readFully(segment, -7));
      assertRefused("offset=-7", () -> file.write(buffer, -7));
      assertRefused("offset=-7", () -> file.write(segment, -7));
      assertRefused("offset=-7", () -> file.writeFully(buffer, -7));
      assertRefused("offset=-7", () -> file.writeFully(segment, -7));
      assertRefused("size=-7", () -> file.truncate(-7));
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void offsetAndLengthBeyondLongAreRefused() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(8);
    MemorySegment segment = MemorySegment.ofArray(new byte[8]);
    long offset = Long.MAX_VALUE - 7;
    String message = "offset=" + offset + " and length=8";
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      assertRefused(message, () -> file.read(buffer, offset));
      assertRefused(message, () -> file.read(segment, offset));
      assertRefused(message, () -> file.readFully(buffer, offset));
      assertRefused(message, () -> file.readFully(segment, offset));
      assertRefused(message, () -> file.write(buffer, offset));
      assertRefused(message, () -> file.write(segment, offset));
      assertRefused(message, () -> file.writeFully(buffer, offset));
      assertRefused(message, () -> file.writeFully(segment, offset));
      // One byte before that it is for the file system to say.
      assertThat(file.read(buffer, Long.MAX_VALUE - 8)).isEqualTo(-1);
      assertThat(file.read(ByteBuffer.allocate(0), Long.MAX_VALUE)).isZero();
    }
  }

  /** What takes an offset and a length. */
  private interface OnRange {
    void run(UringFile file, long offset, long length) throws IOException;
  }

  private static final List<OnRange> CHANGES =
      List.of(
          UringFile::allocate,
          UringFile::punchHole,
          UringFile::zeroRange,
          UringFile::collapse,
          UringFile::insert);

  private static final List<OnRange> ON_RANGES_TO_THE_END =
      List.of(
          (file, offset, length) -> file.advise(offset, length, Advice.DONT_NEED),
          UringFile::forceRange);

  @Test
  void rangeThatIsNoneIsRefusedWithItsValues() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      for (OnRange change : CHANGES) {
        assertRefused("length=0 is not positive", () -> change.run(file, 0, 0));
        assertRefused("length=-7 is not positive", () -> change.run(file, 0, -7));
      }
      for (OnRange call : ON_RANGES_TO_THE_END) {
        assertRefused("length=-7 is negative", () -> call.run(file, 0, -7));
      }
      for (OnRange call : Stream.concat(CHANGES.stream(), ON_RANGES_TO_THE_END.stream()).toList()) {
        assertRefused("offset=-7", () -> call.run(file, -7, 1));
        assertRefused(
            "offset=5 and length=" + Long.MAX_VALUE, () -> call.run(file, 5, Long.MAX_VALUE));
      }
      assertNullRefused("advice", () -> file.advise(0, 0, null));
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void spaceOfAFileOpenedToReadIsNotChanged() throws IOException {
    try (UringFile file = uring.openFile(path)) {
      for (OnRange change : CHANGES) {
        assertThatThrownBy(() -> change.run(file, 0, 4096))
            .isInstanceOf(NonWritableChannelException.class);
      }
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void closedFileAndRingRefuseRanges() throws IOException {
    UringFile file = uring.openFile(path, READ, WRITE);
    file.close();
    UringFile ofClosedRing = uring.openFile(path, READ, WRITE);
    uring.close();
    for (OnRange call : Stream.concat(CHANGES.stream(), ON_RANGES_TO_THE_END.stream()).toList()) {
      assertThatThrownBy(() -> call.run(file, 0, 1))
          .isExactlyInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> call.run(ofClosedRing, 0, 1))
          .isInstanceOf(ClosedChannelException.class);
    }
    ofClosedRing.close();
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void readOnlyBufferIsNamed() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(8).asReadOnlyBuffer();
    try (UringFile file = uring.openFile(path)) {
      assertRefused("dst=" + buffer, () -> file.read(buffer, 0));
      assertRefused("dst=" + buffer, () -> file.readFully(buffer, 0));
    }
  }

  @Test
  void optionsThatContradictEachOtherAreNamed() {
    assertRefused("READ + APPEND", () -> uring.openFile(path, READ, APPEND));
    assertRefused(
        "APPEND + TRUNCATE_EXISTING", () -> uring.openFile(path, APPEND, TRUNCATE_EXISTING));
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void closedRingIsNotUsed() throws IOException {
    UringFile file = uring.openFile(path, READ, WRITE);
    uring.close();
    assertThat(uring.isOpen()).isFalse();
    assertThat(file.isOpen()).isFalse();
    ByteBuffer buffer = ByteBuffer.allocate(1);
    MemorySegment segment = MemorySegment.ofArray(new byte[1]);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> uring.openFile(path),
          () -> file.read(buffer, 0),
          () -> file.read(segment, 0),
          () -> file.readFully(buffer, 0),
          () -> file.write(buffer, 0),
          () -> file.write(segment, 0),
          () -> file.writeFully(segment, 0),
          () -> file.append(buffer),
          () -> file.force(true),
          file::size,
          () -> file.truncate(0)
        }) {
      assertThatThrownBy(call).isInstanceOf(ClosedChannelException.class);
    }
    file.close();
    uring.close();
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void closedFileRefusesSegmentsAndFullTransfers() throws IOException {
    UringFile file = uring.openFile(path, READ, WRITE);
    file.close();
    ByteBuffer buffer = ByteBuffer.allocate(1);
    MemorySegment segment = MemorySegment.ofArray(new byte[1]);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> file.read(segment, 0),
          () -> file.write(segment, 0),
          () -> file.readFully(buffer, 0),
          () -> file.readFully(segment, 0),
          () -> file.writeFully(buffer, 0),
          () -> file.writeFully(segment, 0)
        }) {
      assertThatThrownBy(call).isExactlyInstanceOf(ClosedChannelException.class);
    }
  }

  // ---- paths

  @Test
  void pathOfAnotherFileSystemIsRefused() throws IOException {
    URI uri = URI.create("jar:" + directory.resolve("archive.zip").toUri());
    try (FileSystem zip = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      Path inZip = Files.write(zip.getPath("/file"), TEXT);
      assertThatThrownBy(() -> uring.openFile(inZip)).isInstanceOf(ProviderMismatchException.class);
    }
  }

  @Test
  void pathWithNulIsRefused() {
    // A Path of the JDK cannot have one, but nothing keeps another implementation from it.
    Path withNul =
        (Path)
            Proxy.newProxyInstance(
                Path.class.getClassLoader(),
                new Class<?>[] {Path.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "toString" -> path + "\0x";
                      case "getFileSystem" -> FileSystems.getDefault();
                      case "isAbsolute" -> true;
                      default -> throw new UnsupportedOperationException(method.toString());
                    });
    assertThatThrownBy(() -> uring.openFile(withNul).close())
        .isInstanceOfAny(InvalidPathException.class, ProviderMismatchException.class);
  }

  // ---- messages of the ring; the pool's are the JDK's

  @Test
  void descriptorIsNotInheritedByChildren() throws IOException {
    Assumptions.assumeTrue(
        engine.callsKernel(), "the JDK closes descriptors in its children itself");
    for (OpenOption option : new OpenOption[] {READ, WRITE, APPEND}) {
      try (UringFile file = uring.openFile(path, option)) {
        assertThat(file.isOpen()).isTrue();
        int closeOnExec = 02000000; // O_CLOEXEC
        assertThat(OpenContract.openFlags(path) & closeOnExec).isEqualTo(closeOnExec);
      }
    }
  }

  @Test
  void failureNamesOperationOffsetLengthAndError() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "on the pool the message is the JDK's");
    try (UringFile file = uring.openFile(Path.of("/dev/full"), WRITE)) {
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(5), 7))
          .isInstanceOf(FileSystemException.class)
          .hasMessage("/dev/full: write at offset=7 of length=5: ENOSPC (No space left on device)");
    }
  }

  @Test
  void directTransferSaysWhatIsNotAlignedAndToWhat() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "on the pool the message is the JDK's");
    Path direct = directory.resolve("direct");
    try (UringFile file = openDirect(direct);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(3 * 4_096, 4_096);
      assertUnaligned("offset=1", () -> file.read(memory.asSlice(0, 4_096), 1));
      assertUnaligned("length=4095", () -> file.read(memory.asSlice(0, 4_095), 0));
      assertUnaligned("length=4095", () -> file.append(ByteBuffer.allocate(4_095)));
      assertUnaligned("length=1", () -> file.write(ByteBuffer.allocate(1), 0));
      assertUnaligned("offset=511", () -> file.write(ByteBuffer.allocate(4_096), 511));
      MemorySegment odd = memory.asSlice(1, 4_096);
      String address = "address of the buffer=" + odd.address();
      assertUnaligned(address, () -> file.read(odd, 0));
      assertUnaligned(address, () -> file.write(odd, 0));
      assertUnaligned(address, () -> file.write(odd.asByteBuffer(), 0));
      assertThat(file.size()).isZero();
    }
  }

  private UringFile openDirect(Path direct) throws IOException {
    try {
      return uring.openFile(direct, READ, WRITE, CREATE_NEW, ExtendedOptions.DIRECT);
    } catch (FileSystemException e) {
      return Assumptions.abort("the file system of " + directory + " has no O_DIRECT: " + e);
    }
  }

  private static void assertUnaligned(String what, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(what + " is not a multiple of ")
        .hasMessageMatching(".* (4|[1-9]\\d+) bytes, which a file opened with DIRECT needs here");
  }

  // ---- readFully and writeFully

  @Test
  void fullTransfersMoveEverything() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE);
        Arena arena = Arena.ofShared()) {
      file.writeFully(ByteBuffer.wrap("abcd".getBytes()).position(1).limit(3), 1);
      file.writeFully(MemorySegment.ofArray("xy".getBytes()), 9);
      ByteBuffer buffer = ByteBuffer.allocate(6).position(1).limit(5);
      file.readFully(buffer, 0);
      assertThat(buffer.position()).isEqualTo(5);
      assertThat(buffer.array()).isEqualTo(new byte[] {0, '0', 'b', 'c', '3', 0});
      MemorySegment segment = arena.allocate(11);
      file.readFully(segment, 0);
      assertThat(segment.asByteBuffer()).isEqualTo(ByteBuffer.wrap("0bc345678xy".getBytes()));
      file.readFully(ByteBuffer.allocate(0), 99);
      file.readFully(MemorySegment.ofArray(new byte[0]), 99);
      file.writeFully(ByteBuffer.allocate(0), 99);
      file.writeFully(MemorySegment.ofArray(new byte[0]), 99);
      assertThat(file.size()).isEqualTo(11);
    }
  }

  @Test
  void endOfFileIsReportedWithItsOffset() throws IOException {
    try (UringFile file = uring.openFile(path)) {
      ByteBuffer buffer = ByteBuffer.allocate(8);
      assertThatThrownBy(() -> file.readFully(buffer, 7))
          .isInstanceOf(EOFException.class)
          .hasMessage(path + ": the file ends at offset=10, 5 bytes are missing");
      assertThat(buffer.position()).isEqualTo(3);
      assertThat(buffer.array()).startsWith('7', '8', '9', 0);
      byte[] bytes = new byte[8];
      assertThatThrownBy(() -> file.readFully(MemorySegment.ofArray(bytes), 7))
          .isInstanceOf(EOFException.class)
          .hasMessage(path + ": the file ends at offset=10, 5 bytes are missing");
      assertThat(bytes).startsWith('7', '8', '9', 0);
    }
  }
}
