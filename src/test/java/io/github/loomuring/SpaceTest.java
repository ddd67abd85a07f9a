package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

/** The space that files take is set aside, given back, taken out and inserted. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpaceTest {
  private static final byte[] TEXT = "0123456789".getBytes();
  private static final int MIB = 1 << 20;

  /** One of the changes. */
  private interface Change {
    void run(UringFile file, long offset, long length) throws IOException;
  }

  private static final List<Change> ALL =
      List.of(
          UringFile::allocate,
          UringFile::punchHole,
          UringFile::zeroRange,
          UringFile::collapse,
          UringFile::insert);

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;

  @BeforeEach
  void open() throws IOException {
    uring = engine.open();
    path = Files.write(directory.resolve("file"), TEXT);
  }

  @AfterEach
  void close() {
    uring.close();
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private void assumeBlocksMove() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool moves no blocks");
    String type = Files.getFileStore(directory).type();
    Assumptions.assumeTrue(
        type.equals("ext4") || type.equals("xfs"), () -> type + " moves no blocks");
  }

  // ---- allocate

  @Test
  void allocatedRangeIsInsideTheFileAndReadsAsZeros() throws IOException {
    int end = 3 * MIB + 17;
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      file.allocate(5, end - 5);
      assertThat(file.size()).isEqualTo(end);
      if (engine.callsKernel()) {
        assertThat(512 * file.attributes().blocks()).isGreaterThanOrEqualTo(end);
      }
    }
    assertThat(path).hasBinaryContent(Arrays.copyOf(TEXT, end));
  }

  @Test
  void allocatingWhatIsThereChangesNothing() throws IOException {
    byte[] content = randomBytes(2 * MIB);
    Files.write(path, content);
    try (UringFile file = uring.openFile(path, WRITE)) {
      file.allocate(0, content.length);
      file.allocate(MIB, 1);
      file.allocate(content.length - 1, 1);
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void allocatingFarBehindTheEndLeavesZerosBetween() throws IOException {
    try (UringFile file = uring.openFile(path, WRITE)) {
      file.allocate(100_000, 1);
      assertThat(file.size()).isEqualTo(100_001);
    }
    assertThat(path).hasBinaryContent(Arrays.copyOf(TEXT, 100_001));
  }

  @Test
  void appendsFollowWhatWasAllocated() throws IOException {
    try (UringFile file = uring.openFile(path, APPEND)) {
      file.allocate(0, 15);
      file.append(ByteBuffer.wrap(new byte[] {'x'}));
    }
    byte[] expected = Arrays.copyOf(TEXT, 16);
    expected[15] = 'x';
    assertThat(path).hasBinaryContent(expected);
  }

  @Test
  void fileThatWouldBeTooLargeIsRefused() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool would fill the disk first");
    try (UringFile file = uring.openFile(path, WRITE)) {
      assertThatThrownBy(() -> file.allocate(1L << 62, 1))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("allocate at offset=" + (1L << 62) + " of length=1: EFBIG");
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  // ---- zeros

  private void assertZeroes(Change zeroing) throws IOException {
    byte[] content = randomBytes(3 * MIB + 5);
    Files.write(path, content);
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      try {
        zeroing.run(file, 4_000, 2 * MIB);
      } catch (UnsupportedOperationException e) {
        Assumptions.abort(e.getMessage());
      }
      Arrays.fill(content, 4_000, 4_000 + 2 * MIB, (byte) 0);
      zeroing.run(file, 7, 1);
      content[7] = 0;
      zeroing.run(file, content.length - 3, 1_000_000);
      Arrays.fill(content, content.length - 3, content.length, (byte) 0);
      zeroing.run(file, content.length, 10);
      zeroing.run(file, 10L * MIB, 10);
      assertThat(file.size()).isEqualTo(content.length);
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void holeReadsAsZerosAndKeepsTheSize() throws IOException {
    assertZeroes(UringFile::punchHole);
  }

  @Test
  void zeroedRangeReadsAsZerosAndKeepsTheSize() throws IOException {
    assertZeroes(UringFile::zeroRange);
  }

  @Test
  void holeGivesSpaceBack() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool writes zeros");
    Files.write(path, randomBytes(4 * MIB));
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      file.force(true); // until then the file system may count what is not allocated yet
      long blocks = file.attributes().blocks();
      file.punchHole(MIB, 2 * MIB);
      assertThat(file.attributes().blocks()).isLessThanOrEqualTo(blocks - MIB / 512);
    }
  }

  @Test
  void fileOpenedToAppendIsZeroedInPlaceOrNotAtAll() throws IOException {
    byte[] expected = TEXT.clone();
    try (UringFile file = uring.openFile(path, APPEND)) {
      if (engine.callsKernel()) {
        file.punchHole(2, 3);
        Arrays.fill(expected, 2, 5, (byte) 0);
      } else {
        assertThatThrownBy(() -> file.punchHole(2, 3))
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessage(path + ": punchHole at offset=2 of length=3: this needs io_uring");
        assertThatThrownBy(() -> file.zeroRange(2, 3))
            .isInstanceOf(UnsupportedOperationException.class);
      }
    }
    assertThat(path).hasBinaryContent(expected);
  }

  // ---- collapse and insert

  @Test
  void collapsedRangeIsGoneAndInsertedOneIsZeros() throws IOException {
    assumeBlocksMove();
    int block = (int) Files.getFileStore(directory).getBlockSize();
    byte[] content = randomBytes(10 * block + 77);
    Files.write(path, content);
    try (UringFile file = uring.openFile(path, WRITE)) {
      file.collapse(2L * block, 3L * block);
      byte[] shorter = Arrays.copyOf(content, content.length - 3 * block);
      System.arraycopy(content, 5 * block, shorter, 2 * block, content.length - 5 * block);
      assertThat(path).hasBinaryContent(shorter);
      file.insert(2L * block, 3L * block);
      Arrays.fill(content, 2 * block, 5 * block, (byte) 0);
      assertThat(path).hasBinaryContent(content);
    }
  }

  @Test
  void rangeThatIsNotOfWholeBlocksOrNotInsideIsRefusedWithItsValues() throws IOException {
    assumeBlocksMove();
    long block = Files.getFileStore(directory).getBlockSize();
    byte[] content = randomBytes((int) (4 * block));
    Files.write(path, content);
    String refused =
        ": EINVAL (Invalid argument); both must be multiples of the file system's block size, and ";
    try (UringFile file = uring.openFile(path, WRITE)) {
      assertThatThrownBy(() -> file.collapse(1, block))
          .isInstanceOf(FileSystemException.class)
          .hasMessage(
              path
                  + ": collapse at offset=1 of length="
                  + block
                  + refused
                  + "the range's end less than the file's size");
      assertThatThrownBy(() -> file.collapse(block, 3 * block))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("length=" + 3 * block + refused);
      assertThatThrownBy(() -> file.insert(0, 7))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining(
              "insert at offset=0 of length=7" + refused + "offset less than the file's size");
      assertThatThrownBy(() -> file.insert(4 * block, block))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("offset=" + 4 * block);
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void poolMovesNoBlocks() throws IOException {
    Assumptions.assumeFalse(engine.callsKernel(), "the ring does");
    try (UringFile file = uring.openFile(path, WRITE)) {
      assertThatThrownBy(() -> file.collapse(0, 4096))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(path + ": collapse at offset=0 of length=4096: this needs io_uring");
      assertThatThrownBy(() -> file.insert(0, 4096))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  // ---- what is common

  @Test
  void fileThatCannotSeekHasNoSpaceToChange() throws IOException {
    for (OpenOption option : new OpenOption[] {WRITE, APPEND}) {
      try (UringFile file = uring.openFile(Path.of("/dev/null"), option)) {
        for (Change change : ALL) {
          assertThatThrownBy(() -> change.run(file, 3, 5))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageStartingWith("/dev/null: ")
              .hasMessageContaining(" at offset=3 of length=5: this is no regular file");
        }
      }
    }
  }

  @Test
  void interruptedThreadChangesNothingAndKeepsItsStatus() throws IOException {
    byte[] expected = TEXT.clone();
    try (UringFile file = uring.openFile(path, WRITE)) {
      for (Change change : ALL) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> change.run(file, 0, 4096))
            .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(path).hasBinaryContent(TEXT);
      file.punchHole(0, 1);
      expected[0] = 0;
    }
    assertThat(path).hasBinaryContent(expected);
  }
}
