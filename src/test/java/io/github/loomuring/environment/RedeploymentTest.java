package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

  /** Where the library belongs to the container, its threads outlive the one that needed them. */
  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void noThreadKeepsTheContextClassLoaderOfWhoeverNeededIt(Engines engine) throws Exception {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
      caller.setContextClassLoader(application);
      List<Thread> threads;
      try (Uring uring = engine.open();
          UringFile file = uring.openFile(directory.resolve("file"), CREATE_NEW, WRITE)) {
        file.write(ByteBuffer.allocate(1), 0);
        file.force(true);
        uring.files().list(directory); // on a pool
        threads =
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("loom-uring-"))
                .toList();
      }
      assertThat(threads).hasSizeGreaterThan(1);
      assertThat(threads).allMatch(thread -> thread.getContextClassLoader() != application);
    } finally {
      caller.setContextClassLoader(before);
    }
  }
}
