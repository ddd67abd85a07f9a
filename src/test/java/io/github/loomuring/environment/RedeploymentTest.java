package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers that load the library with an application, and take both away again. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RedeploymentTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"AUTO", "ALWAYS"})
  void nothingIsLeftOfAnApplicationThatHasClosedTheSharedUring(String fallback) throws Exception {
    int times = 2;
    ChildJvm.Result result =
        ChildJvm.of(
                Redeployment.class,
                directory,
                times,
                ChildJvm.libraryClasses() + ":" + ChildJvm.testClasses())
            .flags("-Dio.github.loomuring.fallback=" + fallback)
            .classPath(ChildJvm.testClasses())
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().filter("unloaded=true"::equals)).hasSize(times);
    assertThat(result.value("threadsEnded")).isEmpty();
    assertThat(result.value("descriptors")).isEmpty();
  }
}
