package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every work does what it is to do, more than once, with the JDK and with the library. */
class WorksTest {
  private static final int THREADS = 2;

  private Path directory;

  /** Not in a temporary directory, which may be in memory: there is no O_DIRECT then. */
  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "works-test-");
  }

  @AfterEach
  void removeDirectory() throws IOException {
    Trees.delete(directory);
  }

  static Stream<String> works() {
    return Works.ALL.stream().filter(work -> !(work instanceof TreeCopyWork)).map(Work::name);
  }

  @ParameterizedTest
  @MethodSource("works")
  void runsWithTheJdk(String name) throws IOException {
    run(Works.named(name), FileChannelApi.shared());
  }

  @ParameterizedTest
  @MethodSource("works")
  void runsWithTheLibrary(String name) throws IOException {
    try (UringApi api = new UringApi(Uring.open(UringOptions.defaults()))) {
      run(Works.named(name), api);
    }
  }

  /** Two measurements of two threads, each of two operations, in turn. */
  private <F> void run(Work work, FileApi<F> api) throws IOException {
    Site site = new Site(DataFile.ofSize(directory, 4), directory);
    for (int measurement = 0; measurement < 2; measurement++) {
      try (Scene scene = work.open(api, site, THREADS)) {
        assertThat(scene.operations()).hasSize(THREADS);
        for (MeasuredOperation operation : scene.operations()) {
          operation.run();
          operation.run();
        }
      }
    }
    assertThat(names()).doesNotContain("new", "other");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }
}
