package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions near 2^63, and those of devices and FIFOs: as the JDK's channels, step by step. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "POOL", "POOL_NOTHING_INLINE", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PositionsTest {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

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

  // ---- comparing

  private interface Step {
    Object run() throws Exception;
  }

  /** What was done, and what became of it. */
  private static final class Steps {
    final List<String> seen = new ArrayList<>();

    void add(String name, Step step) {
      seen.add(name + ": " + result(step));
    }

    private static String result(Step step) {
      try {
        return String.valueOf(step.run());
      } catch (FileSystemException e) {
        return IOException.class.getName(); // the JDK has a plain one where ours has names
      } catch (Exception e) {
        return e.getClass().getName();
      }
    }
  }

  private interface Use {
    void of(FileChannel channel, Steps steps) throws Exception;
  }

  /** The use does the same with a channel of the JDK's and with one of ours. */
  private void assertSame(Path path, Set<OpenOption> options, boolean regular, Use use)
      throws Exception {
    Steps theirs = new Steps();
    Steps ours = new Steps();
    if (regular) {
      Files.writeString(path, "0123456789");
    }
    try (FileChannel channel = FileChannel.open(path, options)) {
      use.of(channel, theirs);
    }
    if (regular) {
      Files.writeString(path, "0123456789");
    }
    try (FileChannel channel = UringFileChannel.open(uring, path, options)) {
      use.of(channel, ours);
    }
    assertThat(ours.seen).isEqualTo(theirs.seen);
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count);
  }

  private static ByteBuffer[] two() {
    return new ByteBuffer[] {bytes(2), bytes(2)};
  }

  // ---- near the end of what can be said

  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE - 3,
        Long.MAX_VALUE - 4,
        Long.MAX_VALUE - 4096,
        1L << 62,
        1L << 48,
        1L << 31,
        Integer.MAX_VALUE
      })
  void farPositionsAreThoseOfTheJdk(long far) throws Exception {
    assertSame(directory.resolve("file"), Set.of(READ, WRITE), true, (c, s) -> useFar(c, s, far));
    assertSame(directory.resolve("file"), Set.of(APPEND), true, (c, s) -> appendFar(c, s, far));
    if (Files.isWritable(SHARED_MEMORY)) { // tmpfs, which has all positions
      Path path = Files.createTempFile(SHARED_MEMORY, "loom-uring-", "");
      try {
        assertSame(path, Set.of(READ, WRITE), true, (c, s) -> useFar(c, s, far));
      } finally {
        Files.delete(path);
      }
    }
  }

  private void useFar(FileChannel c, Steps s, long far) throws Exception {
    s.add("read", () -> c.read(bytes(4), far));
    s.add("read direct", () -> c.read(ByteBuffer.allocateDirect(4), far));
    s.add("read nothing", () -> c.read(bytes(0), far));
    s.add("position, read", () -> c.position(far).read(bytes(4)));
    s.add("position", c::position);
    s.add("position, read two", () -> c.position(far).read(two()));
    s.add("position, read nothing", () -> c.position(far).read(bytes(0)));
    s.add("map", () -> c.map(MapMode.READ_ONLY, far, 4).capacity());
    s.add("transferTo", () -> c.transferTo(far, 10, sink()));
    s.add("transferTo none", () -> c.transferTo(far, 0, sink()));
    s.add("size", c::size);
    writeFar(c, s, far);
    s.add("truncate", () -> c.truncate(far).size());
    s.add("position", c::position);
    for (long size : new long[] {0, 1, Long.MAX_VALUE - far, Long.MAX_VALUE}) {
      s.add("lock " + size, () -> lock(c, far, size));
    }
  }

  private static String lock(FileChannel channel, long position, long size) throws IOException {
    try (FileLock lock = channel.tryLock(position, size, false)) {
      return lock.position() + " " + lock.size();
    }
  }

  private static void appendFar(FileChannel c, Steps s, long far) {
    s.add("write", () -> c.write(bytes(4), far));
    s.add("write nothing", () -> c.write(bytes(0), far));
    s.add("position, write", () -> c.position(far).write(bytes(4)));
    s.add("position", c::position);
    s.add("transferFrom", () -> c.transferFrom(source(10), far, 10));
    s.add("size", c::size);
    s.add("truncate", () -> c.truncate(far).size());
  }

  private static void writeFar(FileChannel c, Steps s, long far) throws Exception {
    s.add("write", () -> c.write(bytes(4), far));
    s.add("write nothing", () -> c.write(bytes(0), far));
    c.truncate(10);
    s.add("position, write", () -> c.position(far).write(bytes(4)));
    c.truncate(10);
    s.add("position, write two", () -> c.position(far).write(two()));
    c.truncate(10);
    s.add("transferFrom", () -> c.transferFrom(source(10), far, 10));
    s.add("transferFrom of nothing", () -> c.transferFrom(source(0), far, 10));
    s.add("transferFrom of all", () -> c.transferFrom(source(10), far, Long.MAX_VALUE));
    c.truncate(10);
  }

  private static java.nio.channels.ReadableByteChannel source(int count) {
    return Channels.newChannel(new ByteArrayInputStream(new byte[count]));
  }

  private static java.nio.channels.WritableByteChannel sink() {
    return Channels.newChannel(new ByteArrayOutputStream());
  }

  /** Between channels, where the kernel copies. */
  @Test
  void transfersToFarPositionsFailAndMoveNothing() throws Exception {
    Path path = Files.writeString(directory.resolve("source"), "0123456789");
    Path target = directory.resolve("target");
    try (FileChannel from = UringFileChannel.open(uring, path, Set.of(READ));
        FileChannel to = UringFileChannel.open(uring, target, Set.of(CREATE, WRITE))) {
      for (long far : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 5}) {
        assertThatThrownBy(() -> to.transferFrom(from, far, 10))
            .isExactlyInstanceOf(IOException.class)
            .hasMessageContaining("position=" + far);
        assertThat(from.position()).isZero();
        assertThat(to.size()).isZero();
        assertThat(from.transferTo(far, 10, to)).isZero(); // nothing is there
      }
      assertThat(to.transferFrom(from, 5, Long.MAX_VALUE)).isEqualTo(10);
      assertThat(to.size()).isEqualTo(15);
    }
  }

  /** These are no channels: arguments that cannot be are the caller's mistake, as documented. */
  @Test
  void farOffsetsOfFilesAndTheirStreams() throws Exception {
    Path path = Files.writeString(directory.resolve("source"), "0123456789");
    try (UringFile file = uring.openFile(path, READ, WRITE)) {
      assertThatThrownBy(() -> file.read(bytes(1), Long.MAX_VALUE))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(file.transferTo(Long.MAX_VALUE, 10, file, 20)).isZero();
      assertThat(file.transferTo(0, 0, file, Long.MAX_VALUE)).isZero();
      assertThatThrownBy(() -> file.transferTo(0, 5, file, Long.MAX_VALUE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("" + Long.MAX_VALUE);
      InputStream in = file.inputStream(Long.MAX_VALUE);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read(new byte[10])).isEqualTo(-1);
      assertThat(in.read(new byte[0])).isZero();
      assertThat(in.skip(10)).isZero();
      assertThat(in.available()).isZero();
      assertThat(in.readAllBytes()).isEmpty();
      assertThat(file.inputStream(Long.MAX_VALUE - 3).read(new byte[10])).isEqualTo(-1);
      OutputStream out = file.outputStream(Long.MAX_VALUE - 3);
      assertThatThrownBy(() -> out.write(new byte[10]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("offset=" + (Long.MAX_VALUE - 3));
    }
    assertThat(path).hasContent("0123456789");
  }

  // ---- devices and FIFOs

  @ParameterizedTest
  @ValueSource(strings = {"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom"})
  void devicesHaveThePositionsThatTheJdkSays(String name) throws Exception {
    Path path = Path.of(name);
    for (Set<OpenOption> options :
        List.of(
            Set.<OpenOption>of(READ),
            Set.<OpenOption>of(WRITE),
            Set.<OpenOption>of(READ, WRITE),
            Set.<OpenOption>of(APPEND))) {
      assertSame(path, options, false, PositionsTest::useDevice);
    }
  }

  private static void useDevice(FileChannel c, Steps s) {
    s.add("position", c::position);
    s.add("write", () -> c.write(bytes(7)));
    s.add("position", c::position);
    s.add("write two", () -> c.write(two()));
    s.add("read", () -> c.read(bytes(7)));
    s.add("position", c::position);
    s.add("read two", () -> c.read(two()));
    s.add("position", c::position);
    s.add("set position", () -> c.position(5).position());
    s.add("read at", () -> c.read(bytes(7), 3));
    s.add("write at", () -> c.write(bytes(7), 3));
    s.add("transferFrom", () -> c.transferFrom(source(10), 3, 10));
    s.add("position", c::position);
    s.add("truncate", () -> c.truncate(0) == c);
    s.add("size", c::size);
    s.add("position", c::position);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/null", "/dev/zero"})
  void streamsOfDevicesAreThoseOfTheJdk(String name) throws Exception {
    Steps theirs = new Steps();
    Steps ours = new Steps();
    useStream(Path.of(name), theirs);
    useStream(UringFileSystem.of(uring, Path.of(name)), ours);
    assertThat(ours.seen).isEqualTo(theirs.seen);
  }

  private static void useStream(Path path, Steps s) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      s.add("read", () -> in.read(new byte[7]));
      s.add("available", in::available);
      s.add("skip", () -> in.skip(3));
      s.add("skip none", () -> in.skip(0));
      s.add("readNBytes", () -> in.readNBytes(9).length);
      s.add("position", in::available);
    }
  }

  /**
   * As documented: the JDK has no position there either, but says so with an exception, which only
   * its own streams know to avoid.
   */
  @Test
  void fifoIsAtZeroAndHasNoOtherPosition() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (FileChannel both = FileChannel.open(fifo, READ, WRITE);
        UringFileChannel channel = UringFileChannel.open(uring, fifo, Set.of(READ, WRITE))) {
      assertThat(channel.write(bytes(7))).isEqualTo(7);
      assertThat(channel.position()).isZero();
      assertThat(channel.read(bytes(3))).isEqualTo(3);
      assertThat(channel.position()).isZero();
      assertThat(channel.position(0).size()).isZero();
      for (Step step : List.<Step>of(() -> channel.position(1), () -> channel.truncate(0))) {
        assertThatThrownBy(step::run).isInstanceOf(IOException.class);
      }
      InputStream in = Channels.newInputStream(channel);
      assertThat(in.available()).isZero();
      assertThat(in.readNBytes(4)).hasSize(4);
      assertThat(both.isOpen()).isTrue();
    }
  }

  /** It went by a size that a FIFO does not have, and moved nothing. */
  @Test
  void streamOfAFifoIsTransferredToItsEnd() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Path ours = UringFileSystem.of(uring, fifo);
    Path target = directory.resolve("target");
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Files.writeString(fifo, "0123456789");
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    try (InputStream in = Files.newInputStream(ours);
        OutputStream out = Files.newOutputStream(UringFileSystem.of(uring, target))) {
      assertThat(in.skip(3)).isEqualTo(3);
      assertThat(in.transferTo(out)).isEqualTo(7);
    }
    writer.join();
    assertThat(target).hasContent("3456789");
  }

  @Test
  void terminalIsAtZero() throws Exception {
    Path terminals = Path.of("/dev/ptmx");
    assumeTrue(Files.isWritable(terminals), "needs a writable /dev/ptmx");
    try (UringFileChannel channel = UringFileChannel.open(uring, terminals, Set.of(READ, WRITE))) {
      assertThat(channel.write(bytes(7))).isEqualTo(7);
      assertThat(channel.position()).isZero();
      assertThatThrownBy(() -> channel.position(7)).isInstanceOf(IOException.class);
    }
  }
}
