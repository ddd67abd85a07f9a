package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A shared ring that fails under a program that goes on. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailedRingTest {
  @TempDir Path directory;

  /** The second failure soon after the first has the pool take over for a while. */
  @ParameterizedTest(name = "{0} times, {1} rings")
  @CsvSource({"1, 1, 0", "2, 1, 1", "1, 3, 0"})
  void filesGoOnWhenTheSharedRingHasFailed(int times, int rings, int warnings) throws Exception {
    assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    ChildJvm.Result result =
        ChildJvm.of(UseFailedRing.class, directory, times)
            .flags("-Dio.github.loomuring.rings=" + rings)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.out().lines().filter("ring=true"::equals)).hasSize(times);
    assertThat(result.out().lines().filter("failed=true"::equals)).hasSize(times);
    assertThat(result.out().lines().filter("same=true"::equals)).hasSize(times);
    assertThat(result.value("closedQuickly")).as(result.err()).isEqualTo("true");
    assertThat(result.value("again")).as(result.err()).isEqualTo("true");
    assertThat(result.err()).contains("SEVERE: the ring has failed");
    // One line for each change; on a slow machine the pool has had its time by the end.
    assertThat(result.err().lines().filter(line -> line.startsWith("INFO: ")))
        .as(result.err())
        .hasSizeBetween(1, times)
        .allMatch(line -> line.contains("new files of the shared Uring use io_uring again"));
    assertThat(result.err().lines().filter(line -> line.startsWith("WARNING: ")))
        .as(result.err())
        .hasSize(warnings)
        .allMatch(line -> line.contains("files use a pool of platform threads: rings have failed"));
  }
}
