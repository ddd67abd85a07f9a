package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
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

/** Bytes go from file to file, whatever the files are. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransferTest {
  private static final byte[] TEXT = "0123456789".getBytes();

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path from;
  private Path to;

  @BeforeEach
  void open() {
    uring = engine.open();
    from = directory.resolve("from");
    to = directory.resolve("to");
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

  /** What {@code target} holds after {@code count} bytes of {@code source} were put into it. */
  private static byte[] after(
      byte[] target, int targetOffset, byte[] source, int offset, int count) {
    byte[] result = Arrays.copyOf(target, Math.max(target.length, targetOffset + count));
    System.arraycopy(source, offset, result, targetOffset, count);
    return result;
  }

  @Test
  void rangesAreCopiedIntoPlace() throws IOException {
    byte[] source = randomBytes((3 << 20) + 17);
    byte[] target = new byte[100_000];
    Arrays.fill(target, (byte) 1);
    int[][] ranges = {
      {0, source.length, 0}, {5, 70_000, 3}, {4_096, 8_192, 12_288}, {1, 1, 99_999}, {0, 9, 200_000}
    };
    Files.write(from, source);
    for (int[] range : ranges) {
      Files.write(to, target);
      try (UringFile one = uring.openFile(from);
          UringFile other = uring.openFile(to, WRITE)) {
        assertThat(one.transferTo(range[0], range[1], other, range[2])).isEqualTo(range[1]);
      }
      assertThat(to).hasBinaryContent(after(target, range[2], source, range[0], range[1]));
    }
    assertThat(from).hasBinaryContent(source);
  }

  @Test
  void copyEndsWhereTheSourceDoes() throws IOException {
    Files.write(from, TEXT);
    try (UringFile one = uring.openFile(from);
        UringFile other = uring.openFile(to, WRITE, CREATE)) {
      assertThat(one.transferTo(7, 100, other, 0)).isEqualTo(3);
      assertThat(one.transferTo(10, 100, other, 0)).isZero();
      assertThat(one.transferTo(99, 100, other, 0)).isZero();
      assertThat(one.transferTo(0, 0, other, 0)).isZero();
      assertThat(one.transferTo(Long.MAX_VALUE, Long.MAX_VALUE, other, 0)).isZero();
      assertThat(to).hasContent("789");
      assertThat(one.transferTo(8, Long.MAX_VALUE, other, 3)).isEqualTo(2);
    }
    assertThat(to).hasContent("78989");
  }

  @Test
  void emptyFileHasNothing() throws IOException {
    Files.write(from, new byte[0]);
    try (UringFile one = uring.openFile(from, READ, WRITE);
        UringFile other = uring.openFile(to, WRITE, CREATE)) {
      assertThat(one.transferTo(0, 100, other, 0)).isZero();
      assertThat(one.transferTo(0, 100, one, 0)).isZero();
      assertThat(other.size()).isZero();
    }
  }

  @Test
  void fileOpenedToAppendIsWrittenAtItsEnd() throws IOException {
    byte[] source = randomBytes(600_000);
    Files.write(from, source);
    Files.write(to, TEXT);
    try (UringFile one = uring.openFile(from);
        UringFile other = uring.openFile(to, APPEND)) {
      assertThat(one.transferTo(3, 500_000, other, 1)).isEqualTo(500_000);
    }
    assertThat(to).hasBinaryContent(after(TEXT, 10, source, 3, 500_000));
  }

  @Test
  void fileIsAppendedToItselfOnce() throws IOException {
    byte[] source = randomBytes(600_000);
    Files.write(from, source);
    try (UringFile one = uring.openFile(from);
        UringFile other = uring.openFile(from, APPEND)) {
      assertThat(one.transferTo(0, Long.MAX_VALUE, other, 0)).isEqualTo(600_000);
    }
    assertThat(from).hasBinaryContent(after(source, 600_000, source, 0, 600_000));
  }

  @Test
  void rangesOfOneFileMayNotOverlap() throws IOException {
    byte[] content = randomBytes(300_000);
    Files.write(from, content);
    try (UringFile one = uring.openFile(from, READ, WRITE);
        UringFile second = uring.openFile(from, READ, WRITE)) {
      for (UringFile target : new UringFile[] {one, second}) {
        assertThatThrownBy(() -> one.transferTo(0, 100, target, 99))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("offset=0, targetOffset=99: ranges of length=100 in one file overlap");
        assertThatThrownBy(() -> one.transferTo(50, 100, target, 0))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> one.transferTo(5, 1, target, 5))
            .isInstanceOf(IllegalArgumentException.class);
        assertThat(from).hasBinaryContent(content);
      }
      for (UringFile target : new UringFile[] {one, second}) {
        assertThat(one.transferTo(0, 100, target, 100)).isEqualTo(100);
        assertThat(one.transferTo(200_000, Long.MAX_VALUE, target, 100_000)).isEqualTo(100_000);
        assertThat(one.transferTo(0, 300_000, target, 300_000)).isEqualTo(300_000);
        one.truncate(300_000);
      }
    }
    byte[] expected = after(content, 100, content, 0, 100);
    expected = after(expected, 100_000, content, 200_000, 100_000);
    assertThat(from).hasBinaryContent(expected);
  }

  @Test
  void filesOfDifferentEnginesAreCopied() throws IOException {
    byte[] source = randomBytes(700_000);
    Files.write(from, source);
    for (Engines otherEngine : new Engines[] {Engines.RING, Engines.POOL}) {
      Files.deleteIfExists(to);
      try (Uring otherUring = otherEngine.open();
          UringFile one = uring.openFile(from, READ, WRITE);
          UringFile other = otherUring.openFile(to, READ, WRITE, CREATE);
          UringFile same = otherUring.openFile(from, READ, WRITE)) {
        assertThat(one.transferTo(0, 1 << 20, other, 5)).isEqualTo(source.length);
        assertThat(to).hasBinaryContent(after(new byte[5], 5, source, 0, source.length));
        assertThatThrownBy(() -> one.transferTo(0, 100, same, 99))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> same.transferTo(0, 100, one, 99))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(from).hasBinaryContent(source);
  }

  // ---- what copy_file_range cannot, or not everywhere

  @Test
  void procFileIsCopiedToItsEnd() throws IOException {
    try (UringFile one = uring.openFile(Path.of("/proc/version"));
        UringFile other = uring.openFile(to, WRITE, CREATE)) {
      byte[] version = Files.readAllBytes(one.path());
      assertThat(one.transferTo(0, Long.MAX_VALUE, other, 0)).isEqualTo(version.length);
      assertThat(to).hasBinaryContent(version);
      assertThat(one.transferTo(3, 2, other, 0)).isEqualTo(2);
      assertThat(to).hasBinaryContent(after(version, 0, version, 3, 2));
    }
  }

  @Test
  void fileOfAnotherFileSystemIsCopied() throws IOException {
    Path shm = Path.of("/dev/shm");
    Assumptions.assumeTrue(
        Files.isWritable(shm) && !Files.getFileStore(shm).equals(Files.getFileStore(directory)),
        "there is no second file system at /dev/shm");
    byte[] source = randomBytes(700_000);
    Files.write(from, source);
    Path far = Files.createTempFile(shm, "loom-uring-", null);
    try (UringFile one = uring.openFile(from);
        UringFile other = uring.openFile(far, READ, WRITE);
        UringFile back = uring.openFile(to, WRITE, CREATE)) {
      assertThat(one.transferTo(0, 1 << 20, other, 3)).isEqualTo(source.length);
      assertThat(far).hasBinaryContent(after(new byte[3], 3, source, 0, source.length));
      assertThat(other.transferTo(3, 1 << 20, back, 0)).isEqualTo(source.length);
      assertThat(to).hasBinaryContent(source);
    } finally {
      Files.delete(far);
    }
  }

  @Test
  void filesThatCannotSeekGiveAndTakeInTheirOrder() throws Exception {
    Files.write(from, TEXT);
    try (UringFile one = uring.openFile(from);
        UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
        UringFile other = uring.openFile(to, WRITE, CREATE);
        UringFile zeros = uring.openFile(Path.of("/dev/zero"));
        UringFile nothing = uring.openFile(Path.of("/dev/null"), READ, WRITE)) {
      assertThat(one.transferTo(2, 5, fifo, 1_000)).isEqualTo(5);
      assertThat(fifo.transferTo(99, 3, other, 1)).isEqualTo(3);
      assertThat(fifo.transferTo(99, 2, other, 4)).isEqualTo(2);
      assertThat(to).hasBinaryContent(after(new byte[1], 1, TEXT, 2, 5));
      assertThat(zeros.transferTo(0, 1_000_000, other, 2)).isEqualTo(1_000_000);
      assertThat(to).hasBinaryContent(after(new byte[1_000_002], 1, TEXT, 2, 1));
      assertThat(one.transferTo(0, 100, nothing, 0)).isEqualTo(10);
      assertThat(nothing.transferTo(0, 100, other, 0)).isZero();
    }
  }

  @Test
  void directFilesAreCopied() throws IOException {
    byte[] source = randomBytes(1 << 20);
    Files.write(from, source);
    Files.write(to, TEXT);
    UringFile one;
    try {
      one = uring.openFile(from, READ, ExtendedOptions.DIRECT);
    } catch (FileSystemException e) {
      Assumptions.abort("the file system of " + directory + " has no O_DIRECT: " + e);
      return;
    }
    try (one;
        UringFile other = uring.openFile(to, WRITE, ExtendedOptions.DIRECT)) {
      assertThat(one.transferTo(0, 1 << 20, other, 0)).isEqualTo(1 << 20);
    }
    assertThat(to).hasBinaryContent(source);
  }

  // ---- what is refused

  @Test
  void fullDeviceSaysSo() throws IOException {
    Files.write(from, TEXT);
    try (UringFile one = uring.openFile(from);
        UringFile full = uring.openFile(Path.of("/dev/full"), WRITE)) {
      assertThatThrownBy(() -> one.transferTo(0, 10, full, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
    }
  }

  @Test
  void badArgumentsAreRefusedByName() throws IOException {
    Files.write(from, TEXT);
    try (UringFile one = uring.openFile(from, READ);
        UringFile other = uring.openFile(to, WRITE, CREATE)) {
      assertThatThrownBy(() -> one.transferTo(0, 1, null, 0))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("target");
      assertRefused("offset=-7 is negative", () -> one.transferTo(-7, 1, other, 0));
      assertRefused("count=-7 is negative", () -> one.transferTo(0, -7, other, 0));
      assertRefused("targetOffset=-7 is negative", () -> one.transferTo(0, 1, other, -7));
      assertThatThrownBy(() -> other.transferTo(0, 1, other, 9))
          .isInstanceOf(NonReadableChannelException.class);
      assertThatThrownBy(() -> one.transferTo(0, 1, one, 9))
          .isInstanceOf(NonWritableChannelException.class);
    }
    assertThat(from).hasBinaryContent(TEXT);
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void closedFilesAreNotUsed() throws IOException {
    Files.write(from, TEXT);
    try (UringFile one = uring.openFile(from);
        UringFile other = uring.openFile(to, WRITE, CREATE)) {
      UringFile closed = uring.openFile(from, READ, WRITE);
      closed.close();
      assertThatThrownBy(() -> closed.transferTo(0, 1, other, 0))
          .isExactlyInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> one.transferTo(0, 1, closed, 0))
          .isExactlyInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void interruptAndDeadlineBeforeTheCopyEndItAtOnce() throws IOException {
    Files.write(from, TEXT);
    try (UringFile one = uring.openFile(from);
        UringFile other = uring.openFile(to, WRITE, CREATE)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> one.transferTo(0, 10, other, 0))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThatThrownBy(
              () -> Deadline.within(Duration.ZERO, () -> one.transferTo(0, 10, other, 0)))
          .isInstanceOf(FileTimeoutException.class);
      assertThat(other.size()).isZero();
      assertThat(one.transferTo(0, 10, other, 0)).isEqualTo(10);
    }
  }

  @Test
  void interruptedCopyFromAFifoTellsWhatItCopied() throws Exception {
    try (UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
        UringFile other = uring.openFile(to, READ, WRITE, CREATE)) {
      fifo.write(ByteBuffer.wrap(TEXT), 0);
      long[] copied = {-1};
      boolean[] interrupted = {false};
      Thread copier =
          Thread.startVirtualThread(
              () -> {
                try {
                  copied[0] = fifo.transferTo(0, 100, other, 0);
                } catch (IOException e) {
                  copied[0] = -2;
                }
                interrupted[0] = Thread.currentThread().isInterrupted();
              });
      while (other.size() < 10) {
        Thread.onSpinWait();
      }
      copier.interrupt();
      if (!engine.callsKernel()) {
        fifo.write(ByteBuffer.wrap(TEXT), 0); // ends the read, which an interrupt does not
      }
      copier.join();
      // On the pool the second part was read when the interrupt came to be seen: it is lost.
      assertThat(copied[0]).isEqualTo(10);
      assertThat(interrupted[0]).isTrue();
    }
  }

  /** A piece that has begun ends first, so that no descriptor is closed under it. */
  @Test
  void closeOfTheTargetEndsTheCopyBetweenPieces() throws Exception {
    long length = 1L << 30;
    try (UringFile one = uring.openFile(from, READ, WRITE, CREATE_NEW, SPARSE)) {
      one.write(ByteBuffer.wrap(new byte[] {'x'}), length - 1);
      UringFile other = uring.openFile(to, WRITE, CREATE);
      long[] copied = {-1};
      Thread copier =
          Thread.startVirtualThread(
              () -> {
                try {
                  copied[0] = one.transferTo(0, length, other, 0);
                } catch (IOException e) {
                  copied[0] = e instanceof AsynchronousCloseException ? 0 : -2;
                }
              });
      while (Files.size(to) == 0) {
        Thread.onSpinWait();
      }
      other.close();
      long size = Files.size(to);
      copier.join();
      assertThat(copied[0]).isBetween(0L, length - 1);
      assertThat(Files.size(to)).isEqualTo(size);
      assertThat(size).isGreaterThanOrEqualTo(copied[0]);
    }
  }
}
