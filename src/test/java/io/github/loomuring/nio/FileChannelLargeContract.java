package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transfers of more than 2 GiB, and positions past 4 GiB, whatever a channel runs on. */
abstract class FileChannelLargeContract extends ChannelFixture {
  private static final long GIB = 1L << 30;

  /** Of one call: MAX_RW_COUNT of linux/fs.h. */
  private static final long MAX_RW_COUNT = 0x7ffff000L;

  private static final int PIECE = 64 << 20;

  /** Buffers of more than 2 GiB together, all of the same memory. */
  private static ByteBuffer[] pieces(ByteBuffer memory) {
    ByteBuffer[] pieces = new ByteBuffer[(int) (2 * GIB / PIECE) + 1];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = memory.duplicate();
    }
    return pieces;
  }

  private static long remaining(ByteBuffer[] buffers) {
    long remaining = 0;
    for (ByteBuffer buffer : buffers) {
      remaining += buffer.remaining();
    }
    return remaining;
  }

  @Test
  void gatheringWriteOfMoreThanTwoGibibytesToNowhere() throws IOException {
    ByteBuffer[] srcs = pieces(ByteBuffer.allocateDirect(PIECE));
    long all = remaining(srcs);
    try (FileChannel channel = open(Path.of("/dev/null"), WRITE)) {
      long n = channel.write(srcs);
      assertThat(n).isBetween(2 * GIB - PIECE, all);
      assertThat(remaining(srcs)).isEqualTo(all - n);
      while (remaining(srcs) > 0) {
        assertThat(channel.write(srcs)).isPositive();
      }
    }
  }

  @Test
  @Tag("long")
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void gatheringWriteAndScatteringReadOfMoreThanTwoGibibytes() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileStore(directory).getUsableSpace() > 6 * GIB, "needs 6 GiB of disk space");
    ByteBuffer memory = ByteBuffer.allocateDirect(PIECE);
    memory.putLong(0, 0x0123456789abcdefL).putLong(PIECE - 8, 0x123456789abcdef0L);
    ByteBuffer[] srcs = pieces(memory);
    long all = remaining(srcs);
    try (FileChannel channel = open(directory.resolve("large"), READ, WRITE, CREATE_NEW)) {
      for (long done = 0; done < all; ) {
        long n = channel.write(srcs);
        assertThat(n).isBetween(1L, Math.max(MAX_RW_COUNT, all));
        done += n;
        assertThat(channel.position()).isEqualTo(done);
        assertThat(remaining(srcs)).isEqualTo(all - done);
      }
      ByteBuffer word = ByteBuffer.allocate(8);
      for (long at = 0; at < all; at += PIECE) {
        channel.read(word.clear(), at);
        assertThat(word.getLong(0)).isEqualTo(0x0123456789abcdefL);
        channel.read(word.clear(), at + PIECE - 8);
        assertThat(word.getLong(0)).isEqualTo(0x123456789abcdef0L);
      }
      channel.position(0);
      ByteBuffer[] dsts = pieces(memory);
      while (remaining(dsts) > 0) {
        assertThat(channel.read(dsts)).isPositive();
      }
      assertThat(channel.position()).isEqualTo(all);
      assertThat(channel.read(new ByteBuffer[] {word.clear()})).isEqualTo(-1);
    }
  }

  @Test
  void transferFromAndToPositionsPastFourGibibytes() throws IOException {
    long far = 5 * GIB + 3;
    try (FileChannel source = open(directory.resolve("source"), READ, WRITE, CREATE_NEW, SPARSE);
        FileChannel target = open(directory.resolve("target"), READ, WRITE, CREATE_NEW, SPARSE)) {
      source.write(bytes("far away"), far);
      target.position(far - 1);
      assertThat(source.transferTo(far, Long.MAX_VALUE, target)).isEqualTo(8);
      assertThat(target.position()).isEqualTo(far + 7);
      assertThat(target.transferFrom(source.position(far + 4), far + 7, 100)).isEqualTo(4);
      ByteBuffer dst = ByteBuffer.allocate(100);
      assertThat(target.read(dst, far - 1)).isEqualTo(12);
      assertThat(string(dst)).isEqualTo("far awayaway");
    }
  }

  @Test
  @Tag("long")
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void transferOfMoreThanTwoGibibytes() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileStore(directory).getUsableSpace() > 6 * GIB, "needs 6 GiB of disk space");
    long size = 2 * GIB + 12_345;
    try (FileChannel source = open(directory.resolve("source"), READ, WRITE, CREATE_NEW, SPARSE);
        FileChannel target = open(directory.resolve("target"), READ, WRITE, CREATE_NEW)) {
      source.write(bytes("end"), size - 3);
      for (long done = 0; done < size; ) {
        long n = source.transferTo(done, size - done, target);
        assertThat(n).isPositive();
        done += n;
        assertThat(target.position()).isEqualTo(done);
      }
      assertThat(target.size()).isEqualTo(size);
      ByteBuffer dst = ByteBuffer.allocate(5);
      target.read(dst, size - 5);
      assertThat(string(dst)).isEqualTo("\0\0end");
    }
  }
}
