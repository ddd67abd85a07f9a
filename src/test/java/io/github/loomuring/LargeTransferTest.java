package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Offsets past 4 GiB, and transfers of more than one call of the kernel moves. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LargeTransferTest {
  private static final long GIB = 1L << 30;

  /** Of one read or write: MAX_RW_COUNT of linux/fs.h. */
  private static final long MAX_RW_COUNT = 0x7ffff000L;

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;

  @BeforeEach
  void openEngine() {
    uring = engine.open();
  }

  @AfterEach
  void closeEngine() {
    uring.close();
  }

  @Test
  void sparseFileIsUsedPastFourGibibytes() throws IOException {
    Path path = directory.resolve("sparse");
    try (UringFile file = uring.openFile(path, READ, WRITE, CREATE_NEW, SPARSE)) {
      for (long offset : new long[] {2 * GIB - 2, 4 * GIB - 2, 4 * GIB + 7, 9 * GIB}) {
        byte[] bytes = ("at " + offset).getBytes();
        assertThat(file.write(ByteBuffer.wrap(bytes), offset)).isEqualTo(bytes.length);
        assertThat(file.size()).isEqualTo(offset + bytes.length);
        ByteBuffer dst = ByteBuffer.allocate(bytes.length);
        assertThat(file.read(dst, offset)).isEqualTo(bytes.length);
        assertThat(dst.array()).isEqualTo(bytes);
      }
      ByteBuffer first = ByteBuffer.allocate(3);
      file.readFully(first, 4 * GIB - 2); // not cut to 32 bits: it is not at 2^32 - 2 + 7
      assertThat(first.array()).isEqualTo("at ".getBytes());
      file.truncate(4 * GIB + 1);
      assertThat(file.size()).isEqualTo(4 * GIB + 1);
      assertThat(file.append(ByteBuffer.allocate(5))).isEqualTo(5);
      assertThat(file.size()).isEqualTo(4 * GIB + 6);
    }
  }

  @Test
  @Tag("long")
  void fullTransfersOfMoreThanTwoGibibytesMoveEverything() throws IOException {
    Assumptions.assumeTrue(
        engine == Engines.RING || engine == Engines.POOL, "two engines are enough for gibibytes");
    long bytes = 5 * GIB / 2;
    Path tmpfs = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(tmpfs), "there is no /dev/shm");
    Assumptions.assumeTrue(
        Files.getFileStore(tmpfs).getUsableSpace() > 4 * bytes, "/dev/shm is small");
    Path path = Files.createTempFile(tmpfs, "large", null);
    try (UringFile file = uring.openFile(path, READ, WRITE, DELETE_ON_CLOSE);
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(bytes);
      long[] marks = {0, MAX_RW_COUNT - 1, MAX_RW_COUNT, 2 * GIB, bytes - 1};
      for (int i = 0; i < marks.length; i++) {
        memory.set(ValueLayout.JAVA_BYTE, marks[i], (byte) (i + 1));
      }
      file.writeFully(memory, 3);
      assertThat(file.size()).isEqualTo(3 + bytes);
      memory.fill((byte) 0x55);
      file.readFully(memory, 3);
      for (int i = 0; i < marks.length; i++) {
        assertThat(memory.get(ValueLayout.JAVA_BYTE, marks[i])).isEqualTo((byte) (i + 1));
        memory.set(ValueLayout.JAVA_BYTE, marks[i], (byte) 0);
      }
      assertThat(memory.mismatch(memory.asSlice(bytes / 2))).isEqualTo(bytes / 2); // all zeros
    }
  }

  @Test
  @Tag("long")
  void oneCallMovesAtMostWhatTheKernelMoves() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool's calls are those of the JDK");
    try (UringFile file = uring.openFile(Path.of("/dev/null"), WRITE);
        RandomAccessFile sparse = new RandomAccessFile(directory.resolve("s").toFile(), "rw");
        Arena arena = Arena.ofShared()) {
      sparse.setLength(5 * GIB / 2);
      MemorySegment memory =
          sparse.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, 5 * GIB / 2, arena);
      assertThat(file.write(memory, 0)).isEqualTo(MAX_RW_COUNT);
      file.writeFully(memory, 0);
    }
  }
}
