package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of the process (getrlimit(2)) that file operations can run into. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitsTest {
  private static final int DESCRIPTORS = 300;
  private static final int FILE_BYTES = 2 << 20;

  @TempDir Path directory;

  @BeforeEach
  void needLimits() {
    Commands.needTool("prlimit", "util-linux");
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL"})
  void descriptorsThatRunOutAreNamedAndNoneLeaks(Engines engine) throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(UseManyFiles.class, directory, engine)
            // Classes in a directory are files to open, too.
            .classPath(ChildJvm.libraryJar(directory), ChildJvm.testClasses())
            .under("prlimit", "--nofile=" + DESCRIPTORS + ":" + DESCRIPTORS)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.value("opened")).isEqualTo("true");
    for (String key : new String[] {"thrown", "again", "create"}) {
      assertThat(result.value(key))
          .startsWith("java.nio.file.FileSystemException: " + directory)
          .contains("Too many open files");
      if (engine.isRing()) {
        assertThat(result.value(key)).contains("raise RLIMIT_NOFILE (ulimit -n)");
      }
    }
    assertThat(result.value("same")).isEqualTo("true");
    assertThat(result.value("leaked")).isEqualTo("0");
    // Neither was there a descriptor for a ring.
    assertThat(result.out()).contains("EMFILE (Too many open files); raise RLIMIT_NOFILE");
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_NOTHING_INLINE", "RING_ADAPTIVE", "POOL"})
  void writePastTheFileSizeLimitIsAnExceptionAndNoSignal(Engines engine) throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(WriteLargeFile.class, directory, engine, FILE_BYTES)
            .under("prlimit", "--fsize=" + FILE_BYTES)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    for (String key : new String[] {"heap", "direct", "whole", "replace"}) {
      assertThat(result.value(key))
          .startsWith("java.nio.file.FileSystemException: " + directory)
          .contains("File too large");
    }
    assertThat(result.value("written")).isEqualTo(Integer.toString(FILE_BYTES));
    assertThat(result.value("size")).isEqualTo(Integer.toString(FILE_BYTES));
    assertThat(result.value("intact")).isEqualTo("true");
    assertThat(result.value("alive")).isEqualTo("true");
  }
}
