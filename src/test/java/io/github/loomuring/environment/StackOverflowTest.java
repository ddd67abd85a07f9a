package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.op.DeepCalls;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls that overflow the stack, at every depth, lose nothing: with frames of each size. */
class StackOverflowTest {
  @TempDir Path directory;

  @BeforeEach
  void setUp() {
    Assumptions.assumeTrue(
        Uring.available(), () -> "no io_uring: " + Uring.unavailableReason().orElse(""));
  }

  @ParameterizedTest(name = "{0}, virtual {1}")
  @CsvSource({
    "-Xint, true",
    "-XX:TieredStopAtLevel=1, true",
    "-XX:TieredStopAtLevel=4, true",
    "-XX:TieredStopAtLevel=4, false"
  })
  void callsDeepInTheStackLoseNothing(String flag, boolean virtual) throws Exception {
    // Half the usual stack: more of the depths overflow it, and each takes less time.
    ChildJvm.Result result =
        ChildJvm.of(DeepCalls.class, directory, virtual).flags(flag, "-ea", "-Xss512k").run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(Integer.parseInt(result.value("overflows"))).as(result.out()).isPositive();
    assertThat(Integer.parseInt(result.value("ended"))).as(result.out()).isPositive();
  }
}
