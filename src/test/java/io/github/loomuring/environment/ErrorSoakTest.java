package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.op.ErrorSoak;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A load with checksums goes on, and is right, beside calls that overflow and a full heap. */
class ErrorSoakTest {
  private static final int SECONDS = 5;
  private static final int LONG_SECONDS = 600;

  @TempDir Path directory;

  @BeforeEach
  void setUp() {
    Assumptions.assumeTrue(
        Uring.available(), () -> "no io_uring: " + Uring.unavailableReason().orElse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"overflow", "heap"})
  void nothingIsLostInSeconds(String mode) throws Exception {
    soak(mode, SECONDS, "-XX:+UseG1GC");
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({"overflow, -XX:+UseG1GC", "heap, -XX:+UseG1GC", "heap, -XX:+UseSerialGC"})
  void nothingIsLostInMinutes(String mode, String collector) throws Exception {
    soak(mode, LONG_SECONDS, collector);
  }

  private void soak(String mode, int seconds, String collector) throws Exception {
    long seed = Long.getLong("loomuring.seed", System.nanoTime());
    System.out.println("seed=" + seed + ", replay it with -Dloomuring.seed=" + seed);
    ChildJvm.Result result =
        ChildJvm.of(ErrorSoak.class, directory, seconds, mode, seed)
            .flags("-ea", "-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", collector)
            .timeoutSeconds(seconds + 60L)
            .run();
    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(Long.parseLong(result.value("operations"))).isPositive();
    assertThat(Long.parseLong(result.value("thrown"))).as(result.out()).isPositive();
  }
}
