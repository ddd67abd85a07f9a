package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The first use of the library while the process lacks something, and uses after that. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FirstUseTest {
  private static final String FELL_BACK =
      "WARNING: io_uring is not available, files use a pool of platform threads: ";
  private static final String CAME = "INFO: new files of the shared Uring use io_uring again";
  private static final int PIDS_MAX = 70;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    file = Files.writeString(directory.resolve("file"), "text");
  }

  private ChildJvm child(String shortage) throws Exception {
    // Classes in a directory are files to open, too.
    return ChildJvm.of(UseUnderShortage.class, shortage, file, directory)
        .classPath(LibraryJar.in(directory), ChildJvm.testClasses());
  }

  private static void assertRecovered(ChildJvm.Result result) {
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.value("second")).as(result.err()).isEqualTo("works: 4");
    assertThat(result.value("ring")).as(result.err()).isEqualTo("true");
    assertThat(result.value("files")).isEqualTo("ok");
  }

  private static void assertLogged(ChildJvm.Result result, String... words) {
    assertThat(result.err().lines().filter(line -> line.contains(FELL_BACK)))
        .as(result.err())
        .singleElement()
        .asString()
        .contains(words)
        .endsWith("the library tries again later");
    assertThat(result.err().lines().filter(line -> line.contains(CAME)))
        .as(result.err())
        .singleElement()
        .asString()
        .contains(words);
  }

  @Test
  void threadsThatRunOutAreWaitedForByThePool() throws Exception {
    try (PidsGroup group = new PidsGroup(PIDS_MAX)) {
      ChildJvm.Result result = child("threads").under(group.command()).run();
      assertRecovered(result);
      assertThat(result.value("first")).isEqualTo("works: 4");
      assertLogged(result, "unable to create native thread", "pids.max");
    }
  }

  @Test
  void descriptorsThatRunOutAreNamedByTheOpen() throws Exception {
    Commands.needTool("prlimit", "util-linux");
    ChildJvm.Result result =
        child("descriptors").flags("-XX:-MaxFDLimit").under("prlimit", "--nofile=100:100").run();
    assertRecovered(result);
    assertThat(result.value("first"))
        .isEqualTo(
            "java.nio.file.FileSystemException: "
                + file
                + ": open: EMFILE (Too many open files); raise RLIMIT_NOFILE (ulimit -n)");
    // The log would have been set up without its configuration, and so have been silent for good.
    assertThat(result.err().lines().filter(line -> line.contains(CAME)))
        .singleElement()
        .asString()
        .contains("EMFILE (Too many open files); raise RLIMIT_NOFILE (ulimit -n)");
  }

  @Test
  void directMemoryThatRunsOutIsWaitedForByThePool() throws Exception {
    ChildJvm.Result result = child("direct").flags("-XX:MaxDirectMemorySize=8m").run();
    assertRecovered(result);
    assertThat(result.value("first")).isEqualTo("works: 4");
    assertLogged(result, "direct buffer memory", "raise -XX:MaxDirectMemorySize");
  }

  /** What the JDK cannot do then, it may say by an error; what matters is what comes after. */
  @Test
  void fullHeapAtTheFirstUseBreaksNothing() throws Exception {
    assertRecovered(child("heap").flags("-Xmx32m").run());
  }

  @Test
  void overflowOfTheStackAtTheFirstUseBreaksNothing() throws Exception {
    ChildJvm.Result result = child("stack").flags("-Xss512k").run();
    assertRecovered(result);
    assertThat(result.value("first")).contains("works: 4");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void wrongPropertyIsAClearErrorEachTime() throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(UseWrongProperty.class, file).flags("-Dio.github.loomuring.gate=wide").run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines())
        .hasSize(10)
        .containsOnly(
            "java.lang.IllegalArgumentException: io.github.loomuring.gate=wide is not a number");
  }
}
