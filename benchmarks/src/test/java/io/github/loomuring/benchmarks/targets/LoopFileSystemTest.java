package io.github.loomuring.benchmarks.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoopFileSystemTest {
  private static final long BYTES = 512L << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void isMountedUntilItIsUndone(LoopFileSystem.Kind kind) throws Exception {
    try (Undo undo = new Undo()) {
      Path mountPoint = mount(kind, undo);
      assertThat(Files.getFileStore(mountPoint).type()).isEqualToIgnoringCase(kind.name());
      Files.writeString(mountPoint.resolve("file"), "content");
      try (var files = Files.list(directory)) {
        assertThat(files).containsExactly(mountPoint); // the image has no name any more
      }
    }
    assertThat(directory).isEmptyDirectory();
  }

  private Path mount(LoopFileSystem.Kind kind, Undo undo) throws InterruptedException {
    try {
      return LoopFileSystem.mount(kind, directory, BYTES, undo);
    } catch (IOException e) {
      assumeTrue(false, e.getMessage());
      throw new AssertionError(e);
    }
  }
}
