package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code transferTo} and {@code transferFrom} do, whatever a channel runs on. */
abstract class FileChannelTransferContract extends ChannelFixture {
  private static final int LARGE = (3 << 20) + 17;

  /** Transfers all of it, in as many calls as that takes. */
  private static void transferAllTo(
      FileChannel source, long position, long count, WritableByteChannel target)
      throws IOException {
    for (long done = 0; done < count; ) {
      long n = source.transferTo(position + done, count - done, target);
      assertThat(n).isPositive();
      done += n;
    }
  }

  // ---- between files

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100_000, LARGE})
  void bytesGoToWhereTheTargetIs(int length) throws IOException {
    byte[] content = randomBytes(length + 7);
    Path targetPath = file("target", "abc".getBytes());
    try (FileChannel source = open(file("source", content), READ);
        FileChannel target = open(targetPath, WRITE)) {
      source.position(2);
      target.position(5);
      transferAllTo(source, 7, length, target);
      assertThat(source.position()).isEqualTo(2);
      assertThat(target.position()).isEqualTo(5 + length);
    }
    byte[] expected = new byte[5 + length];
    System.arraycopy("abc".getBytes(), 0, expected, 0, 3);
    System.arraycopy(content, 7, expected, 5, length);
    assertThat(targetPath).hasBinaryContent(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100_000, LARGE})
  void bytesComeFromWhereTheSourceIs(int length) throws IOException {
    byte[] content = randomBytes(length + 7);
    Path targetPath = file("target", "abc".getBytes());
    try (FileChannel source = open(file("source", content), READ);
        FileChannel target = open(targetPath, WRITE)) {
      source.position(7);
      target.position(1);
      for (long done = 0; done < length; ) {
        long n = target.transferFrom(source, 5 + done, length - done);
        assertThat(n).isPositive();
        done += n;
        assertThat(source.position()).isEqualTo(7 + done);
      }
      assertThat(target.position()).isEqualTo(1);
    }
    byte[] expected = new byte[5 + length];
    System.arraycopy("abc".getBytes(), 0, expected, 0, 3);
    System.arraycopy(content, 7, expected, 5, length);
    assertThat(targetPath).hasBinaryContent(expected);
  }

  @Test
  void transferEndsWithTheSource() throws IOException {
    Path targetPath = file("target", new byte[0]);
    try (FileChannel source = open(text(), READ);
        FileChannel target = open(targetPath, WRITE)) {
      assertThat(source.transferTo(8, 100, target)).isEqualTo(2);
      assertThat(source.transferTo(8, Long.MAX_VALUE, target)).isEqualTo(2);
      assertThat(source.transferTo(10, 1, target)).isZero();
      assertThat(source.transferTo(11, 1, target)).isZero();
      assertThat(source.transferTo(Long.MAX_VALUE, 1, target)).isZero();
      assertThat(source.transferTo(0, 0, target)).isZero();
      assertThat(target.position()).isEqualTo(4);
      assertThat(target.transferFrom(source.position(7), 4, 100)).isEqualTo(3);
      assertThat(target.transferFrom(source, 7, 100)).isZero();
      assertThat(source.position()).isEqualTo(10);
      assertThat(target.transferFrom(source.position(50), 7, 100)).isZero();
      assertThat(source.position()).isEqualTo(50);
      assertThat(target.transferFrom(source.position(0), 7, 0)).isZero();
    }
    assertThat(targetPath).hasContent("8989789");
  }

  @Test
  void positionBehindTheEndOfTheTargetLeavesAHole() throws IOException {
    Path targetPath = file("target", "ab".getBytes());
    try (FileChannel source = open(text(), READ);
        FileChannel target = open(targetPath, WRITE)) {
      assertThat(target.transferFrom(source, 4, 2)).isEqualTo(2);
    }
    assertThat(targetPath).hasContent("ab\0\0" + "01");
  }

  @Test
  void appendingTargetGetsTheBytesAtItsEnd() throws IOException {
    Path targetPath = file("target", "ab".getBytes());
    try (FileChannel source = open(text(), READ);
        FileChannel target = open(targetPath, APPEND)) {
      assertThat(source.transferTo(3, 2, target)).isEqualTo(2);
      assertThat(target.transferFrom(source.position(6), 0, 2)).isEqualTo(2);
      assertThat(target.position()).isEqualTo(6);
    }
    assertThat(targetPath).hasContent("ab3467");
  }

  @Test
  void filesThatDoNotSayTheirSizeAreTransferred() throws IOException {
    Path version = Path.of("/proc/version");
    String expected = Files.readString(version);
    try (FileChannel source = open(version, READ);
        FileChannel target = open(directory.resolve("copy"), WRITE, CREATE_NEW)) {
      assertThat(source.transferTo(0, 1 << 20, target)).isEqualTo(expected.length());
      assertThat(target.transferFrom(source, expected.length(), 5)).isEqualTo(5);
    }
    assertThat(directory.resolve("copy")).hasContent(expected + expected.substring(0, 5));
  }

  @Test
  void rangesOfOneFileApartFromEachOther() throws IOException {
    byte[] content = randomBytes(LARGE);
    Path path = file("file", content);
    int half = LARGE / 2;
    try (FileChannel channel = open(path, READ, WRITE)) {
      channel.position(half + 1);
      transferAllTo(channel, 0, half, channel);
      assertThat(channel.position()).isEqualTo(2 * half + 1);
    }
    System.arraycopy(content, 0, content, half + 1, half);
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void overlappingRangeMovesToTheFront() throws IOException {
    byte[] content = randomBytes(LARGE);
    Path path = file("file", content);
    int shift = 100_003;
    try (FileChannel channel = open(path, READ, WRITE);
        FileChannel other = open(path, READ)) {
      channel.position(1);
      transferAllTo(channel, 1 + shift, LARGE - 1 - shift, channel);
      System.arraycopy(content, 1 + shift, content, 1, LARGE - 1 - shift);
      assertThat(Files.readAllBytes(path)).isEqualTo(content);
      other.position(shift);
      for (long done = 0; done < LARGE - shift; ) {
        done += channel.transferFrom(other, done, LARGE - shift - done);
      }
    }
    System.arraycopy(content, shift, content, 0, LARGE - shift);
    assertThat(path).hasBinaryContent(content);
  }

  // ---- other channels

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10_000, LARGE})
  void streamsOfAnyLength(int length) throws IOException {
    byte[] content = randomBytes(length);
    try (FileChannel channel = open(file("file", content), READ, WRITE)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      transferAllTo(channel, 0, length, Channels.newChannel(out));
      assertThat(out.toByteArray()).isEqualTo(content);
      assertThat(channel.transferTo(length, 1, Channels.newChannel(out))).isZero();

      ReadableByteChannel in = Channels.newChannel(new ByteArrayInputStream(content));
      long moved = 0;
      for (long n = -1; n != 0; moved += n) {
        n = channel.transferFrom(in, length + moved, Long.MAX_VALUE - length - moved);
      }
      assertThat(moved).isEqualTo(length);
      assertThat(channel.position()).isZero();
    }
    byte[] twice = Arrays.copyOf(content, 2 * length);
    System.arraycopy(content, 0, twice, length, length);
    assertThat(directory.resolve("file")).hasBinaryContent(twice);
  }

  /** Takes and gives a few bytes at a time, and looks at what it gets. */
  private static final class Sparing implements ReadableByteChannel, WritableByteChannel {
    private final int bytesMax;
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final ByteBuffer given;
    private boolean closed;

    Sparing(int bytesMax, byte[] given) {
      this.bytesMax = bytesMax;
      this.given = ByteBuffer.wrap(given);
    }

    @Override
    public int read(ByteBuffer dst) {
      if (!given.hasRemaining()) {
        return -1;
      }
      int n = Math.min(bytesMax, Math.min(given.remaining(), dst.remaining()));
      dst.put(given.slice(given.position(), n));
      given.position(given.position() + n);
      return n;
    }

    @Override
    public int write(ByteBuffer src) {
      int n = Math.min(bytesMax, src.remaining());
      for (int i = 0; i < n; i++) {
        taken.write(src.get());
      }
      return n;
    }

    @Override
    public boolean isOpen() {
      return !closed;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void bytesThatTheTargetDoesNotTakeAreNotLost() throws IOException {
    try (FileChannel channel = open(text(), READ);
        Sparing target = new Sparing(3, new byte[0])) {
      assertThat(channel.transferTo(0, 10, target)).isEqualTo(3);
      assertThat(channel.transferTo(3, 2, target)).isEqualTo(2);
      assertThat(channel.transferTo(5, 10, target)).isEqualTo(3);
      assertThat(target.taken).hasToString("01234567");
      assertThat(channel.position()).isZero();
      assertThat(channel.transferTo(5, 10, new Sparing(0, new byte[0]))).isZero();
    }
  }

  @Test
  void sourceThatGivesLittleIsReadOn() throws IOException {
    Path path = directory.resolve("file");
    try (FileChannel channel = open(path, WRITE, CREATE_NEW);
        Sparing source = new Sparing(3, TEXT.getBytes())) {
      assertThat(channel.transferFrom(source, 0, 8)).isEqualTo(8);
      assertThat(channel.transferFrom(source, 8, 8)).isEqualTo(2);
      assertThat(channel.transferFrom(source, 10, 8)).isZero();
      assertThat(channel.transferFrom(new Sparing(0, TEXT.getBytes()), 10, 8)).isZero();
    }
    assertThat(path).hasContent(TEXT);
  }

  @Test
  void channelThatDoesNotBlockTakesAndGivesWhatItCan() throws IOException {
    byte[] content = randomBytes(1 << 20);
    Pipe pipe = Pipe.open();
    try (FileChannel channel = open(file("file", content), READ);
        FileChannel copy = open(directory.resolve("copy"), READ, WRITE, CREATE_NEW);
        Pipe.SinkChannel sink = pipe.sink();
        Pipe.SourceChannel source = pipe.source()) {
      sink.configureBlocking(false);
      source.configureBlocking(false);
      assertThat(copy.transferFrom(source, 0, 1)).isZero();
      long sent = 0;
      long received = 0;
      boolean full = false;
      while (received < content.length) {
        long n = sent < content.length ? channel.transferTo(sent, 1 << 20, sink) : 0;
        full |= n == 0;
        sent += n;
        if (n == 0) {
          received += copy.transferFrom(source, received, 1 << 20);
        }
      }
      assertThat(full).isTrue();
      assertThat(sent).isEqualTo(content.length);
    }
    assertThat(directory.resolve("copy")).hasBinaryContent(content);
  }

  @Test
  void failureOfTheOtherChannelIsThrownOrToldByTheCount() throws IOException {
    byte[] content = randomBytes(LARGE);
    IOException failure = new IOException("full");
    try (FileChannel channel = open(file("file", content), READ, WRITE)) {
      assertThatThrownBy(() -> channel.transferTo(0, LARGE, failingAfter(0, failure)))
          .isSameAs(failure);
      assertThat(channel.transferTo(0, LARGE, failingAfter(1, failure))).isBetween(1L, LARGE - 1L);
      assertThat(channel.isOpen()).isTrue();
      assertThat(channel.position()).isZero();
    }
  }

  private static WritableByteChannel failingAfter(int writes, IOException failure) {
    return new WritableByteChannel() {
      private int left = writes;

      @Override
      public int write(ByteBuffer src) throws IOException {
        if (left-- == 0) {
          throw failure;
        }
        int n = src.remaining();
        src.position(src.limit());
        return n;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {
        throw new AssertionError("it was not interrupted");
      }
    };
  }

  @Test
  void jdksChannelIsATargetAndASource() throws IOException {
    byte[] content = randomBytes(LARGE);
    Path copy = file("copy", new byte[0]);
    try (FileChannel channel = open(file("file", content), READ, WRITE);
        FileChannel other = FileChannel.open(copy, READ, WRITE)) {
      transferAllTo(channel, 1, LARGE - 1, other);
      assertThat(other.position()).isEqualTo(LARGE - 1);
      other.position(1);
      for (long done = 0; done < LARGE - 2; ) {
        done += channel.transferFrom(other, done, LARGE - 2 - done);
        assertThat(other.position()).isEqualTo(1 + done);
      }
      assertThat(other.position(0).transferFrom(channel, 0, 3)).isEqualTo(3);
      assertThat(other.transferTo(0, 3, channel)).isEqualTo(3);
      assertThat(channel.position()).isEqualTo(6);
    }
    byte[] expected = Arrays.copyOfRange(content, 2, LARGE + 2);
    System.arraycopy(content, LARGE - 2, expected, LARGE - 2, 2);
    System.arraycopy(expected, 0, expected, 3, 3);
    assertThat(directory.resolve("file")).hasBinaryContent(expected);
  }
}
