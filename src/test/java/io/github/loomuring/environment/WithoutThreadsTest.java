package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs a thread of the pool, where none can be made. */
class WithoutThreadsTest {
  private static final int PIDS_MAX = 70;

  @TempDir Path directory;

  @Test
  void filesAreWrittenAndClosedByTheCaller() throws Exception {
    assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    try (PidsGroup group = new PidsGroup(PIDS_MAX)) {
      ChildJvm.Result result =
          ChildJvm.of(CloseWithoutThreads.class, directory.resolve("file"))
              .under(group.command())
              .run();
      assertThat(result.status()).as(result.out() + result.err()).isZero();
      assertThat(result.value("lost")).as(result.out()).isEqualTo("0");
      assertThat(result.value("failed")).as(result.out()).isEqualTo("0");
      assertThat(result.value("ring")).isEqualTo("true");
    }
  }
}
