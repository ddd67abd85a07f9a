package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads at the end of a file, also while it moves. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndOfFileHazardTest {
  private static final int BYTES = 3 << 20;
  private static final byte CONTENT = 0x77;
  private static final byte CANARY = 0x5a;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY"})
  void readsAcrossTheEndAreShort(Engines engine) throws Exception {
    Path path = Files.write(directory.resolve("file"), content(10_000));
    try (Uring uring = engine.open();
        UringFile file = uring.openFile(path, READ)) {
      for (int offset : new int[] {0, 1, 4_095, 4_096, 8_192, 9_999}) {
        ByteBuffer dst = canary(20_000);
        assertThat(file.read(dst, offset)).isEqualTo(10_000 - offset);
        assertContentThenCanary(dst);
      }
      assertThat(file.read(canary(1), 10_000)).isEqualTo(-1);
      assertThat(file.read(canary(1), Long.MAX_VALUE - 1)).isEqualTo(-1);
      ByteBuffer tooLong = canary(10_001);
      assertThatThrownBy(() -> file.readFully(tooLong, 0)).isInstanceOf(EOFException.class);
      assertContentThenCanary(tooLong);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "RING_NOTHING_INLINE"})
  void readsOfFileThatIsCutAndGrowsMeanwhileReturnWhatIsThere(Engines engine) throws Exception {
    Random random = Hazards.random("readsOfFileThatIsCutAndGrowsMeanwhileReturnWhatIsThere");
    Path path = Files.write(directory.resolve("file"), content(BYTES));
    AtomicBoolean ended = new AtomicBoolean();
    try (Uring uring = engine.open();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      List<Call<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random own = new Random(random.nextLong());
        readers.add(Call.start(Call.On.PLATFORM, () -> readUntil(ended, own, file)));
      }
      for (int i = 0; i < 60; i++) {
        int size = random.nextInt(BYTES);
        file.truncate(size);
        file.writeFully(ByteBuffer.wrap(content(BYTES - size)), size);
      }
      ended.set(true);
      for (Call<Integer> reader : readers) {
        assertThat(reader.value()).isPositive();
      }
    }
  }

  private static int readUntil(AtomicBoolean ended, Random random, UringFile file)
      throws Exception {
    int reads = 0;
    while (!ended.get() || reads == 0) {
      int length = random.nextInt(1, 2 << 20); // also such as are read in pieces
      ByteBuffer dst = reads % 2 == 0 ? canary(length) : canaryDirect(length);
      int n = file.read(dst, random.nextInt(BYTES));
      assertThat(n).isBetween(-1, length);
      assertThat(dst.position()).isEqualTo(Math.max(n, 0));
      // Linux may show zeros where the file was cut while it was read, but nothing else.
      for (int i = 0; i < dst.position(); i++) {
        if (dst.get(i) != CONTENT && dst.get(i) != 0) {
          throw new AssertionError("byte " + i + " of " + n + " is " + dst.get(i));
        }
      }
      reads++;
    }
    return reads;
  }

  private static void assertContentThenCanary(ByteBuffer dst) {
    for (int i = 0; i < dst.capacity(); i++) {
      if (dst.get(i) != (i < dst.position() ? CONTENT : CANARY)) {
        throw new AssertionError("byte " + i + " of " + dst + " is " + dst.get(i));
      }
    }
  }

  private static byte[] content(int bytes) {
    byte[] content = new byte[bytes];
    java.util.Arrays.fill(content, CONTENT);
    return content;
  }

  private static ByteBuffer canary(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    java.util.Arrays.fill(buffer.array(), CANARY);
    return buffer;
  }

  private static ByteBuffer canaryDirect(int bytes) {
    return ByteBuffer.allocateDirect(bytes).put(canary(bytes)).clear();
  }
}
