package io.github.loomuring;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.OnManyEngines;
import java.nio.ByteBuffer;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;

/** Reads and writes of many buffers. */
@ParameterizedClass
@OnManyEngines
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VectoredTest {
  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;

  @BeforeEach
  void open() {
    uring = engine.open();
    path = directory.resolve("file");
  }

  @AfterEach
  void close() {
    if (uring != null) {
      uring.close();
    }
  }

  /** Heap and direct, empty, sliced, and with bytes before position and behind limit. */
  private static ByteBuffer buffer(Random random, int bytes) {
    int before = random.nextInt(4);
    int behind = random.nextInt(4);
    int capacity = before + bytes + behind;
    ByteBuffer buffer =
        random.nextBoolean() ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
    if (random.nextBoolean()) {
      return buffer.slice(before, bytes);
    }
    return buffer.position(before).limit(before + bytes);
  }

  private static ByteBuffer[] buffers(Random random, int count, int bytesMax) {
    ByteBuffer[] buffers = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      buffers[i] = buffer(random, random.nextInt(5) == 0 ? 0 : random.nextInt(bytesMax + 1));
    }
    return buffers;
  }

  private static byte[] fill(Random random, ByteBuffer[] buffers) {
    int length = Arrays.stream(buffers).mapToInt(ByteBuffer::remaining).sum();
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    int done = 0;
    for (ByteBuffer buffer : buffers) {
      buffer.put(buffer.position(), bytes, done, buffer.remaining());
      done += buffer.remaining();
    }
    return bytes;
  }

  private static byte[] content(ByteBuffer[] buffers, int[] begins) {
    int length = 0;
    for (int i = 0; i < buffers.length; i++) {
      length += buffers[i].position() - begins[i];
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (int i = 0; i < buffers.length; i++) {
      int moved = buffers[i].position() - begins[i];
      all.put(all.position(), buffers[i], begins[i], moved);
      all.position(all.position() + moved);
    }
    return all.array();
  }

  private static int[] positions(ByteBuffer[] buffers) {
    return Arrays.stream(buffers).mapToInt(ByteBuffer::position).toArray();
  }

  private void writeAll(UringFile file, ByteBuffer[] buffers, long offset, int length)
      throws Exception {
    long done = 0;
    while (done < length) {
      long n = file.write(buffers, offset + done);
      assertThat(n).isPositive();
      done += n;
    }
    assertThat(file.write(buffers, offset)).isZero();
  }

  @Test
  void bytesArriveInOrderWhateverTheBuffers() throws Exception {
    long seed = Long.getLong("loomuring.seed", ThreadLocalRandom.current().nextLong());
    Random random = new Random(seed);
    int[][] shapes = {{1, 10}, {3, 5_000}, {40, 70_000}, {1_100, 50}, {2_500, 3}, {2, 3_000_000}};
    for (int[] shape : shapes) {
      try (UringFile file = uring.openFile(path, READ, WRITE, CREATE)) {
        file.truncate(0);
        ByteBuffer[] srcs = buffers(random, shape[0], shape[1]);
        byte[] bytes = fill(random, srcs);
        writeAll(file, srcs, 7, bytes.length);
        byte[] written = Files.readAllBytes(path);
        assertThat(
                bytes.length == 0
                    || Arrays.equals(written, 7, written.length, bytes, 0, bytes.length))
            .as("written, seed=%d, shape=%s", seed, Arrays.toString(shape))
            .isTrue();

        ByteBuffer[] dsts = buffers(random, shape[0], shape[1]);
        int[] begins = positions(dsts);
        long room = Arrays.stream(dsts).mapToLong(ByteBuffer::remaining).sum();
        long done = 0;
        for (long n = 0; done < room && n >= 0; done += Math.max(n, 0)) {
          n = file.read(dsts, 7 + done);
        }
        byte[] read = content(dsts, begins);
        assertThat(read).hasSize((int) Math.min(room, bytes.length));
        assertThat(Arrays.equals(read, Arrays.copyOf(bytes, read.length)))
            .as("read, seed=%d, shape=%s", seed, Arrays.toString(shape))
            .isTrue();
      }
    }
  }

  /** A heap buffer without room needs no staging, and gets none. */
  @Test
  void emptyHeapBuffersAmongDirectOnesAreSkipped() throws Exception {
    Files.writeString(path, "hello");
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      ByteBuffer[] buffers = {
        ByteBuffer.allocate(0), ByteBuffer.allocateDirect(3), ByteBuffer.allocate(0)
      };
      assertThat(file.read(buffers, 0)).isEqualTo(3);
      assertThat(buffers[1].flip().get(2)).isEqualTo((byte) 'l');
      assertThat(file.write(buffers, 4)).isEqualTo(3);
      assertThat(Files.readString(path)).isEqualTo("hellhel");
    }
  }

  @Test
  void endOfFileShows() throws Exception {
    Files.writeString(path, "hello");
    try (UringFile file = uring.openFile(path, READ)) {
      ByteBuffer[] dsts = {ByteBuffer.allocate(3), ByteBuffer.allocate(0), ByteBuffer.allocate(9)};
      assertThat(file.read(dsts, 0)).isEqualTo(5);
      assertThat(positions(dsts)).containsExactly(3, 0, 2);
      assertThat(file.read(dsts, 5)).isEqualTo(-1);
      assertThat(file.read(new ByteBuffer[] {ByteBuffer.allocate(0)}, 5)).isZero();
      assertThat(file.read(new ByteBuffer[0], 5)).isZero();
    }
  }

  @Test
  void appendsStayTogether() throws Exception {
    int threads = 8;
    int each = 50;
    List<Thread> all = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (UringFile file = uring.openFile(path, CREATE, APPEND)) {
      for (int t = 0; t < threads; t++) {
        byte mark = (byte) ('a' + t);
        all.add(
            Thread.startVirtualThread(
                () -> {
                  try {
                    for (int i = 0; i < each; i++) {
                      ByteBuffer[] srcs = {
                        marks(mark, 100), marks(mark, 27), ByteBuffer.wrap(new byte[] {'\n'})
                      };
                      assertThat(file.write(srcs, 0)).isEqualTo(128);
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                }));
      }
      for (Thread thread : all) {
        thread.join();
      }
    }
    assertThat(failure.get()).isNull();
    List<String> lines = Files.readAllLines(path);
    assertThat(lines).hasSize(threads * each);
    assertThat(lines)
        .allMatch(line -> line.length() == 127 && line.chars().distinct().count() == 1);
  }

  private static ByteBuffer marks(byte mark, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, mark);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void fifoIsWrittenAndReadInOrder() throws Exception {
    try (UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      ByteBuffer direct = ByteBuffer.allocateDirect(3).put(new byte[] {3, 4, 5}).flip();
      assertThat(fifo.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1, 2}), direct}, 0))
          .isEqualTo(5);
      ByteBuffer[] dsts = {ByteBuffer.allocateDirect(1), ByteBuffer.allocate(8)};
      assertThat(fifo.read(dsts, 0)).isEqualTo(5);
      assertThat(content(dsts, new int[] {0, 0})).containsExactly(1, 2, 3, 4, 5);
    }
  }

  @Test
  void badArgumentsAreNamed() throws Exception {
    try (UringFile file = uring.openFile(path, READ, WRITE, CREATE)) {
      ByteBuffer good = ByteBuffer.allocate(4);
      assertThatThrownBy(() -> file.read((ByteBuffer[]) null, 0))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("dsts");
      assertThatThrownBy(() -> file.read(new ByteBuffer[] {good, null}, 0))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("dsts[1]");
      assertThatThrownBy(() -> file.read(new ByteBuffer[] {good, good.asReadOnlyBuffer()}, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("dsts[1]");
      assertThatThrownBy(() -> file.write(new ByteBuffer[] {good, null}, 0))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("srcs[1]");
      assertThatThrownBy(() -> file.write(new ByteBuffer[] {good}, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("offset=-1");
      assertThatThrownBy(() -> file.read(new ByteBuffer[] {good, good}, Long.MAX_VALUE - 7))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("length=8");
      assertThat(good.position()).isZero();
    }
    ByteBuffer[] one = {ByteBuffer.allocate(1)};
    try (UringFile file = uring.openFile(path, WRITE)) {
      assertThatThrownBy(() -> file.read(one, 0)).isInstanceOf(NonReadableChannelException.class);
    }
    try (UringFile file = uring.openFile(path, READ)) {
      assertThatThrownBy(() -> file.write(one, 0)).isInstanceOf(NonWritableChannelException.class);
    }
  }
}
