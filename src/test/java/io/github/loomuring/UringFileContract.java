package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Buffers;
import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.TestFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an open file does, whatever it runs on. {@link java.nio.channels.FileChannel} passes too, so
 * the expectations are its.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class UringFileContract {
  private static final byte[] TEXT = "0123456789".getBytes();

  @TempDir Path directory;
  private TestFile.Opener opener;

  abstract TestFile.Opener opener();

  @BeforeEach
  void openEngine() {
    opener = opener();
  }

  @AfterEach
  void closeEngine() {
    opener.close();
  }

  private Path fileOf(byte[] content) throws IOException {
    return Files.write(directory.resolve("file"), content);
  }

  private TestFile open(Path path, OpenOption... options) throws IOException {
    return opener.open(path, options);
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  // ---- reading

  @ParameterizedTest
  @EnumSource
  void readFillsTheBufferBetweenPositionAndLimit(Buffers kind) throws IOException {
    try (TestFile file = open(fileOf(TEXT))) {
      ByteBuffer dst = kind.allocate(8).position(2).limit(5);
      assertThat(file.read(dst, 4)).isEqualTo(3);
      assertThat(dst.position()).isEqualTo(5);
      assertThat(dst.limit()).isEqualTo(5);
      assertThat(Buffers.bytes(dst)).isEqualTo(new byte[] {0, 0, '4', '5', '6', 0, 0, 0});
    }
  }

  @ParameterizedTest
  @EnumSource
  void readIsShortAtTheEndAndMinusOneBehindIt(Buffers kind) throws IOException {
    try (TestFile file = open(fileOf(TEXT))) {
      ByteBuffer dst = kind.allocate(8);
      assertThat(file.read(dst, 7)).isEqualTo(3);
      assertThat(dst.position()).isEqualTo(3);
      assertThat(file.read(dst, 10)).isEqualTo(-1);
      assertThat(file.read(dst, 11)).isEqualTo(-1);
      assertThat(file.read(dst, 1L << 60)).isEqualTo(-1);
      assertThat(dst.position()).isEqualTo(3);
      assertThat(Buffers.bytes(dst)).isEqualTo(new byte[] {'7', '8', '9', 0, 0, 0, 0, 0});
    }
  }

  @ParameterizedTest
  @EnumSource
  void bufferWithoutRoomReadsAndWritesNothing(Buffers kind) throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, READ, WRITE)) {
      for (ByteBuffer buffer : new ByteBuffer[] {kind.allocate(0), kind.allocate(4).position(4)}) {
        for (long offset : new long[] {0, 10, 99}) {
          int position = buffer.position();
          assertThat(file.read(buffer, offset)).isZero();
          assertThat(file.write(buffer, offset)).isZero();
          assertThat(file.append(buffer)).isZero();
          assertThat(buffer.position()).isEqualTo(position);
        }
      }
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void emptyFileIsAtItsEnd() throws IOException {
    try (TestFile file = open(fileOf(new byte[0]))) {
      assertThat(file.read(ByteBuffer.allocate(1), 0)).isEqualTo(-1);
      assertThat(file.size()).isZero();
    }
  }

  @Test
  void readOnlyBufferCannotBeReadInto() throws IOException {
    try (TestFile file = open(fileOf(TEXT))) {
      for (Buffers kind : Buffers.values()) {
        ByteBuffer dst = kind.allocate(4).asReadOnlyBuffer();
        assertThatThrownBy(() -> file.read(dst, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(dst.position()).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalMebibytesGoInOneCall(Buffers kind) throws IOException {
    byte[] content = randomBytes((3 << 20) + 123);
    Path path = directory.resolve("large");
    try (TestFile file = open(path, READ, WRITE, CREATE_NEW)) {
      ByteBuffer src = kind.of(content);
      assertThat(file.write(src, 77)).isEqualTo(content.length);
      assertThat(src.hasRemaining()).isFalse();
      ByteBuffer dst = kind.allocate(content.length + 1_000);
      assertThat(file.read(dst, 77)).isEqualTo(content.length);
      assertThat(dst.flip()).isEqualTo(ByteBuffer.wrap(content));
      assertThat(file.size()).isEqualTo(77 + content.length);
    }
  }

  // ---- writing

  @ParameterizedTest
  @EnumSource
  void writeTakesTheBytesBetweenPositionAndLimit(Buffers kind) throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, WRITE)) {
      ByteBuffer whole = kind.of("abcdefgh".getBytes());
      for (ByteBuffer src : new ByteBuffer[] {whole, whole.asReadOnlyBuffer()}) {
        src.position(2).limit(5);
        assertThat(file.write(src, 4)).isEqualTo(3);
        assertThat(src.position()).isEqualTo(5);
        assertThat(src.limit()).isEqualTo(5);
      }
      assertThat(Buffers.bytes(whole)).isEqualTo("abcdefgh".getBytes());
    }
    assertThat(path).hasContent("0123cde789");
  }

  @Test
  void writeAcrossTheEndExtendsTheFile() throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, WRITE)) {
      assertThat(file.write(ByteBuffer.wrap("abcd".getBytes()), 8)).isEqualTo(4);
      assertThat(file.size()).isEqualTo(12);
    }
    assertThat(path).hasContent("01234567abcd");
  }

  @Test
  void holeReadsAsZeros() throws IOException {
    try (TestFile file = open(fileOf(TEXT), READ, WRITE, SPARSE)) {
      assertThat(file.write(ByteBuffer.wrap(new byte[] {'x'}), 100_000)).isEqualTo(1);
      ByteBuffer dst = ByteBuffer.allocate(100_001);
      assertThat(file.read(dst, 0)).isEqualTo(100_001);
      byte[] expected = Arrays.copyOf(TEXT, 100_001);
      expected[100_000] = 'x';
      assertThat(dst.array()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void appendGoesToTheEnd(Buffers kind) throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, WRITE)) {
      ByteBuffer src = kind.of("abcd".getBytes()).position(1).limit(3);
      assertThat(file.append(src)).isEqualTo(2);
      assertThat(src.position()).isEqualTo(3);
      file.write(ByteBuffer.wrap(new byte[] {'-'}), 0);
      assertThat(file.append(kind.of("e".getBytes()).asReadOnlyBuffer())).isEqualTo(1);
    }
    assertThat(path).hasContent("-123456789bce");
  }

  @Test
  void appendIsOfAnyLength() throws IOException {
    byte[] content = randomBytes((2 << 20) + 5);
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, APPEND)) {
      assertThat(file.append(ByteBuffer.wrap(content))).isEqualTo(content.length);
    }
    assertThat(
            Arrays.mismatch(
                Files.readAllBytes(path), 10, 10 + content.length, content, 0, content.length))
        .isEqualTo(-1);
  }

  @Test
  void fileOpenedToAppendIgnoresTheOffset() throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, APPEND)) {
      assertThat(file.write(ByteBuffer.wrap("ab".getBytes()), 3)).isEqualTo(2);
      assertThat(file.write(ByteBuffer.wrap("cd".getBytes()), 1_000)).isEqualTo(2);
      assertThat(file.append(ByteBuffer.wrap("ef".getBytes()))).isEqualTo(2);
    }
    assertThat(path).hasContent("0123456789abcdef");
  }

  // ---- size, truncate, force

  @Test
  void truncateOnlyShortens() throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, READ, WRITE)) {
      file.truncate(11);
      assertThat(file.size()).isEqualTo(10);
      file.truncate(Long.MAX_VALUE);
      assertThat(file.size()).isEqualTo(10);
      file.truncate(10);
      assertThat(file.size()).isEqualTo(10);
      file.truncate(4);
      assertThat(file.size()).isEqualTo(4);
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(4);
      assertThat(file.read(ByteBuffer.allocate(9), 4)).isEqualTo(-1);
      file.write(ByteBuffer.wrap(new byte[] {'x'}), 6);
    }
    assertThat(path).hasBinaryContent(new byte[] {'0', '1', '2', '3', 0, 0, 'x'});
  }

  @Test
  void truncateToZeroEmptiesTheFile() throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, APPEND)) {
      file.truncate(0);
      assertThat(file.size()).isZero();
      file.append(ByteBuffer.wrap(new byte[] {'a'}));
    }
    assertThat(path).hasContent("a");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void negativeOffsetAndSizeAreRefused(long negative) throws IOException {
    try (TestFile file = open(fileOf(TEXT), READ, WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(1);
      Class<?> expected = IllegalArgumentException.class;
      assertThatThrownBy(() -> file.read(buffer, negative)).isInstanceOf(expected);
      assertThatThrownBy(() -> file.write(buffer, negative)).isInstanceOf(expected);
      assertThatThrownBy(() -> file.truncate(negative)).isInstanceOf(expected);
      assertThat(buffer.position()).isZero();
    }
  }

  @Test
  void nullBufferIsRefused() throws IOException {
    try (TestFile file = open(fileOf(TEXT), READ, WRITE)) {
      Class<?> expected = NullPointerException.class;
      assertThatThrownBy(() -> file.read(null, 0)).isInstanceOf(expected);
      assertThatThrownBy(() -> file.write(null, 0)).isInstanceOf(expected);
      assertThatThrownBy(() -> file.append(null)).isInstanceOf(expected);
    }
  }

  @Test
  void forceWorksOnEveryFile() throws IOException {
    Path path = fileOf(TEXT);
    for (OpenOption option : new OpenOption[] {READ, WRITE, APPEND}) {
      try (TestFile file = open(path, option)) {
        file.force(false);
        file.force(true);
      }
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void writePastTheLargestFileFails() throws IOException {
    try (TestFile file = open(fileOf(TEXT), WRITE)) {
      ByteBuffer src = ByteBuffer.allocate(1);
      // EFBIG
      assertThatThrownBy(() -> file.write(src, Long.MAX_VALUE - 1)).isInstanceOf(IOException.class);
      assertThat(src.position()).isZero();
      assertThat(file.size()).isEqualTo(10);
    }
  }

  // ---- access

  @Test
  void fileOpenedToWriteCannotBeRead() throws IOException {
    Path path = fileOf(TEXT);
    for (OpenOption option : new OpenOption[] {WRITE, APPEND}) {
      try (TestFile file = open(path, option)) {
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
            .isInstanceOf(NonReadableChannelException.class);
      }
    }
  }

  @Test
  void fileOpenedToReadCannotBeChanged() throws IOException {
    Path path = fileOf(TEXT);
    try (TestFile file = open(path, READ)) {
      ByteBuffer src = ByteBuffer.allocate(1);
      Class<?> expected = NonWritableChannelException.class;
      assertThatThrownBy(() -> file.write(src, 0)).isInstanceOf(expected);
      assertThatThrownBy(() -> file.append(src)).isInstanceOf(expected);
      assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(expected);
      assertThat(src.position()).isZero();
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void closedFileRefusesEverything() throws IOException {
    TestFile file = open(fileOf(TEXT), READ, WRITE);
    assertThat(file.isOpen()).isTrue();
    file.close();
    file.close();
    assertThat(file.isOpen()).isFalse();
    ByteBuffer buffer = ByteBuffer.allocate(1);
    ByteBuffer empty = ByteBuffer.allocate(0);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> file.read(buffer, 0),
          () -> file.read(empty, 0),
          () -> file.write(buffer, 0),
          () -> file.write(empty, 0),
          () -> file.append(buffer),
          () -> file.force(true),
          () -> file.force(false),
          file::size,
          () -> file.truncate(0)
        }) {
      assertThatThrownBy(call).isExactlyInstanceOf(ClosedChannelException.class);
    }
    assertThat(buffer.position()).isZero();
  }

  // ---- files that are not in a directory tree of a disk

  @Test
  void procFileIsReadToItsEnd() throws IOException {
    Path path = Path.of("/proc/version");
    try (TestFile file = open(path)) {
      assertThat(file.size()).isZero();
      ByteBuffer dst = ByteBuffer.allocateDirect(10_000);
      int first = file.read(dst.limit(7), 0);
      assertThat(first).isEqualTo(7);
      int n;
      do {
        n = file.read(dst.limit(dst.capacity()), dst.position());
      } while (n > 0);
      assertThat(n).isEqualTo(-1);
      assertThat(dst.flip()).isEqualTo(ByteBuffer.wrap(Files.readAllBytes(path)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void zeroDeviceFillsTheBuffer(Buffers kind) throws IOException {
    byte[] ones = new byte[100_000];
    Arrays.fill(ones, (byte) 1);
    try (TestFile file = open(Path.of("/dev/zero"), READ)) {
      ByteBuffer dst = kind.of(ones);
      while (dst.hasRemaining()) { // the device stops short when another task wants the processor
        assertThat(file.read(dst, 0)).isPositive();
      }
      assertThat(Buffers.bytes(dst)).isEqualTo(new byte[ones.length]);
    }
  }

  @Test
  void nullDeviceTakesEverythingAndHasNothing() throws IOException {
    try (TestFile file = open(Path.of("/dev/null"), READ, WRITE)) {
      assertThat(file.write(ByteBuffer.allocate(5_000), 0)).isEqualTo(5_000);
      assertThat(file.read(ByteBuffer.allocate(1), 0)).isEqualTo(-1);
      assertThat(file.size()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void fullDeviceSaysSo(Buffers kind) throws IOException {
    try (TestFile file = open(Path.of("/dev/full"), WRITE)) {
      ByteBuffer src = kind.allocate(5_000);
      assertThatThrownBy(() -> file.write(src, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      assertThat(src.position()).isZero();
    }
  }

  @Test
  void directoryOpensAndCannotBeRead() throws IOException {
    try (TestFile file = open(directory, READ)) {
      assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Is a directory");
    }
  }

  // ---- DIRECT

  @Test
  void directFileMovesAlignedBytes() throws IOException {
    Path path = directory.resolve("direct");
    try (TestFile file = openDirect(path)) {
      int block = (int) Files.getFileStore(path).getBlockSize();
      byte[] content = randomBytes(3 * block);
      ByteBuffer memory = ByteBuffer.allocateDirect(4 * block).alignedSlice(block);
      ByteBuffer src = memory.slice(0, 3 * block).put(content).flip();
      assertThat(file.write(src, 0)).isEqualTo(content.length);
      ByteBuffer direct = memory.slice(0, 2 * block);
      assertThat(file.read(direct, block)).isEqualTo(2 * block);
      byte[] expected = Arrays.copyOfRange(content, block, 3 * block);
      assertThat(Buffers.bytes(direct)).isEqualTo(expected);
      ByteBuffer heap = ByteBuffer.allocate(2 * block); // goes through memory that is aligned
      assertThat(file.read(heap, block)).isEqualTo(2 * block);
      assertThat(heap.array()).isEqualTo(expected);
      assertThat(file.read(heap.rewind(), 3L * block)).isEqualTo(-1);
      assertThat(file.write(ByteBuffer.wrap(expected), 0)).isEqualTo(expected.length);
      assertThat(file.read(heap.rewind(), 0)).isEqualTo(2 * block);
      assertThat(heap.array()).isEqualTo(expected);
    }
  }

  @Test
  void directFileRefusesWhatIsNotAligned() throws IOException {
    Path path = directory.resolve("direct");
    try (TestFile file = openDirect(path)) {
      int block = (int) Files.getFileStore(path).getBlockSize();
      ByteBuffer aligned = ByteBuffer.allocateDirect(3 * block).alignedSlice(block);
      file.write(aligned.duplicate().limit(2 * block), 0);
      assertThatThrownBy(() -> file.read(aligned.slice(0, block), 1))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> file.read(aligned.slice(0, block - 1), 0))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> file.read(aligned.slice(1, block), 0))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> file.write(aligned.slice(0, block), 1))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(block - 1), 0))
          .isInstanceOf(IOException.class);
    }
  }

  private TestFile openDirect(Path path) throws IOException {
    Set<OpenOption> options = Set.of(READ, WRITE, CREATE, ExtendedOptions.DIRECT);
    try (TestFile.Opener jdk = TestFile.jdk()) {
      jdk.open(path, options).close();
    } catch (IOException e) {
      Assumptions.abort("the file system of " + directory + " has no O_DIRECT: " + e);
    }
    return opener.open(path, options);
  }
}
