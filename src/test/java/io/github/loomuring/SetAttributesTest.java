package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

/** Times and permissions are set on open files and on paths, and the JDK then says the same. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_TINY", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SetAttributesTest {
  private static final FileTime MODIFIED =
      FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));
  private static final FileTime ACCESSED =
      FileTime.from(Instant.ofEpochSecond(2_000_000_000, 987_654_321));

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private FileOperations files;
  private Path path;

  @BeforeEach
  void open() throws IOException {
    uring = engine.open();
    files = uring.files();
    path = Files.writeString(directory.resolve("file"), "content");
  }

  @AfterEach
  void close() {
    uring.close();
  }

  private void assertTimes(FileTime modified, FileTime accessed) throws IOException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    assertThat(now.lastModifiedTime()).isEqualTo(modified);
    assertThat(now.lastAccessTime()).isEqualTo(accessed);
  }

  /** What sets times, of the open file or of its path. */
  private interface Setter {
    void set(FileTime modified, FileTime accessed) throws IOException;
  }

  private void assertSetsTimes(Setter setter) throws IOException {
    setter.set(MODIFIED, ACCESSED);
    assertTimes(MODIFIED, ACCESSED);
    FileTime later = FileTime.from(MODIFIED.toInstant().plusNanos(1));
    setter.set(later, null);
    assertTimes(later, ACCESSED);
    setter.set(null, MODIFIED);
    assertTimes(later, MODIFIED);
    setter.set(null, null);
    assertTimes(later, MODIFIED);
    FileTime epoch = FileTime.fromMillis(0);
    setter.set(epoch, epoch);
    assertTimes(epoch, epoch);
  }

  @Test
  void timesOfAnOpenFileAreExactToTheNanosecond() throws IOException {
    for (OpenOption option : new OpenOption[] {READ, WRITE, APPEND}) {
      try (UringFile file = uring.openFile(path, option)) {
        assertSetsTimes(file::setTimes);
      }
    }
  }

  @Test
  void timesOfAPathAreExactToTheNanosecond() throws IOException {
    assertSetsTimes(
        (modified, accessed) ->
            assertThat(files.setTimes(path, modified, accessed)).isSameAs(path));
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
    files.setTimes(link, MODIFIED, ACCESSED);
    assertTimes(MODIFIED, ACCESSED);
  }

  @Test
  void timeBefore1970IsKeptByTheRing() throws IOException {
    FileTime before = FileTime.from(Instant.parse("1969-12-31T23:59:55.999999999Z"));
    try (UringFile file = uring.openFile(path)) {
      file.setTimes(before, before);
      FileTime expected = engine.callsKernel() ? before : FileTime.fromMillis(0);
      assertTimes(expected, expected);
    }
  }

  @Test
  void timeThatNoFileSystemHasBecomesOneThatItHas() throws IOException {
    try (UringFile file = uring.openFile(path)) {
      file.setTimes(FileTime.from(Instant.MAX), MODIFIED);
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      assertThat(now.lastModifiedTime())
          .isGreaterThan(FileTime.from(Instant.ofEpochSecond(1L << 32)));
      assertThat(now.lastAccessTime()).isEqualTo(MODIFIED);
    }
  }

  @Test
  void everyPermissionIsSet() throws IOException {
    try (UringFile file = uring.openFile(path)) {
      for (PosixFilePermission permission : PosixFilePermission.values()) {
        file.setPermissions(Set.of(permission));
        assertThat(Files.getPosixFilePermissions(path)).containsExactly(permission);
      }
      for (String text : new String[] {"rwxrwxrwx", "---------", "rw-r-----"}) {
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(text);
        file.setPermissions(permissions);
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(permissions);
        files.setPermissions(path, Set.of());
        assertThat(Files.getPosixFilePermissions(path)).isEmpty();
        assertThat(files.setPermissions(path, permissions)).isSameAs(path);
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(permissions);
      }
    }
  }

  @Test
  void setUserIdGoesWithNewPermissionsAsForTheJdk() throws IOException {
    Files.setAttribute(path, "unix:mode", 04755);
    try (UringFile file = uring.openFile(path)) {
      file.setPermissions(PosixFilePermissions.fromString("rwxr-xr-x"));
      assertThat((int) Files.getAttribute(path, "unix:mode") & 07777).isEqualTo(0755);
    }
  }

  @Test
  void unlinkedFileIsReachedByItsDescriptor() throws IOException {
    Assumptions.assumeTrue(engine.callsKernel(), "the pool goes by the path");
    try (UringFile file = uring.openFile(path)) {
      Files.delete(path);
      file.setTimes(MODIFIED, null);
      file.setPermissions(Set.of(PosixFilePermission.OTHERS_WRITE));
      assertThat(file.attributes().lastModifiedTime()).isEqualTo(MODIFIED);
      assertThat(file.attributes().mode() & 0777).isEqualTo(0002);
    }
  }

  @Test
  void whatIsMissingOrNotOursIsReported() throws IOException {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> files.setTimes(missing, MODIFIED, null))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files.setPermissions(missing, Set.of()))
        .isInstanceOf(NoSuchFileException.class);
    try (UringFile file = uring.openFile(Path.of("/proc/self/status"))) {
      assertThatThrownBy(() -> file.setPermissions(Set.of()))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("/proc/self/status")
          .hasMessageContaining("Operation not permitted");
    }
  }

  @Test
  void badArgumentsAreNamed() throws IOException {
    Set<PosixFilePermission> withNull = new HashSet<>(Arrays.asList((PosixFilePermission) null));
    try (UringFile file = uring.openFile(path)) {
      assertNamed("permissions", () -> file.setPermissions(null));
      assertNamed("permissions contains null", () -> file.setPermissions(withNull));
      assertNamed("permissions", () -> files.setPermissions(path, null));
      assertNamed("permissions contains null", () -> files.setPermissions(path, withNull));
      assertNamed("path", () -> files.setPermissions(null, Set.of()));
      assertNamed("path", () -> files.setTimes(null, MODIFIED, null));
    }
  }

  private static void assertNamed(String name, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessageContaining(name);
  }

  @Test
  void interruptedThreadSetsNothingAndKeepsItsStatus() throws IOException {
    try (UringFile file = uring.openFile(path)) {
      file.setTimes(MODIFIED, ACCESSED);
      Set<PosixFilePermission> before = Files.getPosixFilePermissions(path);
      for (ThrowingCallable call :
          new ThrowingCallable[] {
            () -> file.setTimes(ACCESSED, null),
            () -> files.setTimes(path, ACCESSED, null),
            () -> file.setPermissions(Set.of()),
            () -> files.setPermissions(path, Set.of())
          }) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(call).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
      }
      assertTimes(MODIFIED, ACCESSED);
      assertThat(Files.getPosixFilePermissions(path)).isEqualTo(before);
    }
  }

  @Test
  void closedFileAndRingRefuse() throws IOException {
    UringFile file = uring.openFile(path);
    file.close();
    assertThatThrownBy(() -> file.setTimes(MODIFIED, null))
        .isExactlyInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.setPermissions(Set.of()))
        .isExactlyInstanceOf(ClosedChannelException.class);
    UringFile ofClosedRing = uring.openFile(path);
    uring.close();
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> ofClosedRing.setTimes(MODIFIED, null),
          () -> ofClosedRing.setPermissions(Set.of()),
          () -> files.setTimes(path, MODIFIED, null),
          () -> files.setPermissions(path, Set.of())
        }) {
      assertThatThrownBy(call).isInstanceOf(ClosedChannelException.class);
    }
    ofClosedRing.close();
  }
}
