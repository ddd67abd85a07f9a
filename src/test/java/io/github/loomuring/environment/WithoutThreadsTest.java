package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs a thread of the pool, where none can be made. */
class WithoutThreadsTest {
  private static final int PIDS_MAX = 70;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"NEVER", "ALWAYS"})
  void filesAreWrittenAndClosedByTheCaller(String fallback) throws Exception {
    assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    try (PidsGroup group = new PidsGroup(PIDS_MAX)) {
      ChildJvm.Result result =
          ChildJvm.of(CloseWithoutThreads.class, directory.resolve("file"))
              .flags("-Dio.github.loomuring.fallback=" + fallback)
              .under(group.command())
              .run();
      assertThat(result.status()).as(result.out() + result.err()).isZero();
      assertThat(result.value("lost")).as(result.out()).isEqualTo("0");
      assertThat(result.value("failed")).as(result.out()).isEqualTo("0");
      assertThat(result.value("ring")).isEqualTo(String.valueOf(fallback.equals("NEVER")));
    }
  }
}
