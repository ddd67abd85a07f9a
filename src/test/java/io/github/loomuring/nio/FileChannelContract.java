package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Buffers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a file channel does, whatever it runs on: reading, writing, position, size, bad input. */
abstract class FileChannelContract extends ChannelFixture {
  // ---- the position

  @ParameterizedTest
  @EnumSource
  void readsFollowEachOther(Buffers kind) throws IOException {
    try (FileChannel channel = open(text())) {
      assertThat(channel.position()).isZero();
      ByteBuffer dst = kind.allocate(8).limit(4);
      assertThat(channel.read(dst)).isEqualTo(4);
      assertThat(channel.position()).isEqualTo(4);
      assertThat(channel.read(dst.limit(7))).isEqualTo(3);
      assertThat(string(dst)).isEqualTo("0123456");
      assertThat(channel.read(dst.clear())).isEqualTo(3);
      assertThat(string(dst)).isEqualTo("789");
      assertThat(channel.position()).isEqualTo(10);
      assertThat(channel.read(dst.clear())).isEqualTo(-1);
      assertThat(channel.position()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @EnumSource
  void writesFollowEachOther(Buffers kind) throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, WRITE)) {
      assertThat(channel.write(kind.of("abc".getBytes()))).isEqualTo(3);
      assertThat(channel.position()).isEqualTo(3);
      assertThat(channel.write(kind.of("defghijkl".getBytes()).position(1))).isEqualTo(8);
      assertThat(channel.position()).isEqualTo(11);
      assertThat(channel.size()).isEqualTo(11);
    }
    assertThat(path).hasContent("abcefghijkl");
  }

