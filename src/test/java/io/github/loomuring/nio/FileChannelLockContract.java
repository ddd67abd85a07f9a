package io.github.loomuring.nio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Locks within one process, and mappings, whatever a channel runs on. */
abstract class FileChannelLockContract extends ChannelFixture {
  // ---- locks

  @Test
  void lockTellsWhatItIs() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      FileLock lock = channel.lock(3, 4, true);
      assertThat(lock.channel()).isSameAs(channel);
      assertThat(lock.acquiredBy()).isSameAs(channel);
      assertThat(lock.position()).isEqualTo(3);
      assertThat(lock.size()).isEqualTo(4);
      assertThat(lock.isShared()).isTrue();
      assertThat(lock.isValid()).isTrue();
      assertThat(lock.overlaps(6, 1)).isTrue();
      assertThat(lock.overlaps(7, 1)).isFalse();
      assertThat(lock.toString()).endsWith("[3:4 shared valid]");
      lock.close();
      assertThat(lock.isValid()).isFalse();
    }
  }

  @Test
  void lockWithoutARegionIsOfAllThatThereCanBe() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      for (boolean trying : new boolean[] {true, false}) {
        FileLock lock = trying ? channel.tryLock() : channel.lock();
        assertThat(lock.position()).isZero();
        assertThat(lock.size()).isEqualTo(Long.MAX_VALUE);
        assertThat(lock.isShared()).isFalse();
        lock.release();
      }
      FileLock rest = channel.tryLock(10, 0, false);
      assertThat(rest.size()).isEqualTo(Long.MAX_VALUE - 10);
    }
  }

  @Test
  void overlappingLocksOfOneProcessAreRefused() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE);
        FileChannel other = open(path, READ, WRITE);
        FileChannel jdks = FileChannel.open(path, READ, WRITE)) {
      FileLock lock = channel.lock(2, 3, false);
      for (FileChannel any : List.of(channel, other, jdks)) {
        for (boolean shared : new boolean[] {true, false}) {
          assertThatThrownBy(() -> any.lock(4, 1, shared))
              .isExactlyInstanceOf(OverlappingFileLockException.class);
          assertThatThrownBy(() -> any.tryLock(0, 3, shared))
              .isExactlyInstanceOf(OverlappingFileLockException.class);
          assertThatThrownBy(() -> any.tryLock(0, 0, shared))
              .isExactlyInstanceOf(OverlappingFileLockException.class);
        }
        any.tryLock(0, 2, true).release();
        any.lock(5, Long.MAX_VALUE - 5, false).release();
      }
      lock.release();
      for (FileChannel any : List.of(other, jdks, channel)) {
        FileLock theirs = any.lock();
        assertThatThrownBy(channel::tryLock)
            .isExactlyInstanceOf(OverlappingFileLockException.class);
        theirs.release();
      }
    }
  }

  @Test
  void closingInvalidatesLocksAndFreesTheRegions() throws IOException {
    Path path = text();
    try (FileChannel other = open(path, READ, WRITE)) {
      FileChannel channel = open(path, READ, WRITE);
      FileLock first = channel.lock(0, 1, false);
      FileLock second = channel.lock(1, 1, true);
      channel.close();
      for (FileLock lock : List.of(first, second)) {
        assertThat(lock.isValid()).isFalse();
        assertThat(lock.channel()).isSameAs(channel);
        assertThatThrownBy(lock::release).isExactlyInstanceOf(ClosedChannelException.class);
      }
      other.lock().release();
    }
  }

  @Test
  void lockMayBeReleasedAgain() throws IOException {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      FileLock lock = channel.lock();
      lock.release();
      FileLock next = channel.lock();
      lock.release();
      assertThat(next.isValid()).isTrue();
      assertThatThrownBy(channel::tryLock).isInstanceOf(OverlappingFileLockException.class);
    }
  }

  @Test
  void lockedFileIsReadAndWritten() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE);
        FileLock lock = channel.lock()) {
      channel.write(bytes("x"));
      channel.force(true);
      assertThat(lock.isValid()).isTrue();
    }
    assertThat(path).hasContent("x123456789");
  }

  @Test
  void readOnlyAndWriteOnlyChannelsLockAsTheyMay() throws IOException {
    Path path = text();
    try (FileChannel reading = open(path, READ);
        FileChannel writing = open(path, WRITE);
        FileChannel appending = open(path, APPEND)) {
      reading.lock(0, 1, true);
      writing.lock(1, 1, false);
      appending.lock(2, 1, false);
      assertThat(reading.tryLock(3, 1, true).isShared()).isTrue();
    }
  }

  @Test
  void fileWithoutANameIsLocked() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      Files.delete(path);
      FileLock lock = channel.lock();
      assertThat(lock.isValid()).isTrue();
      lock.release();
      assertThat(channel.map(MapMode.READ_ONLY, 2, 1).get(0)).isEqualTo((byte) '2');
    }
  }

  // ---- mappings

  @Test
  void mappingReadsAndWritesTheFile() throws IOException {
    Path path = text();
    MappedByteBuffer written;
    try (FileChannel channel = open(path, READ, WRITE)) {
      channel.position(5);
      written = channel.map(MapMode.READ_WRITE, 3, 4);
      assertThat(written.capacity()).isEqualTo(4);
      assertThat(written.get(0)).isEqualTo((byte) '3');
      written.put(1, (byte) 'x');
      channel.write(bytes("y"));
      assertThat(written.get(2)).isEqualTo((byte) 'y');
      MappedByteBuffer read = channel.map(MapMode.READ_ONLY, 0, 10);
      assertThat(read.get(4)).isEqualTo((byte) 'x');
      assertThatThrownBy(() -> read.put(0, (byte) 'z')).isInstanceOf(ReadOnlyBufferException.class);
      MappedByteBuffer copy = channel.map(MapMode.PRIVATE, 0, 10);
      copy.put(0, (byte) 'z');
      assertThat(copy.get(0)).isEqualTo((byte) 'z');
      assertThat(channel.map(MapMode.READ_ONLY, 2, 0).capacity()).isZero();
    }
    written.put(3, (byte) 'w'); // it outlives its channel
    written.force();
    assertThat(path).hasContent("0123xyw789");
  }

  @Test
  void mappingBehindTheEndExtendsTheFileIfItMay() throws IOException {
    Path path = text();
    try (FileChannel channel = open(path, READ, WRITE)) {
      assertThat(channel.map(MapMode.READ_WRITE, 8, 4).get(1)).isEqualTo((byte) '9');
      assertThat(channel.size()).isEqualTo(12);
      channel.map(MapMode.READ_ONLY, 11, 2);
      assertThat(channel.size()).isEqualTo(13);
    }
    try (FileChannel channel = open(path, READ)) {
      assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 12, 2))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not open for writing");
    }
  }

  @Test
  void segmentLivesAsLongAsItsArena() throws IOException {
    for (Arena arena : List.of(Arena.ofConfined(), Arena.ofShared(), Arena.ofAuto())) {
      Path path = text();
      MemorySegment segment;
      try (FileChannel channel = open(path, READ, WRITE)) {
        segment = channel.map(MapMode.READ_WRITE, 2, 5, arena);
        assertThat(segment.byteSize()).isEqualTo(5);
        assertThat(segment.isMapped()).isTrue();
        assertThat(segment.scope()).isEqualTo(arena.scope());
        segment.set(ValueLayout.JAVA_BYTE, 1, (byte) 'x');
        segment.force();
        assertThat(channel.map(MapMode.READ_ONLY, 0, 3, arena).isReadOnly()).isTrue();
        assertThat(channel.isOpen()).isTrue();
      }
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) '2');
      if (isClosed(arena)) {
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(path).hasContent("012x456789");
    }
  }

  /** A mapping needs an arena's scope only: Lucene's arena, for one, allocates nothing. */
  @Test
  void arenaThatAllocatesNothingTakesAMapping() throws IOException {
    try (Arena shared = Arena.ofShared();
        FileChannel channel = open(text(), READ)) {
      Arena scopeOnly =
          new Arena() {
            @Override
            public MemorySegment allocate(long byteSize, long byteAlignment) {
              throw new UnsupportedOperationException();
            }

            @Override
            public MemorySegment.Scope scope() {
              return shared.scope();
            }

            @Override
            public void close() {
              throw new UnsupportedOperationException();
            }
          };
      MemorySegment segment = channel.map(MapMode.READ_ONLY, 3, 4, scopeOnly);
      assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo("3456".getBytes(US_ASCII));
    }
  }

  /** Closes the arena; false if it cannot be. */
  private static boolean isClosed(Arena arena) {
    try {
      arena.close();
      return true;
    } catch (UnsupportedOperationException e) {
      return false; // the garbage collector closes it
    }
  }

  @Test
  void arenaThatIsClosedOrAnothersIsRefused() throws Exception {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      Arena closed = Arena.ofShared();
      closed.close();
      assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 0, 1, closed))
          .isInstanceOf(IllegalStateException.class);
      try (Arena confined = Arena.ofConfined()) {
        Throwable[] failure = new Throwable[1];
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    channel.map(MapMode.READ_ONLY, 0, 1, confined);
                  } catch (Throwable t) {
                    failure[0] = t;
                  }
                })
            .join();
        assertThat(failure[0]).isInstanceOf(WrongThreadException.class);
      }
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void segmentMayBeLargerThanAnyBuffer() throws IOException {
    long size = (3L << 30) + 5;
    try (FileChannel channel = open(directory.resolve("large"), READ, WRITE, CREATE_NEW, SPARSE);
        Arena arena = Arena.ofShared()) {
      MemorySegment segment = channel.map(MapMode.READ_WRITE, 3, size, arena);
      segment.set(ValueLayout.JAVA_BYTE, size - 1, (byte) 'x');
      assertThat(channel.size()).isEqualTo(size + 3);
      java.nio.ByteBuffer dst = java.nio.ByteBuffer.allocate(1);
      channel.read(dst, size + 2);
      assertThat(dst.get(0)).isEqualTo((byte) 'x');
    }
  }
}
