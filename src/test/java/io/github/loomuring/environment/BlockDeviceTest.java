package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.nio.UringFileChannel;
import io.github.loomuring.nio.UringFileSystem;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.LeakCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A block device has a size, and an end, as the JDK's channels see it. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BlockDeviceTest {
  private static final int SIZE = 3 << 20;

  @Parameter Engines engine;
  @TempDir Path directory;
  private byte[] content;
  private Path device;
  private Uring uring;

  @BeforeEach
  void attach() throws Exception {
    Commands.needRoot();
    Commands.needTool("losetup", "util-linux");
    content = new byte[SIZE];
    new Random(SIZE).nextBytes(content);
    Path image = Files.write(directory.resolve("image"), content);
    Commands.Outcome attached = Commands.run("losetup", "--find", "--show", image.toString());
    assumeTrue(attached.status() == 0, () -> "needs a loop device: " + attached.output());
    device = Path.of(attached.output());
    uring = engine.open();
  }

  @AfterEach
  void detach() throws Exception {
    if (uring != null) {
      uring.close();
    }
    if (device != null) {
      Commands.succeed("losetup", "--detach", device.toString());
    }
  }

  private interface Step {
    Object run() throws Exception;
  }

  private static void add(List<String> seen, String name, Step step) {
    String result;
    try {
      result = String.valueOf(step.run());
    } catch (FileSystemException e) {
      result = IOException.class.getName(); // the JDK has a plain one where ours has names
    } catch (Exception e) {
      result = e.getClass().getName();
    }
    seen.add(name + ": " + result);
  }

  private void assertSame(int unit, Set<OpenOption> options) throws Exception {
    List<String> theirs = new ArrayList<>();
    List<String> ours = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(device, options)) {
      use(channel, unit, theirs);
    }
    try (FileChannel channel = UringFileChannel.open(uring, device, options)) {
      use(channel, unit, ours);
    }
    assertThat(ours).isEqualTo(theirs);
  }

  private static void use(FileChannel c, int unit, List<String> seen) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(3 * 4096).alignedSlice(4096).slice(0, unit);
    add(seen, "size", c::size);
    add(seen, "position", c::position);
    add(seen, "write", () -> c.write(bytes.duplicate()));
    add(seen, "read", () -> c.read(bytes.duplicate()));
    add(seen, "position", c::position);
    for (long at : new long[] {SIZE - unit, SIZE - 1, SIZE, SIZE + 1, SIZE + 4096}) {
      String where = " at " + at;
      add(seen, "read" + where, () -> c.read(bytes.duplicate(), at));
      add(seen, "write" + where, () -> c.write(bytes.duplicate(), at));
      add(seen, "position" + where, () -> c.position(at).position());
      add(seen, "read" + where, () -> c.read(bytes.duplicate()));
      add(seen, "write" + where, () -> c.write(bytes.duplicate()));
      add(seen, "truncate" + where, () -> c.truncate(at) == c);
      add(seen, "position" + where, c::position);
      OutputStream sink = OutputStream.nullOutputStream();
      add(seen, "to" + where, () -> c.transferTo(at, 10_000, Channels.newChannel(sink)));
      InputStream source = new ByteArrayInputStream(new byte[unit]);
      add(seen, "from" + where, () -> c.transferFrom(Channels.newChannel(source), at, unit));
    }
    add(seen, "truncate", () -> c.truncate(0) == c);
    add(seen, "truncate far", () -> c.truncate(1L << 40) == c);
    add(seen, "map", () -> c.map(MapMode.READ_ONLY, 0, SIZE).capacity());
    add(seen, "map past the end", () -> c.map(MapMode.READ_ONLY, 0, SIZE + 1).capacity());
    add(seen, "size", c::size);
  }

  @Test
  void channelsAreThoseOfTheJdk() throws Exception {
    assertSame(7, Set.of(READ));
    assertSame(7, Set.of(WRITE));
    assertSame(7, Set.of(READ, WRITE));
    assertSame(7, Set.of(APPEND));
    assertSame(4096, Set.of(READ, WRITE, ExtendedOptions.DIRECT));
  }

  /** Bytes that were to go to the end overwrote the beginning. */
  @Test
  void nothingIsAppended() throws Exception {
    for (OpenOption option : new OpenOption[] {WRITE, APPEND}) {
      try (UringFile file = uring.openFile(device, option)) {
        assertThatThrownBy(() -> file.append(ByteBuffer.allocate(100)))
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(Files.readAllBytes(device)).isEqualTo(content);
  }

  @Test
  void sizeIsTheDevices() throws Exception {
    try (UringFile file = uring.openFile(device)) {
      assertThat(file.size()).isEqualTo(SIZE);
      assertThat(file.inputStream(100).available()).isEqualTo(SIZE - 100);
      assertThat(file.inputStream().readAllBytes()).isEqualTo(content);
      // As Files.size, which goes by stat(2).
      assertThat(file.attributes().size()).isEqualTo(Files.size(device)).isZero();
    }
  }

  @Test
  void wholeDeviceIsReadAndCopied() throws Exception {
    assertThat(uring.files().readAllBytes(device)).isEqualTo(content);
    Path copy = directory.resolve("copy");
    try (UringFile from = uring.openFile(device);
        UringFile to = uring.openFile(copy, CREATE, WRITE)) {
      assertThat(from.transferTo(0, Long.MAX_VALUE, to, 0)).isEqualTo(SIZE);
    }
    assertThat(copy).hasBinaryContent(content);
    try (UringFileChannel from = UringFileChannel.open(uring, device, Set.of(READ));
        UringFileChannel to = UringFileChannel.open(uring, copy, Set.of(WRITE))) {
      assertThat(from.transferTo(0, Long.MAX_VALUE, to)).isEqualTo(SIZE);
      assertThat(to.transferFrom(from.position(10), 0, Long.MAX_VALUE)).isEqualTo(SIZE - 10);
      assertThat(from.position()).isEqualTo(SIZE);
    }
  }

  @Test
  void streamsEndWithTheDevice() throws Exception {
    try (InputStream in = Files.newInputStream(UringFileSystem.of(uring, device))) {
      assertThat(in.available()).isEqualTo(SIZE);
      assertThat(in.skip(3)).isEqualTo(3);
      assertThat(in.available()).isEqualTo(SIZE - 3);
      assertThat(in.readAllBytes()).hasSize(SIZE - 3);
      assertThat(in.available()).isZero();
    }
    assertThat(Files.readAllBytes(UringFileSystem.of(uring, device))).isEqualTo(content);
  }
}
