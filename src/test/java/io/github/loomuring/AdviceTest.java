package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
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

/** Advice and the pacing of write-back are taken for every range, and change no bytes. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdviceTest {
  private static final long[][] RANGES = {
    {0, 0},
    {0, 1},
    {4_096, 100_000},
    {7, 0xffff_ffffL},
    {7, 1L << 32},
    {1L << 40, 0},
    {0, Long.MAX_VALUE},
    {Long.MAX_VALUE, 0}
  };

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;
  private byte[] content;

  @BeforeEach
  void open() throws IOException {
    uring = engine.open();
    content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    path = Files.write(directory.resolve("file"), content);
  }

  @AfterEach
  void close() {
    uring.close();
  }

  @Test
  void everyAdviceIsTakenForEveryRange() throws IOException {
    for (OpenOption option : new OpenOption[] {READ, WRITE, APPEND}) {
      try (UringFile file = uring.openFile(path, option)) {
        for (Advice advice : Advice.values()) {
          for (long[] range : RANGES) {
            file.advise(range[0], range[1], advice);
          }
        }
      }
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void droppedPagesAreReadAgain() throws IOException {
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(content.length);
      file.force(true);
      file.advise(0, 0, Advice.DONT_NEED);
      file.readFully(bytes, 0);
      assertThat(bytes.array()).isEqualTo(content);
      file.advise(0, content.length, Advice.DONT_NEED);
      file.advise(0, content.length, Advice.WILL_NEED);
      file.readFully(bytes.clear(), 0);
      assertThat(bytes.array()).isEqualTo(content);
    }
  }

  @Test
  void adviceOnWhatIsNotCachedDoesNothing() throws Exception {
    try (UringFile file = uring.openFile(Path.of("/dev/null"))) {
      file.advise(0, 0, Advice.WILL_NEED);
    }
    try (UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE)) {
      fifo.advise(0, 10, Advice.DONT_NEED);
    }
  }

  @Test
  void everyRangeIsForced() throws IOException {
    for (OpenOption option : new OpenOption[] {READ, WRITE, APPEND}) {
      try (UringFile file = uring.openFile(path, option)) {
        for (long[] range : RANGES) {
          if (option == WRITE) {
            file.write(ByteBuffer.wrap(content, 0, 100), 0);
          }
          file.forceRange(range[0], range[1]);
        }
      }
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void rangesOfALongFileAreForcedInPieces() throws IOException {
    try (UringFile file = uring.openFile(path, WRITE)) {
      file.write(ByteBuffer.wrap(content), (5L << 30) + 3);
      file.forceRange(0, 5L << 30);
      file.forceRange(1, (5L << 30) + 100);
      file.forceRange(0, 6L << 30);
      assertThat(file.size()).isEqualTo((5L << 30) + 3 + content.length);
    }
  }

  @Test
  void interruptedThreadKeepsItsStatus() throws IOException {
    try (UringFile file = uring.openFile(path, WRITE)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> file.advise(0, 1, Advice.WILL_NEED))
          .isInstanceOf(InterruptedIOException.class);
      assertThatThrownBy(() -> file.forceRange(0, 1)).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      file.advise(0, 1, Advice.WILL_NEED);
      file.forceRange(0, 1);
    }
  }
}
