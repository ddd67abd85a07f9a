package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seccomp profiles that allow io_uring and refuse other calls of the library, each alone and all
 * together: EPERM is what old profiles answer for calls that they do not know, ENOSYS what newer
 * ones do.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefusedCallsTest {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));

  /** asm/unistd_64.h, and asm-generic/unistd.h. */
  enum Call {
    PREADV2(327, 286),
    PWRITEV2(328, 287),
    STATX(332, 291),
    OPENAT2(437, 437),
    COPY_FILE_RANGE(326, 285),
    FALLOCATE(285, 47),
    SYNC_FILE_RANGE(277, 84),
    FADVISE64(221, 223),
    UTIMENSAT(280, 88),
    FCHMOD(91, 52),
    FSTATFS(138, 44);

    final int number;

    Call(int amd64, int aarch64) {
      number = AARCH64 ? aarch64 : amd64;
    }
  }

  @TempDir Path directory;

  @BeforeEach
  void needRing() {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void callThatIsRefusedIsDoneWithout(Call call) throws Exception {
    assertWorks(List.of(call), EPERM);
  }

  @ParameterizedTest
  @EnumSource(names = {"PREADV2", "PWRITEV2", "STATX", "OPENAT2", "COPY_FILE_RANGE", "FCHMOD"})
  void callThatIsUnknownIsDoneWithout(Call call) throws Exception {
    assertWorks(List.of(call), ENOSYS);
  }

  @ParameterizedTest
  @ValueSource(ints = {EPERM, ENOSYS})
  void allAreDoneWithout(int errno) throws Exception {
    assertWorks(List.of(Call.values()), errno);
  }

  @ParameterizedTest
  @CsvSource({"PREADV2, PWRITEV2", "STATX, OPENAT2"})
  void pairsAreDoneWithout(Call one, Call other) throws Exception {
    assertWorks(List.of(one, other), EPERM);
  }

  private void assertWorks(List<Call> calls, int errno) throws Exception {
    String numbers =
        calls.stream().map(call -> String.valueOf(call.number)).collect(Collectors.joining(","));
    ChildJvm.Result result =
        ChildJvm.of(UnderSeccomp.class, numbers, errno, directory, "left").run();
    assumeFalse("-1".equals(result.value("seccomp")), "needs seccomp filters");
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.value("ring")).isEqualTo("true");
    assertThat(result.value("files")).isEqualTo("ok");
  }
}
