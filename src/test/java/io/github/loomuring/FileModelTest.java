package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Buffers;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations on a file, and on an array of bytes that says what the file must hold.
 *
 * <p>A run is named by its seed, which the failure's message has and {@code -Dloomuring.seed}
 * replays.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileModelTest {
  /** Beyond the largest staging buffer, so that some transfers go in pieces. */
  private static final int SIZE_MAX = 3 << 20;

  /** A multiple of the block size of the usual file systems. */
  private static final int BLOCK = 4_096;

  private static final long SEED = Long.getLong("loomuring.seed", System.nanoTime());

  @Parameter Engines engine;
  @TempDir Path directory;

  @Test
  void oneThreadSeesWhatItWrote() throws Exception {
    run(1, 400);
  }

  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    run(8, 100);
    run(64, 25);
  }

  @Test
  void regionsOfOneFileDoNotDisturbEachOther() throws Exception {
    runInRegions(64, 25);
  }

  @Test
  @Tag("long")
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void longRun() throws Exception {
    run(1, 20_000);
    for (int threads = 2; threads <= 64; threads *= 2) {
      run(threads, 40_000 / threads);
      runInRegions(threads, 40_000 / threads);
    }
  }

  /** Each thread on a file of its own. */
  private void run(int threads, int steps) throws Exception {
    try (Uring uring = engine.open()) {
      List<Task> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Path path = Files.write(directory.resolve("file" + i), new byte[0]);
        Random random = new Random(SEED + i);
        tasks.add(() -> new Model(uring, path, random).run(steps));
      }
      runAll(tasks);
    }
  }

  /** Each thread on a region of one file, whose size stays. */
  private void runInRegions(int threads, int steps) throws Exception {
    int regionBytes = 40_000; // not of whole pages, so that neighbours share one
    Path path = Files.write(directory.resolve("file"), new byte[threads * regionBytes]);
    try (Uring uring = engine.open();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      List<Task> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Random random = new Random(SEED + i);
        int begin = i * regionBytes;
        tasks.add(() -> useRegion(file, begin, regionBytes, random, steps));
      }
      runAll(tasks);
    }
  }

  private interface Task {
    void run() throws IOException;
  }

  private static void runAll(List<Task> tasks) throws Exception {
    List<FutureTask<Void>> running = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Task task : tasks) {
      FutureTask<Void> future =
          new FutureTask<>(
              () -> {
                task.run();
                return null;
              });
      running.add(future);
      threads.add(Thread.ofVirtual().start(future));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < tasks.size(); i++) {
      try {
        running.get(i).get();
      } catch (ExecutionException e) {
        throw new AssertionError("thread " + i + ", seed " + SEED, e.getCause());
      }
    }
  }

  private static void useRegion(UringFile file, int begin, int bytes, Random random, int steps)
      throws IOException {
    byte[] expected = new byte[bytes];
    for (int step = 0; step < steps; step++) {
      int from = random.nextInt(bytes);
      int to = from + random.nextInt(bytes - from) + 1;
      Buffers kind = Buffers.values()[random.nextInt(Buffers.values().length)];
      ByteBuffer buffer = kind.allocate(to - from);
      if (random.nextBoolean()) {
        byte[] some = new byte[to - from];
        random.nextBytes(some);
        System.arraycopy(some, 0, expected, from, some.length);
        file.writeFully(buffer.put(some).flip(), begin + from);
      } else {
        file.readFully(buffer, begin + from);
        assertThat(buffer.flip())
            .as("step %s, bytes %s to %s", step, from, to)
            .isEqualTo(ByteBuffer.wrap(expected, from, to - from));
      }
    }
  }

  /** A file and what it must hold. */
  private static final class Model {
    private final Uring uring;
    private final Path path;
    private final Random random;
    private final byte[] expected = new byte[SIZE_MAX];
    private int size;
    private boolean append;

    Model(Uring uring, Path path, Random random) {
      this.uring = uring;
      this.path = path;
      this.random = random;
    }

    void run(int steps) throws IOException {
      int step = 0;
      while (step < steps) {
        append = random.nextInt(4) == 0;
        try (UringFile file =
            append ? uring.openFile(path, APPEND) : uring.openFile(path, READ, WRITE, CREATE)) {
          int until = Math.min(steps, step + 1 + random.nextInt(40));
          for (; step < until; step++) {
            try {
              step(file, random.nextInt(100));
            } catch (IOException | RuntimeException | AssertionError e) {
              throw new AssertionError(path + ", step " + step + " of size " + size, e);
            }
          }
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(expected, size));
      }
    }

    private void step(UringFile file, int dice) throws IOException {
      if (dice < 40) {
        read(file);
      } else if (dice < 70) {
        write(file, offset(), false);
      } else if (dice < 85) {
        write(file, size, true);
      } else if (dice < 92) {
        int cut = random.nextInt(Math.max(1, 2 * size));
        file.truncate(cut);
        if (cut < size) {
          Arrays.fill(expected, cut, size, (byte) 0); // what is written behind it leaves a hole
          size = cut;
        }
      } else if (dice < 93) {
        switch (random.nextInt(3)) {
          case 0 -> file.force(random.nextBoolean());
          case 1 -> file.forceRange(offset(), random.nextInt(SIZE_MAX));
          default -> {
            Advice[] all = Advice.values();
            file.advise(offset(), random.nextInt(SIZE_MAX), all[random.nextInt(all.length)]);
          }
        }
      } else if (dice < 96) {
        changeSpace(file);
      } else if (dice < 97) {
        copy(file);
      } else if (dice < 98) {
        stream(file);
      } else {
        assertThat(file.size()).isEqualTo(size);
      }
    }

    private void changeSpace(UringFile file) throws IOException {
      int offset = offset();
      int length = Math.min(1 + length(), SIZE_MAX - offset);
      int blocks = BLOCK * (1 + random.nextInt(3));
      int at = random.nextInt(size + 1) & -BLOCK;
      try {
        switch (random.nextInt(5)) {
          case 0 -> {
            if (length > 0) {
              file.allocate(offset, length);
              size = Math.max(size, offset + length);
            }
          }
          case 1 -> {
            file.punchHole(offset, 1 + length);
            Arrays.fill(expected, offset, Math.min(SIZE_MAX, offset + 1 + length), (byte) 0);
          }
          case 2 -> {
            file.zeroRange(offset, 1 + length);
            Arrays.fill(expected, offset, Math.min(SIZE_MAX, offset + 1 + length), (byte) 0);
          }
          case 3 -> {
            if (at + blocks < size) {
              file.collapse(at, blocks);
              System.arraycopy(expected, at + blocks, expected, at, size - at - blocks);
              Arrays.fill(expected, size - blocks, size, (byte) 0);
              size -= blocks;
            }
          }
          default -> {
            if (at < size && size + blocks <= SIZE_MAX) {
              file.insert(at, blocks);
              System.arraycopy(expected, at, expected, at + blocks, size - at);
              Arrays.fill(expected, at, at + blocks, (byte) 0);
              size += blocks;
            }
          }
        }
      } catch (UnsupportedOperationException e) {
        // The pool, or the file system, cannot: the file has to be what it was.
      }
    }

    /** From elsewhere, or within the file. */
    private void copy(UringFile file) throws IOException {
      int length = Math.min(length(), SIZE_MAX - size);
      byte[] bytes = new byte[length];
      Path other = path.resolveSibling(path.getFileName() + "-other");
      if (!append && random.nextBoolean()) {
        int from = offset();
        int count = Math.clamp(size - (long) from, 0, length);
        assertThat(file.transferTo(from, length, file, size)).isEqualTo(count);
        if (count > 0) {
          System.arraycopy(expected, from, expected, size, count);
          size += count;
        }
        return;
      }
      random.nextBytes(bytes);
      Files.write(other, bytes);
      try (UringFile source = uring.openFile(other)) {
        assertThat(source.transferTo(0, length, file, size)).isEqualTo(length);
      }
      System.arraycopy(bytes, 0, expected, size, length);
      size += length;
    }

    private void stream(UringFile file) throws IOException {
      int offset = offset();
      if (!append && random.nextBoolean()) {
        byte[] rest = file.inputStream(offset).readAllBytes();
        assertThat(rest).isEqualTo(Arrays.copyOfRange(expected, offset, Math.max(offset, size)));
        return;
      }
      int at = append ? size : offset;
      byte[] bytes = new byte[Math.min(length(), SIZE_MAX - at)];
      random.nextBytes(bytes);
      OutputStream out = file.outputStream(offset);
      int half = bytes.length / 2;
      out.write(bytes, 0, half);
      out.write(bytes, half, bytes.length - half);
      System.arraycopy(bytes, 0, expected, at, bytes.length);
      size = bytes.length == 0 ? size : Math.max(size, at + bytes.length);
    }

    private void read(UringFile file) throws IOException {
      if (append) {
        return; // cannot be read
      }
      int length = length();
      int offset = offset();
      int wanted = Math.min(length, size - offset);
      int count = length == 0 ? 0 : wanted <= 0 ? -1 : wanted;
      ByteBuffer actual;
      if (random.nextInt(4) == 0) {
        MemorySegment segment = MemorySegment.ofBuffer(kind().allocate(length));
        assertThat(file.read(segment, offset)).as("read at %s", offset).isEqualTo(count);
        actual = segment.asByteBuffer();
      } else {
        ByteBuffer buffer = around(length);
        int begin = buffer.position();
        assertThat(file.read(buffer, offset)).as("read at %s", offset).isEqualTo(count);
        assertThat(buffer.position()).isEqualTo(begin + Math.max(0, count));
        actual = buffer.slice(begin, length);
        checkZeros(buffer.duplicate().clear().limit(begin));
        checkZeros(buffer.duplicate().clear().position(begin + length));
      }
      checkZeros(actual.duplicate().position(Math.max(0, count)));
      assertThat(actual.limit(Math.max(0, count)))
          .as("read of %s bytes at %s", length, offset)
          .isEqualTo(ByteBuffer.wrap(expected, Math.max(0, offset), Math.max(0, count)));
    }

    private static void checkZeros(ByteBuffer buffer) {
      assertThat(buffer).isEqualTo(ByteBuffer.allocate(buffer.remaining()));
    }

    private void write(UringFile file, int wantedOffset, boolean atEnd) throws IOException {
      int offset = append ? size : wantedOffset;
      int length = Math.min(length(), SIZE_MAX - offset);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      if (!atEnd && random.nextInt(4) == 0) {
        MemorySegment segment = MemorySegment.ofBuffer(kind().of(bytes));
        assertThat(file.write(segment, wantedOffset)).isEqualTo(length);
      } else {
        ByteBuffer buffer = around(length);
        buffer.put(buffer.position(), bytes);
        int written = atEnd ? file.append(buffer) : file.write(buffer, wantedOffset);
        assertThat(written).as("write of %s bytes at %s", length, offset).isEqualTo(length);
        assertThat(buffer.hasRemaining()).isFalse();
      }
      System.arraycopy(bytes, 0, expected, offset, length);
      size = length == 0 ? size : Math.max(size, offset + length);
    }

    /** Mostly small, sometimes large. */
    private int length() {
      return switch (random.nextInt(20)) {
        case 0 -> random.nextInt(SIZE_MAX / 2);
        case 1, 2, 3 -> random.nextInt(100_000);
        case 4, 5, 6 -> 4_096 * random.nextInt(5);
        default -> random.nextInt(10_000);
      };
    }

    private int offset() {
      return switch (random.nextInt(4)) {
        case 0 -> size;
        case 1 -> Math.min(SIZE_MAX, size + random.nextInt(10_000));
        case 2 -> random.nextInt(size + 1) & ~4_095;
        default -> random.nextInt(size + 1);
      };
    }

    private Buffers kind() {
      return Buffers.values()[random.nextInt(Buffers.values().length)];
    }

    /** A buffer with {@code remaining} bytes between its position and its limit. */
    private ByteBuffer around(int remaining) {
      int before = random.nextInt(20);
      return kind()
          .allocate(before + remaining + random.nextInt(20))
          .position(before)
          .limit(before + remaining);
    }
  }
}