  @Test
  void positionIsSetAndGivesTheChannel() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      assertThat(channel.position(7)).isSameAs(channel);
      assertThat(channel.position()).isEqualTo(7);
      ByteBuffer dst = ByteBuffer.allocate(2);
      channel.read(dst);
      assertThat(string(dst)).isEqualTo("78");
      channel.position(0).write(bytes("x"));
      channel.read(dst.clear());
      assertThat(string(dst)).isEqualTo("12");
    }
  }

  @Test
  void positionBehindTheEndReadsNothingAndLeavesAHole() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      assertThat(channel.position(12).size()).isEqualTo(10);
      assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(channel.position()).isEqualTo(12);
      channel.write(bytes("x"));
      assertThat(channel.position()).isEqualTo(13);
    }
    assertThat(path).hasContent("0123456789\0\0x");
  }

  @Test
  void positionReachesPastFourGibibytes() throws IOException {
    long far = (5L << 30) + 3;
    try (FileChannel channel = open(directory.resolve("far"), READ, WRITE, CREATE_NEW, SPARSE)) {
      channel.position(far).write(bytes("far"));
      assertThat(channel.position()).isEqualTo(far + 3);
      assertThat(channel.size()).isEqualTo(far + 3);
      ByteBuffer dst = ByteBuffer.allocate(5);
      assertThat(channel.read(dst, far)).isEqualTo(3);
      assertThat(channel.position(far + 1).read(dst)).isEqualTo(2);
      assertThat(string(dst)).isEqualTo("farar");
    }
  }

  @Test
  void readsAndWritesAtAPositionLeaveTheChannelsAlone() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      channel.position(3);
      ByteBuffer dst = ByteBuffer.allocate(2);
      assertThat(channel.read(dst, 5)).isEqualTo(2);
      assertThat(channel.read(dst.duplicate().clear(), 10)).isEqualTo(-1);
      assertThat(channel.read(dst.duplicate().clear(), 1L << 40)).isEqualTo(-1);
      assertThat(channel.write(bytes("ab"), 8)).isEqualTo(2);
      assertThat(channel.position()).isEqualTo(3);
      assertThat(string(dst)).isEqualTo("56");
    }
    assertThat(path).hasContent("01234567ab");
  }

  @Test
  void emptyBufferMovesNothing() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      ByteBuffer none = ByteBuffer.allocate(4).position(4);
      for (long position : new long[] {0, 10, 99}) {
        channel.position(position);
        assertThat(channel.read(none)).isZero();
        assertThat(channel.write(none)).isZero();
        assertThat(channel.read(none, position)).isZero();
        assertThat(channel.write(none, position)).isZero();
        assertThat(channel.read(new ByteBuffer[] {none, none})).isZero();
        assertThat(channel.write(new ByteBuffer[] {none, none})).isZero();
        assertThat(channel.read(new ByteBuffer[0])).isZero();
        assertThat(channel.write(new ByteBuffer[0])).isZero();
        assertThat(channel.position()).isEqualTo(position);
      }
    }
    assertThat(path).hasContent(TEXT);
  }

  // ---- scattering and gathering

  @ParameterizedTest
  @EnumSource
  void scatteringReadFillsOneBufferAfterTheOther(Buffers kind) throws IOException {
    try (FileChannel channel = open(text())) {
      ByteBuffer[] dsts = {
        kind.allocate(2), kind.allocate(0), kind.allocate(5).position(1).limit(4), kind.allocate(9)
      };
      assertThat(channel.read(dsts)).isEqualTo(10);
      assertThat(string(dsts[0])).isEqualTo("01");
      assertThat(string(dsts[2])).isEqualTo("\0" + "234");
      assertThat(string(dsts[3])).isEqualTo("56789");
      assertThat(channel.position()).isEqualTo(10);
      assertThat(channel.read(dsts)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gatheringWriteTakesOneBufferAfterTheOther(Buffers kind) throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, WRITE)) {
      ByteBuffer[] srcs = {kind.of("ab".getBytes()), kind.allocate(0), kind.of("cde".getBytes())};
      assertThat(channel.position(1).write(srcs)).isEqualTo(5);
      assertThat(channel.position()).isEqualTo(6);
      for (ByteBuffer src : srcs) {
        assertThat(src.hasRemaining()).isFalse();
      }
    }
    assertThat(path).hasContent("0abcde6789");
  }

  @Test
  void partOfAnArrayOfBuffersIsUsed() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      ByteBuffer[] dsts = {null, ByteBuffer.allocate(2), ByteBuffer.allocate(2), null};
      assertThat(channel.read(dsts, 1, 2)).isEqualTo(4);
      assertThat(string(dsts[1]) + string(dsts[2])).isEqualTo("0123");
      assertThat(channel.write(new ByteBuffer[] {null, bytes("x"), bytes("y")}, 1, 1)).isEqualTo(1);
      assertThat(channel.read(dsts, 4, 0)).isZero();
    }
    assertThat(path).hasContent("0123x56789");
  }

  @Test
  void moreBuffersThanOneCallOfTheKernelTakes() throws IOException {
    ByteBuffer[] srcs = new ByteBuffer[2_500];
    for (int i = 0; i < srcs.length; i++) {
      srcs[i] = ByteBuffer.allocateDirect(2).putShort((short) i).flip();
    }
    try (FileChannel channel = open(directory.resolve("many"), READ, WRITE, CREATE_NEW)) {
      long moved = 0;
      while (moved < 5_000) {
        moved += channel.write(srcs);
      }
      ByteBuffer dst = ByteBuffer.allocate(5_000);
      assertThat(channel.read(dst, 0)).isEqualTo(5_000);
      for (int i = 0; i < srcs.length; i++) {
        assertThat(dst.getShort(2 * i)).isEqualTo((short) i);
      }
    }
  }

  // ---- append

  @Test
  void appendingChannelIsAlwaysAtTheEnd() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, APPEND)) {
      assertThat(channel.position()).isEqualTo(10);
      assertThat(channel.write(bytes("ab"))).isEqualTo(2);
      assertThat(channel.position()).isEqualTo(12);
      assertThat(channel.position(3).position()).isEqualTo(12);
      channel.write(bytes("c"));
      channel.write(new ByteBuffer[] {bytes("d"), bytes("ef")});
      Files.writeString(path, "XY", APPEND);
      assertThat(channel.position()).isEqualTo(18);
      channel.write(bytes("g"));
      channel.write(bytes("h"), 0); // Linux: the position does not matter
      channel.truncate(12).write(bytes("!"));
    }
    assertThat(path).hasContent("0123456789ab!");
  }

  @Test
  void appendsOfManyThreadsStayWhole() throws Exception {
    Path path = directory.resolve("log");
    int threads = 16;
    int records = 1_000;
    List<FileChannel> opened = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        opened.add(open(path, APPEND, CREATE));
      }
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        FileChannel channel = opened.get(t % 2);
        byte mark = (byte) ('a' + t);
        boolean direct = t % 4 < 2;
        tasks.add(new FutureTask<>(() -> append(channel, mark, direct, records), null));
        start(tasks.getLast());
      }
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
    } finally {
      for (FileChannel channel : opened) {
        channel.close();
      }
    }
    assertThat(countWholeRecords(Files.readAllBytes(path))).isEqualTo(threads * records);
  }

  private static void append(FileChannel channel, byte mark, boolean direct, int records) {
    try {
      for (int i = 0; i < records; i++) {
        byte[] record = record(mark, i);
        ByteBuffer src =
            direct
                ? ByteBuffer.allocateDirect(record.length).put(record).flip()
                : ByteBuffer.wrap(record);
        if (i % 3 == 0) {
          ByteBuffer rest = src.duplicate().position(1);
          assertThat(channel.write(new ByteBuffer[] {src.limit(1), rest})).isEqualTo(record.length);
        } else {
          assertThat(channel.write(src)).isEqualTo(record.length);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Of 3 to 102 bytes: the length, and that many of the same. */
  private static byte[] record(byte mark, int number) {
    byte[] record = new byte[3 + number % 100];
    java.util.Arrays.fill(record, mark);
    record[0] = (byte) record.length;
    return record;
  }

  private static int countWholeRecords(byte[] bytes) {
    int count = 0;
    for (int at = 0; at < bytes.length; at += bytes[at]) {
      for (int i = 2; i < bytes[at]; i++) {
        assertThat(bytes[at + i]).as("byte %s of the record at %s", i, at).isEqualTo(bytes[at + 1]);
      }
      count++;
    }
    return count;
  }

  @Test
  void readsSeeWhatAppendsHaveWritten() throws Exception {
    Path path = directory.resolve("growing");
    int blocks = 500;
    try (FileChannel appending = open(path, APPEND, CREATE_NEW);
        FileChannel reading = open(path, READ)) {
      AtomicBoolean done = new AtomicBoolean();
      List<FutureTask<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(new FutureTask<>(() -> readUntil(reading, done)));
        start(readers.getLast());
      }
      for (int i = 0; i < blocks; i++) {
        assertThat(appending.write(block(i))).isEqualTo(64);
      }
      done.set(true);
      for (FutureTask<Long> reader : readers) {
        assertThat(reader.get()).isEqualTo(blocks);
      }
    }
  }

  private static ByteBuffer block(int number) {
    ByteBuffer block = ByteBuffer.allocate(64);
    while (block.hasRemaining()) {
      block.putInt(number);
    }
    return block.flip();
  }

  /** Reads block after block, each whole and right, until there are no more; their number. */
  private static long readUntil(FileChannel channel, AtomicBoolean done) throws IOException {
    ByteBuffer dst = ByteBuffer.allocate(64);
    for (int number = 0; ; ) {
      boolean last = done.get();
      int n = channel.read(dst.clear(), 64L * number);
      if (n == 64) {
        assertThat(dst.flip()).isEqualTo(block(number));
        number++;
      } else if (last) {
        assertThat(n).isEqualTo(-1);
        return number;
      }
    }
  }

  private static void start(Runnable work) {
    Thread.ofPlatform().daemon().start(work);
  }

  // ---- size, truncate, force

  @Test
  void truncateCutsAndMovesThePosition() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      channel.position(8);
      assertThat(channel.truncate(20)).isSameAs(channel);
      assertThat(channel.size()).isEqualTo(10);
      assertThat(channel.position()).isEqualTo(8);
      channel.truncate(9);
      assertThat(channel.position()).isEqualTo(8);
      channel.truncate(4);
      assertThat(channel.position()).isEqualTo(4);
      assertThat(channel.size()).isEqualTo(4);
      // Also if the file is shorter anyway.
      channel.position(100).truncate(50);
      assertThat(channel.position()).isEqualTo(50);
      assertThat(channel.size()).isEqualTo(4);
      channel.truncate(0);
      assertThat(channel.position()).isZero();
    }
    assertThat(path).isEmptyFile();
  }

  @Test
  void forceDoesNotNeedWriteAccess() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, WRITE)) {
      channel.write(bytes("x"));
      channel.force(false);
      channel.force(true);
    }
    try (FileChannel channel = open(path, READ)) {
      channel.force(true);
    }
  }

  // ---- bad input

  @Test
  void readOnlyChannelCannotBeWritten() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ);
        FileChannel other = open(file("other", new byte[10]), READ)) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> channel.write(bytes("x")),
              () -> channel.write(bytes("x"), 0),
              () -> channel.write(ByteBuffer.allocate(0)),
              () -> channel.write(ByteBuffer.allocate(0), 0),
              () -> channel.write(new ByteBuffer[] {bytes("x")}),
              () -> channel.truncate(1),
              () -> channel.transferFrom(other, 0, 1),
              () -> other.transferTo(0, 1, channel),
              () -> channel.lock(),
              () -> channel.tryLock(),
              () -> channel.map(MapMode.READ_WRITE, 0, 1),
              () -> channel.map(MapMode.PRIVATE, 0, 1),
              () -> channel.map(MapMode.READ_WRITE, 0, 1, Arena.ofAuto()))) {
        assertThatThrownBy(call).isExactlyInstanceOf(NonWritableChannelException.class);
      }
    }
    assertThat(path).hasContent(TEXT);
  }

  @Test
  void writeOnlyChannelCannotBeRead() throws IOException {
    for (var option : List.of(WRITE, APPEND)) {
      try (FileChannel channel = open(text(), option);
          FileChannel other = open(file("other", new byte[10]), WRITE)) {
        for (ThrowingCallable call :
            List.<ThrowingCallable>of(
                () -> channel.read(ByteBuffer.allocate(1)),
                () -> channel.read(ByteBuffer.allocate(1), 0),
                () -> channel.read(ByteBuffer.allocate(0)),
                () -> channel.read(new ByteBuffer[] {ByteBuffer.allocate(1)}),
                () -> channel.transferTo(0, 1, other),
                () -> other.transferFrom(channel, 0, 1),
                () -> channel.lock(0, 1, true),
                () -> channel.tryLock(0, 1, true),
                () -> channel.map(MapMode.READ_WRITE, 0, 1),
                () -> channel.map(MapMode.READ_ONLY, 0, 1),
                () -> channel.map(MapMode.READ_ONLY, 0, 1, Arena.ofAuto()))) {
          assertThatThrownBy(call).isExactlyInstanceOf(NonReadableChannelException.class);
        }
      }
    }
  }

  @Test
  void argumentOutOfRangeIsRefused() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE);
        FileChannel other = open(file("other", new byte[10]), READ, WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> channel.read(one, -1),
              () -> channel.write(one, -1),
              () -> channel.position(-1),
              () -> channel.truncate(-1),
              () -> channel.transferTo(-1, 1, other),
              () -> channel.transferTo(0, -1, other),
              () -> channel.transferFrom(other, -1, 1),
              () -> channel.transferFrom(other, 0, -1),
              () -> channel.map(MapMode.READ_ONLY, -1, 1),
              () -> channel.map(MapMode.READ_ONLY, 0, -1),
              () -> channel.map(MapMode.READ_ONLY, 0, 1L << 31),
              () -> channel.map(MapMode.READ_ONLY, Long.MAX_VALUE, 2),
              () -> channel.map(MapMode.READ_ONLY, -1, 1, Arena.ofAuto()),
              () -> channel.map(MapMode.READ_ONLY, 0, -1, Arena.ofAuto()),
              () -> channel.map(MapMode.READ_ONLY, Long.MAX_VALUE, 2, Arena.ofAuto()),
              () -> channel.lock(-1, 1, false),
              () -> channel.lock(0, -1, false),
              () -> channel.lock(Long.MAX_VALUE, 2, false),
              () -> channel.tryLock(-1, 1, true),
              () -> channel.tryLock(0, -1, false),
              () -> channel.tryLock(Long.MAX_VALUE, 2, false),
              () -> channel.read(one.asReadOnlyBuffer()),
              () -> channel.read(one.asReadOnlyBuffer(), 0),
              () -> channel.read(new ByteBuffer[] {one.duplicate(), one.asReadOnlyBuffer()}))) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
      }
      ByteBuffer[] two = {one, one.duplicate()};
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> channel.read(two, -1, 1),
              () -> channel.read(two, 0, 3),
              () -> channel.read(two, 2, 1),
              () -> channel.write(two, 1, -1),
              () -> channel.write(two, 1, 2),
              () -> channel.write(two, 3, 0))) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThat(channel.position()).isZero();
      assertThat(channel.size()).isEqualTo(10);
    }
  }

  @Test
  void nullIsRefused() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> channel.read((ByteBuffer) null),
              () -> channel.read((ByteBuffer[]) null),
              () -> channel.read(new ByteBuffer[] {null}),
              () -> channel.read(null, 0),
              () -> channel.write((ByteBuffer) null),
              () -> channel.write((ByteBuffer[]) null),
              () -> channel.write(new ByteBuffer[] {ByteBuffer.allocate(1), null}),
              () -> channel.write(null, 0),
              () -> channel.transferTo(0, 1, null),
              () -> channel.transferFrom(null, 0, 1),
              () -> channel.map(null, 0, 1),
              () -> channel.map(null, 0, 1, Arena.ofAuto()),
              () -> channel.map(MapMode.READ_ONLY, 0, 1, null))) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class);
      }
    }
  }

  @Test
  void closedChannelRefusesEverything() throws IOException {
    FileChannel channel = open(text(), READ, WRITE);
    FileChannel other = open(file("other", new byte[10]), READ, WRITE);
    assertThat(channel.isOpen()).isTrue();
    channel.close();
    channel.close();
    assertThat(channel.isOpen()).isFalse();
    ByteBuffer one = ByteBuffer.allocate(1);
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> channel.read(one),
            () -> channel.read(ByteBuffer.allocate(0)),
            () -> channel.read(one, 0),
            () -> channel.read(new ByteBuffer[] {one}),
            () -> channel.write(one),
            () -> channel.write(one, 0),
            () -> channel.write(new ByteBuffer[] {one}),
            () -> channel.position(),
            () -> channel.position(0),
            () -> channel.position(-1),
            () -> channel.size(),
            () -> channel.truncate(0),
            () -> channel.force(true),
            () -> channel.transferTo(0, 1, other),
            () -> channel.transferFrom(other, 0, 1),
            () -> other.transferTo(0, 1, channel),
            () -> other.transferFrom(channel, 0, 1),
            () -> channel.map(MapMode.READ_ONLY, 0, 1),
            () -> channel.map(MapMode.READ_ONLY, 0, 1, Arena.ofAuto()),
            () -> channel.lock(),
            () -> channel.tryLock())) {
      assertThatThrownBy(call).isExactlyInstanceOf(ClosedChannelException.class);
    }
    other.close();
  }

  @Test
  void transferWithAClosedChannelOfAnotherKindIsRefused() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      var pipe = java.nio.channels.Pipe.open();
      WritableByteChannel sink = pipe.sink();
      ReadableByteChannel source = pipe.source();
      sink.close();
      source.close();
      assertThatThrownBy(() -> channel.transferTo(0, 1, sink))
          .isExactlyInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> channel.transferFrom(source, 0, 1))
          .isExactlyInstanceOf(ClosedChannelException.class);
      assertThat(channel.isOpen()).isTrue();
    }
  }
}
