package io.github.loomuring.environment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions.Inline;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nothing is allocated per read or write in steady state, on the caller or by the reaper.
 *
 * <p>Measured in a JVM of its own, that of a program which uses one kind of ring: after all other
 * tests the compiler has seen so many kinds of buffers that it no longer removes the segment
 * through which the JDK tells a direct buffer's address (40 bytes).
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class AllocationTest {
  private static final String[] TRANSFERS = {
    "read direct",
    "read heap",
    "read segment",
    "read leased",
    "write direct",
    "write heap",
    "write segment",
    "write leased",
    "channel read",
    "channel read at",
    "channel write",
    "channel write at"
  };

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void transfersAllocateNothing(Inline inline) throws Exception {
    Assumptions.assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    Path file = Files.writeString(directory.resolve("file"), "x".repeat(4_096), UTF_8);
    ChildJvm.Result result =
        ChildJvm.of(MeasureAllocation.class, inline, file)
            .flags("-XX:TieredStopAtLevel=4") // as servers run
            .run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(Double.parseDouble(result.value("control")))
        .as("the measurement notices an allocation")
        .isGreaterThanOrEqualTo(16);
    for (String transfer : TRANSFERS) {
      assertThat(Double.parseDouble(result.value(transfer))).as(transfer).isLessThan(1);
    }
  }
}
