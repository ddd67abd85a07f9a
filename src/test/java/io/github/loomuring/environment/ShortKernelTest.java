package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A kernel that is short of memory now and then: nothing of it reaches the user. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShortKernelTest {
  @TempDir Path directory;

  @BeforeEach
  void needStrace() throws Exception {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
    Commands.needTool("strace", "strace");
    Commands.Outcome trial = Commands.run("strace", "-f", "-o", "/dev/null", "true");
    assumeTrue(trial.status() == 0, () -> "strace may not trace: " + trial.output());
  }

  /** Counted for each thread; a call that fails is made once more to learn why. */
  @ParameterizedTest
  @CsvSource({
    "io_uring_enter, ENOMEM, 60..61",
    "io_uring_enter, ENOMEM, 40..99",
    "'preadv2,pwritev2,openat2', ENOMEM, 1+",
    "'preadv2,pwritev2,openat2', ENOMEM, 3..40",
  })
  void shortageIsOvercome(String calls, String errno, String when) throws Exception {
    Path log = directory.resolve("strace.log");
    Path files = Files.createDirectory(directory.resolve("files"));
    ChildJvm.Result result =
        ChildJvm.of(UseRingOften.class, files)
            .under(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-s",
                "0",
                "-o",
                log.toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":error=" + errno + ":when=" + when)
            .run();
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.value("ring")).isEqualTo("true");
    assertThat(result.value("files")).isEqualTo("ok");
    assertThat(Files.readString(log)).contains("(INJECTED)");
  }
}
