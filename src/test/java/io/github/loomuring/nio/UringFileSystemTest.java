package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Deadline;
import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringFiles;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardOpenOption;
import java.nio.file.spi.FileSystemProvider;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ways to the file system, and what it has beside the platform's. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UringFileSystemTest {
  @TempDir Path directory;

  @Test
  void pathsUrisAndTheProviderListLeadToTheSameFileSystem() {
    Path path = UringFileSystem.of(directory);
    assertThat(path.getFileSystem()).isInstanceOf(UringFileSystem.class);
    assertThat(UringFileSystem.of(path)).isSameAs(path);
    assertThat(Path.of(URI.create("uring://" + directory))).isEqualTo(path);
    assertThat(Path.of(URI.create("URING://" + directory))).isEqualTo(path);
    assertThat(path.toUri()).hasToString("uring://" + directory + "/");
    assertThat(FileSystems.getFileSystem(URI.create("uring:///"))).isSameAs(path.getFileSystem());
    assertThat(FileSystemProvider.installedProviders())
        .filteredOn(provider -> provider.getScheme().equals("uring"))
        .singleElement()
        .isInstanceOf(UringFileSystemProvider.class);
  }

  @Test
  void foreignPathsAndNullAreRefused() throws Exception {
    Path zip = directory.resolve("some.zip");
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      assertThatThrownBy(() -> UringFileSystem.of(inside.getPath("a")))
          .isInstanceOf(ProviderMismatchException.class)
          .hasMessageContaining("path=a");
    }
    assertThatThrownBy(() -> UringFileSystem.of(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("path");
    assertThatThrownBy(() -> UringFileSystem.of(null, directory))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("uring");
  }

  @Test
  void ownRingHasAFileSystemOfItsOwnThatEndsWithIt() throws Exception {
    Uring uring = Engines.POOL.open();
    Path path = UringFileSystem.of(uring, directory);
    assertThat(path).isNotEqualTo(UringFileSystem.of(directory));
    assertThat(path).isEqualTo(UringFileSystem.of(uring, directory));
    assertThat(UringFileSystem.of(Uring.shared(), directory))
        .isEqualTo(UringFileSystem.of(directory));
    assertThat(path.resolve("a").getFileSystem()).isSameAs(path.getFileSystem());
    assertThat(path.getFileSystem().isOpen()).isTrue();
    Path copied =
        Files.copy(
            Files.writeString(path.resolve("a"), "text"),
            UringFileSystem.of(directory).resolve("b"));
    assertThat(copied).hasContent("text");
    uring.close();
    assertThat(path.getFileSystem().isOpen()).isFalse();
    assertThatThrownBy(() -> Files.size(path)).isInstanceOf(ClosedFileSystemException.class);
    assertThatThrownBy(() -> Files.newInputStream(path.resolve("a")))
        .isInstanceOf(ClosedFileSystemException.class);
    assertThatThrownBy(() -> Files.newDirectoryStream(path))
        .isInstanceOf(ClosedFileSystemException.class);
  }

  @Test
  void onlyTheJvmsOwnProviderIsWrapped() {
    FileSystemProvider platform = FileSystems.getDefault().provider();
    FileSystemProvider ours = new UringFileSystemProvider(platform);
    assertThat(ours.getScheme()).isEqualTo("file");
    Path path = ours.getPath(directory.toUri());
    assertThat(path.toString()).isEqualTo(directory.toString());
    assertThat(path.getFileSystem().provider()).isSameAs(ours);
    assertThat(path.toUri()).isEqualTo(directory.toUri());
    assertThatThrownBy(() -> new UringFileSystemProvider(ours))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("platform=");
    FileSystemProvider jrt = FileSystems.getFileSystem(URI.create("jrt:/")).provider();
    assertThatThrownBy(() -> new UringFileSystemProvider(jrt))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLibrarysOwnCallsTakeItsPaths() throws Exception {
    Path path = UringFileSystem.of(directory);
    UringFiles.writeString(path.resolve("a"), "text");
    assertThat(UringFiles.list(path)).containsExactly(path.resolve("a"));
    assertThat(UringFiles.readSymbolicLink(UringFiles.createSymbolicLink(path.resolve("l"), path)))
        .isEqualTo(path);
    try (UringFile file = UringFile.open(path.resolve("a"), StandardOpenOption.READ)) {
      assertThat(file.path()).isEqualTo(path.resolve("a"));
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(4);
    }
  }

  /** Also on a platform thread, which otherwise has the platform do it. */
  @Test
  void deadlinesHoldForEverything() throws Exception {
    Path path = UringFileSystem.of(directory);
    for (Deadline.Operation<IOException> operation :
        java.util.List.<Deadline.Operation<IOException>>of(
            () -> Files.delete(path.resolve("a")),
            () -> Files.createDirectory(path.resolve("a")),
            () -> Files.size(path),
            () -> Files.copy(path, path.resolve("a")),
            () -> Files.newInputStream(path.resolve("a")).close())) {
      assertThatThrownBy(() -> Deadline.within(Duration.ZERO, operation))
          .isInstanceOf(FileTimeoutException.class);
    }
    assertThatThrownBy(() -> Deadline.within(Duration.ZERO, () -> path.toUri()))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(FileTimeoutException.class);
    assertThat(directory).isEmptyDirectory();
  }
}
