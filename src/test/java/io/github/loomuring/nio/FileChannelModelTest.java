package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Buffers;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.TestChannels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random calls on a channel of the JDK and on one of ours, whose results, buffers, positions and
 * files must be the same.
 *
 * <p>A run is named by its seed, which the failure's message has and {@code -Dloomuring.seed}
 * replays.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileChannelModelTest {
  private static final int SIZE_MAX = 300_000;
  private static final long SEED = Long.getLong("loomuring.seed", System.nanoTime());
  private static final List<OpenOption[]> MODES =
      List.of(
          new OpenOption[] {READ, WRITE},
          new OpenOption[] {READ, WRITE},
          new OpenOption[] {WRITE},
          new OpenOption[] {READ},
          new OpenOption[] {APPEND});

  @Parameter Engines engine;
  @TempDir Path directory;

  @Test
  void channelsDoTheSame() throws IOException {
    run(SEED, 30, 60);
  }

  @Test
  @Tag("long")
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void longRun() throws IOException {
    run(SEED, 500, 500);
  }

  private void run(long seed, int rounds, int steps) throws IOException {
    try (TestChannels ours = TestChannels.on(engine.open())) {
      for (int round = 0; round < rounds; round++) {
        Random random = new Random(seed + round);
        OpenOption[] mode = MODES.get(random.nextInt(MODES.size()));
        byte[] content = bytes(random, random.nextInt(50_000));
        try (Side expected = new Side(TestChannels.jdk(), "jdk", content, mode);
            Side actual = new Side(ours, "ours", content, mode)) {
          for (int step = 0; step < steps; step++) {
            long stepSeed = random.nextLong();
            String wanted = expected.run(new Random(stepSeed));
            assertThat(actual.run(new Random(stepSeed)))
                .as("-Dloomuring.seed=%s, step %s, mode %s", seed + round, step, List.of(mode))
                .isEqualTo(wanted);
          }
        }
        assertThat(directory.resolve("ours"))
            .as("-Dloomuring.seed=%s", seed + round)
            .hasSameBinaryContentAs(directory.resolve("jdk"));
        assertThat(directory.resolve("ours-other"))
            .as("-Dloomuring.seed=%s", seed + round)
            .hasSameBinaryContentAs(directory.resolve("jdk-other"));
      }
    }
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A channel, another one to transfer with, and what is done to them. */
  private final class Side implements AutoCloseable {
    private final FileChannel channel;
    private final FileChannel other;

    Side(TestChannels channels, String name, byte[] content, OpenOption[] mode) throws IOException {
      channel = channels.open(Files.write(directory.resolve(name), content), mode);
      other = channels.open(Files.write(directory.resolve(name + "-other"), content), READ, WRITE);
    }

    /** Does one step, and tells all that can be seen of it. */
    String run(Random random) throws IOException {
      String seen;
      try {
        seen = step(random);
      } catch (FileSystemException e) {
        seen = IOException.class.getName(); // ours name the path where the JDK's do not
      } catch (IOException | RuntimeException e) {
        seen = e.getClass().getName();
      }
      return seen
          + ", position="
          + channel.position()
          + ", size="
          + channel.size()
          + ", other="
          + other.position();
    }

    private String step(Random random) throws IOException {
      int what = random.nextInt(16);
      long position = random.nextInt(20) == 0 ? -1 : random.nextInt(SIZE_MAX);
      int length = random.nextInt(4) == 0 ? 0 : 1 << random.nextInt(17);
      Buffers kind = Buffers.values()[random.nextInt(Buffers.values().length)];
      ByteBuffer buffer = kind.of(bytes(random, length));
      ByteBuffer[] buffers = new ByteBuffer[random.nextInt(5)];
      for (int i = 0; i < buffers.length; i++) {
        buffers[i] = kind.of(bytes(random, random.nextInt(5_000)));
      }
      Object result =
          switch (what) {
            case 0, 1 -> channel.read(buffer);
            case 2 -> channel.read(buffer, position);
            case 3 -> channel.read(buffers);
            case 4, 5 -> channel.write(buffer);
            case 6 -> channel.write(buffer, position);
            case 7 -> channel.write(buffers);
            case 8 -> channel.position(position) == channel;
            case 9 -> channel.truncate(position) == channel;
            case 10 -> transferTo(position, length);
            case 11 -> transferFrom(position, length);
            case 12 -> streams(random, position, length);
            case 13 -> map(random, position, length);
            case 14 -> lock(position, length);
            default -> other.position(position / 4) == other;
          };
      StringBuilder seen = new StringBuilder("step " + what + ": " + result);
      append(seen, buffer);
      for (ByteBuffer each : buffers) {
        append(seen, each);
      }
      return seen.toString();
    }

    private static void append(StringBuilder seen, ByteBuffer buffer) {
      seen.append(' ').append(buffer.position()).append('/').append(buffer.limit());
      seen.append('#').append(java.util.Arrays.hashCode(Buffers.bytes(buffer)));
    }

    /** In as many calls as it takes: how many bytes one call moves may differ. */
    private long transferTo(long position, long count) throws IOException {
      long done = 0;
      for (long n = -1; n != 0; done += n) {
        n = channel.transferTo(position + done, count - done, other);
      }
      return done;
    }

    private long transferFrom(long position, long count) throws IOException {
      long done = 0;
      for (long n = -1; n != 0; done += n) {
        n = channel.transferFrom(other, position + done, count - done);
      }
      return done;
    }

    private String streams(Random random, long position, int count) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      long n = other.transferTo(Math.max(0, position / 4), count, Channels.newChannel(out));
      byte[] bytes = bytes(random, count);
      long m =
          channel.transferFrom(
              Channels.newChannel(new ByteArrayInputStream(bytes)), position, count);
      return n + " " + java.util.Arrays.hashCode(out.toByteArray()) + " " + m;
    }

    private String map(Random random, long position, int length) throws IOException {
      MapMode mode =
          List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE).get(random.nextInt(3));
      try (Arena arena = random.nextBoolean() ? Arena.ofConfined() : Arena.ofShared()) {
        MemorySegment segment = channel.map(mode, position, length, arena);
        if (!segment.isReadOnly() && length > 0) {
          segment.fill((byte) random.nextInt());
        }
        byte[] bytes = segment.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        return bytes.length + " " + java.util.Arrays.hashCode(bytes);
      }
    }

    private String lock(long position, int length) throws IOException {
      try (FileLock lock = channel.tryLock(position, length, length % 3 == 0)) {
        return lock.position() + " " + lock.size() + " " + lock.isShared();
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      other.close();
    }
  }
}
