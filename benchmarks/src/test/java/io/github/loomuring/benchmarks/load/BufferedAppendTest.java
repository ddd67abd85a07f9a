package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BufferedAppendTest {
  @TempDir private Path directory;

  @Test
  void theFileGrowsAndIsTruncatedNowAndThen() throws IOException {
    BufferedAppend work = new BufferedAppend("append", 4096, 1, List.of());
    Path file = directory.resolve("appended0");
    Site site = new Site(DataFile.ofSize(directory, 1), directory);

    try (Scene scene = work.open(FileChannelApi.shared(), site, 1)) {
      MeasuredOperation append = scene.operations().getFirst();
      for (int i = 0; i < 1024; i++) {
        append.run();
      }
      assertThat(file).hasSize(1024 * 4096);
      append.run();
      assertThat(file).hasSize(4096);
    }
    try (Scene scene = work.open(FileChannelApi.shared(), site, 1)) {
      assertThat(file).hasSize(0);
      scene.operations().getFirst().run();
      assertThat(Files.size(file)).isEqualTo(4096);
    }
  }
}
