package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Attributes are those that the JDK and stat(1) tell, and exchange is what rename(2) does. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileOperationsAttributesTest {
  private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private FileOperations files;

  @BeforeEach
  void open() {
    uring = engine.open();
    files = uring.files();
  }

  @AfterEach
  void close() {
    uring.close();
  }

  private Path file() throws IOException {
    return Files.write(directory.resolve("file"), new byte[10_000]);
  }

  private void assertAsTheJdk(Path path, UringAttributes ours, LinkOption... options)
      throws Exception {
    Map<String, Object> theirs = Files.readAttributes(path, "unix:*", options);
    assertThat(ours.mode()).isEqualTo(theirs.get("mode"));
    assertThat(ours.uid()).isEqualTo(unsigned(theirs.get("uid")));
    assertThat(ours.gid()).isEqualTo(unsigned(theirs.get("gid")));
    assertThat(ours.inode()).isEqualTo(theirs.get("ino"));
    assertThat(ours.links()).isEqualTo(unsigned(theirs.get("nlink")));
    assertThat(ours.size()).isEqualTo(theirs.get("size"));
    assertThat(ours.lastModifiedTime()).isEqualTo(theirs.get("lastModifiedTime"));
    assertThat(ours.lastAccessTime()).isEqualTo(theirs.get("lastAccessTime"));
    assertThat(ours.lastChangeTime()).isEqualTo(theirs.get("ctime"));
    assertThat(ours.creationTime()).isEqualTo(theirs.get("creationTime"));
    assertThat(ours.isRegularFile()).isEqualTo(theirs.get("isRegularFile"));
    assertThat(ours.isDirectory()).isEqualTo(theirs.get("isDirectory"));
    assertThat(ours.isSymbolicLink()).isEqualTo(theirs.get("isSymbolicLink"));
    assertThat(ours.isOther()).isEqualTo(theirs.get("isOther"));
    assertThat(ours.permissions()).isEqualTo(theirs.get("permissions"));
    assertThat(ours.device()).isEqualTo(theirs.get("dev"));
    assertThat(ours.fileKey()).hasToString(theirs.get("fileKey").toString());
    assertThat(ours.blocks()).isEqualTo(engine.callsKernel() ? blocks(path, options) : -1);
  }

  private static long unsigned(Object value) {
    return Integer.toUnsignedLong((int) value);
  }

  private static long blocks(Path path, LinkOption... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("stat", "-c", "%b"));
    if (options.length == 0) {
      command.add("-L");
    }
    command.add(path.toAbsolutePath().toString());
    Process stat = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(stat.waitFor()).as(output).isZero();
    return Long.parseLong(output.strip());
  }

  private void assertAsTheJdk(Path path) throws Exception {
    assertAsTheJdk(path, files.attributes(path));
    assertAsTheJdk(path, files.attributes(path, NOFOLLOW), NOFOLLOW);
  }

  @Test
  void everyValueOfAFileIsWhatTheJdkSays() throws Exception {
    Path path = file();
    Files.createLink(directory.resolve("second"), path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx-w-r-x"));
    assertAsTheJdk(path);
    assertThat(files.attributes(path).links()).isEqualTo(2);
    assertThat(PosixFilePermissions.toString(files.attributes(path).permissions()))
        .isEqualTo("rwx-w-r-x");
    try (UringFile open = uring.openFile(path)) {
      assertAsTheJdk(path, open.attributes());
      assertThat(open.attributes().fileKey()).isEqualTo(files.attributes(path).fileKey());
    }
  }

  @Test
  void everyTypeOfFileIsWhatTheJdkSays() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file());
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nothing"));
    Path toDirectory = Files.createSymbolicLink(directory.resolve("toDirectory"), directory);
    for (Path path : List.of(directory, fifo, link, toDirectory, Path.of("/"), Path.of(""))) {
      assertAsTheJdk(path);
    }
    for (String path : List.of("/dev/null", "/proc/version", "/proc/self/exe", "/sys/kernel")) {
      UringAttributes ours = files.attributes(Path.of(path));
      Map<String, Object> theirs = Files.readAttributes(Path.of(path), "unix:mode,ino,isOther");
      assertThat(ours.mode()).isEqualTo(theirs.get("mode"));
      assertThat(ours.isOther()).isEqualTo(theirs.get("isOther"));
    }
    assertAsTheJdk(dangling, files.attributes(dangling, NOFOLLOW), NOFOLLOW);
    assertThat(files.attributes(dangling, NOFOLLOW).isSymbolicLink()).isTrue();
    assertThat(files.attributes(link).isRegularFile()).isTrue();
    assertThat(files.attributes(fifo).isOther()).isTrue();
    assertThat(files.attributes(toDirectory).isDirectory()).isTrue();
  }

  @Test
  void timesAreExactToTheNanosecond() throws Exception {
    Path path = file();
    for (Instant instant :
        List.of(
            Instant.ofEpochSecond(1_234_567_890, 123_456_789),
            Instant.ofEpochSecond(0, 1),
            Instant.ofEpochSecond(4_000_000_000L, 7))) {
      Files.setLastModifiedTime(path, FileTime.from(instant));
      Files.setAttribute(path, "lastAccessTime", FileTime.from(instant.plusNanos(3)));
      assertThat(files.attributes(path).lastModifiedTime().toInstant()).isEqualTo(instant);
      assertThat(files.attributes(path).lastAccessTime().toInstant())
          .isEqualTo(instant.plusNanos(3));
      assertAsTheJdk(path);
    }
  }

  @Test
  void timeBefore1970IsToldAsItIs() throws Exception {
    Path path = file();
    String time = "1969-12-31T23:59:55.999999999Z"; // the JDK sets none before 1970
    Process touch = new ProcessBuilder("touch", "-d", time, path.toString()).inheritIO().start();
    assertThat(touch.waitFor()).isZero();
    assertThat(files.attributes(path).lastModifiedTime()).hasToString(time);
    assertAsTheJdk(path);
  }

  @Test
  void birthIsNotLaterThanTheFirstLook() throws Exception {
    Path path = file();
    FileTime born = files.attributes(path).creationTime();
    Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(4_000_000_000L)));
    Files.writeString(path, "more", StandardOpenOption.APPEND);
    assertThat(files.attributes(path).creationTime()).isEqualTo(born);
    assertThat(born.toInstant()).isBetween(Instant.now().minusSeconds(3_600), Instant.now());
  }

  @Test
  void changesAreSeenAtOnce() throws Exception {
    Path path = file();
    for (int i = 0; i < 50; i++) {
      Files.write(path, new byte[i]);
      assertThat(files.attributes(path).size()).isEqualTo(i);
    }
    Files.delete(path);
    assertThatThrownBy(() -> files.attributes(path)).isInstanceOf(NoSuchFileException.class);
    Files.createDirectory(path);
    assertThat(files.attributes(path).isDirectory()).isTrue();
  }

  @Test
  void blocksOfASparseFileAreThoseThatItTakes() throws Exception {
    Path path = directory.resolve("sparse");
    try (UringFile file =
        uring.openFile(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(java.nio.ByteBuffer.allocate(4_096), 1L << 32);
      file.force(true);
      assertAsTheJdk(path, file.attributes());
    }
    assertAsTheJdk(path);
    assertThat(files.attributes(path).blocks()).isLessThan(1_000);
  }

  @Test
  void namesOfOneFileHaveOneKeyAndOtherFilesAnother() throws Exception {
    Path path = file();
    Path second = Files.createLink(directory.resolve("second"), path);
    Path other = Files.writeString(directory.resolve("other"), "content");
    Object key = files.attributes(path).fileKey();
    assertThat(files.attributes(second).fileKey()).isEqualTo(key).hasSameHashCodeAs(key);
    assertThat(files.attributes(other).fileKey()).isNotEqualTo(key);
    assertThat(files.attributes(other).device()).isEqualTo(files.attributes(path).device());
    assertThat(files.attributes(Path.of("/proc")).device())
        .isNotEqualTo(files.attributes(path).device());
  }

  @Test
  void unlinkedFileStillHasAttributes() throws Exception {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool asks by the path");
    Path path = file();
    try (UringFile file = uring.openFile(path)) {
      Files.delete(path);
      assertThat(file.attributes().links()).isZero();
      assertThat(file.attributes().size()).isEqualTo(10_000);
    }
  }

  @Test
  void descriptionHasModeAndSize() throws Exception {
    Path path = file();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(files.attributes(path)).hasToString("UringAttributes[mode=0100640, size=10000]");
  }

  // ---- exchange

  @Test
  void namesAreExchangedInOneStep() throws Exception {
    Path one = file();
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(other.resolve("below"), "low");
    if (!engine.callsKernel()) {
      assertThatThrownBy(() -> files.exchange(one, other))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(one).isRegularFile();
      return;
    }
    files.exchange(one, other);
    assertThat(one.resolve("below")).hasContent("low");
    assertThat(other).isRegularFile();
    files.exchange(one, one);
    assertThat(one).isDirectory();
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nothing"));
    files.exchange(link, other);
    assertThat(Files.readSymbolicLink(other)).isEqualTo(Path.of("nothing"));
    assertThat(link).isRegularFile();
  }

  @Test
  void whatCannotBeExchangedIsReportedAndStays() throws Exception {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool exchanges nothing");
    Path one = file();
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> files.exchange(one, missing)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files.exchange(missing, one)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files.exchange(one, Path.of("/proc/version")))
        .isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> files.exchange(one, directory.resolve("n".repeat(5_000))))
        .isInstanceOf(FileSystemException.class);
    assertThat(one).hasSize(10_000);
    assertThat(missing).doesNotExist();
  }
}
