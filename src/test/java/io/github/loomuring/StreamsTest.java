package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams read and write files as those of the JDK do, and leave them open. */
@ParameterizedClass
@EnumSource(
    names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "POOL_NOTHING_INLINE", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamsTest {
  private static final byte[] TEXT = "0123456789".getBytes();

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

  /** The same calls, at random, on a stream of ours and on one of the JDK. */
  @Test
  void readsAreThoseOfTheJdk() throws IOException {
    byte[] content = randomBytes(500_000);
    content[3] = -1; // which is not the end
    Files.write(path, content);
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      try (UringFile file = uring.openFile(path);
          InputStream ours = file.inputStream();
          InputStream theirs = Files.newInputStream(path)) {
        for (int step = 0; step < 30; step++) {
          String what = "seed " + seed + ", step " + step;
          switch (random.nextInt(6)) {
            case 0 -> assertThat(ours.read()).as(what).isEqualTo(theirs.read());
            case 1 -> {
              byte[] one = new byte[random.nextInt(40_000)];
              byte[] other = one.clone();
              int offset = random.nextInt(one.length + 1);
              int length = random.nextInt(one.length - offset + 1);
              int expected = theirs.readNBytes(other, offset, length);
              assertThat(ours.readNBytes(one, offset, length)).as(what).isEqualTo(expected);
              assertThat(one).as(what).isEqualTo(other);
            }
            case 2 -> {
              long count = random.nextInt(60_000);
              assertThat(ours.skip(count)).as(what).isEqualTo(theirs.skip(count));
            }
            case 3 -> {
              int length = random.nextInt(60_000);
              byte[] expected = theirs.readNBytes(length);
              assertThat(ours.readNBytes(length)).as(what).isEqualTo(expected);
            }
            case 4 -> assertThat(ours.available()).as(what).isEqualTo(theirs.available());
            default -> {
              if (random.nextInt(10) == 0) {
                assertThat(ours.readAllBytes()).as(what).isEqualTo(theirs.readAllBytes());
              }
            }
          }
        }
        assertThat(ours.readAllBytes()).isEqualTo(theirs.readAllBytes());
        assertThat(ours.skip(1)).isZero();
        assertThat(ours.skip(-1)).isZero();
        assertThat(ours.read()).isEqualTo(-1);
        assertThat(ours.read(new byte[5])).isEqualTo(-1);
        assertThat(ours.read(new byte[0])).isZero();
        assertThat(ours.readAllBytes()).isEmpty();
      }
    }
  }

  @Test
  void streamsHavePositionsOfTheirOwn() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE);
        InputStream one = file.inputStream();
        InputStream other = file.inputStream(4);
        OutputStream out = file.outputStream(8)) {
      assertThat(one.read()).isEqualTo('0');
      assertThat(other.read()).isEqualTo('4');
      out.write('x');
      assertThat(one.read()).isEqualTo('1');
      out.write(new byte[] {'-', 'y', 'z', '-'}, 1, 2);
      assertThat(other.readAllBytes()).isEqualTo("567xyz".getBytes());
      assertThat(file.inputStream(99).read()).isEqualTo(-1);
      assertThat(file.inputStream(99).available()).isZero();
    }
    assertThat(path).hasContent("01234567xyz");
  }

  @Test
  void everythingIsWritten() throws IOException {
    byte[] content = randomBytes((3 << 20) + 7);
    try (UringFile file = uring.openFile(path, WRITE);
        OutputStream out = file.outputStream()) {
      out.write(content, 0, 1);
      out.write(content, 1, 2_000_000);
      out.write(content, 2_000_001, content.length - 2_000_001);
      out.write(new byte[0]);
      out.flush();
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void fileOpenedToAppendIsWrittenAtItsEnd() throws IOException {
    try (UringFile file = uring.openFile(path, APPEND);
        OutputStream out = file.outputStream()) {
      out.write(new byte[] {'a', 'b'});
      file.append(ByteBuffer.wrap(new byte[] {'c'}));
      out.write('d');
    }
    assertThat(path).hasContent("0123456789abcd");
  }

  @Test
  void closedStreamLeavesTheFileOpenAndIsNotUsed() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      InputStream in = file.inputStream();
      OutputStream out = file.outputStream();
      in.close();
      in.close();
      out.close();
      out.close();
      assertThat(file.isOpen()).isTrue();
      String message = "the stream of " + path + " is closed";
      assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage(message);
      assertThatThrownBy(in::readAllBytes).hasMessage(message);
      assertThatThrownBy(() -> in.readNBytes(1)).hasMessage(message);
      assertThatThrownBy(in::available).hasMessage(message);
      assertThatThrownBy(() -> in.skip(1)).hasMessage(message);
      assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream())).hasMessage(message);
      assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class).hasMessage(message);
      assertThatThrownBy(() -> file.inputStream().transferTo(out)).hasMessage(message);
    }
    assertThat(path).hasBinaryContent(TEXT);
  }

  @Test
  void streamOfAClosedFileSaysSo() throws IOException {
    UringFile file = uring.openFile(path, READ, WRITE);
    InputStream in = file.inputStream();
    OutputStream out = file.outputStream();
    file.close();
    Class<?> expected = ClosedChannelException.class;
    assertThatThrownBy(in::read).isInstanceOf(expected);
    assertThatThrownBy(in::readAllBytes).isInstanceOf(expected);
    assertThatThrownBy(in::available).isInstanceOf(expected);
    assertThatThrownBy(() -> in.skip(1)).isInstanceOf(expected);
    assertThatThrownBy(() -> in.transferTo(out)).isInstanceOf(expected);
    assertThatThrownBy(() -> out.write(1)).isInstanceOf(expected);
    assertThatThrownBy(file::inputStream).isInstanceOf(expected);
    assertThatThrownBy(file::outputStream).isInstanceOf(expected);
  }

  @Test
  void badArgumentsAreRefused() throws IOException {
    try (UringFile reading = uring.openFile(path, READ);
        UringFile writing = uring.openFile(path, WRITE)) {
      assertThatThrownBy(() -> reading.inputStream(-7))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("offset=-7 is negative");
      assertThatThrownBy(() -> writing.outputStream(-7))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("offset=-7 is negative");
      assertThatThrownBy(writing::inputStream).isInstanceOf(NonReadableChannelException.class);
      assertThatThrownBy(reading::outputStream).isInstanceOf(NonWritableChannelException.class);
      InputStream in = reading.inputStream();
      assertThatThrownBy(() -> in.read(new byte[3], 1, 3))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> in.readNBytes(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> in.transferTo(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> writing.outputStream().write(new byte[3], 1, 3))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void streamIsTransferredToAnyOther() throws IOException {
    byte[] content = randomBytes(1_000_000);
    Files.write(path, content);
    Path copy = directory.resolve("copy");
    try (UringFile file = uring.openFile(path);
        UringFile target = uring.openFile(copy, WRITE, CREATE)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      InputStream in = file.inputStream(10);
      assertThat(in.transferTo(bytes)).isEqualTo(999_990);
      assertThat(bytes.toByteArray()).isEqualTo(Arrays.copyOfRange(content, 10, 1_000_000));
      assertThat(in.read()).isEqualTo(-1);
      OutputStream out = target.outputStream();
      out.write(content, 0, 10);
      InputStream again = file.inputStream(10);
      assertThat(again.transferTo(out)).isEqualTo(999_990);
      assertThat(again.read()).isEqualTo(-1);
      assertThat(again.transferTo(out)).isZero();
      out.write('x');
    }
    byte[] expected = Arrays.copyOf(content, 1_000_001);
    expected[1_000_000] = 'x';
    assertThat(copy).hasBinaryContent(expected);
  }

  @Test
  void fileIsAppendedToItselfOnce() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      assertThat(file.inputStream().transferTo(file.outputStream(10))).isEqualTo(10);
    }
    assertThat(path).hasContent("01234567890123456789");
  }

  @Test
  void filesThatDoNotSayTheirSizeAreReadToTheirEnd() throws Exception {
    Path version = Path.of("/proc/version");
    byte[] expected = Files.readAllBytes(version);
    Path copy = directory.resolve("copy");
    try (UringFile file = uring.openFile(version);
        UringFile target = uring.openFile(copy, WRITE, CREATE)) {
      assertThat(file.inputStream().readAllBytes()).isEqualTo(expected);
      assertThat(file.inputStream().transferTo(target.outputStream())).isEqualTo(expected.length);
      assertThat(copy).hasBinaryContent(expected);
      InputStream in = file.inputStream();
      assertThat(in.available()).isZero();
      assertThat(in.skip(5)).isEqualTo(5);
      assertThat(in.read()).isEqualTo(expected[5]);
    }
    try (UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      fifo.outputStream().write(TEXT);
      InputStream in = fifo.inputStream();
      assertThat(in.read()).isEqualTo('0');
      assertThat(in.skip(3)).isEqualTo(3);
      assertThat(in.readNBytes(6)).isEqualTo("456789".getBytes());
    }
  }

  @Test
  void interruptedStreamGoesOnWhereItWas() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      InputStream in = file.inputStream();
      OutputStream out = file.outputStream(9);
      assertThat(in.read()).isEqualTo('0');
      Thread.currentThread().interrupt();
      assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
      assertThatThrownBy(() -> out.write('x')).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      out.write('y');
      assertThat(in.readAllBytes()).isEqualTo("12345678y".getBytes());
    }
  }
}
