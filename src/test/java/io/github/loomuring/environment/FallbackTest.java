package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines that refuse io_uring, in each way in which they do. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FallbackTest {
  private static final Path SYSCTL = Path.of("/proc/sys/kernel/io_uring_disabled");
  private static final String LOGGED =
      "io_uring is not available, files use a pool of platform threads: ";

  @TempDir Path directory;

  @Test
  void sysctlThatSwitchesIoUringOffGivesThePool() throws Exception {
    Commands.needRoot();
    needRing();
    assumeTrue(Files.exists(SYSCTL), "needs Linux 6.6: there is no " + SYSCTL);
    String before = Files.readString(SYSCTL).strip();
    assumeTrue(before.equals("0"), "needs kernel.io_uring_disabled=0, and it is " + before);
    Thread restoreAtExit = new Thread(() -> write(SYSCTL, before));
    Runtime.getRuntime().addShutdownHook(restoreAtExit);
    ChildJvm.Result result;
    try (ChildJvm.Running child = ChildJvm.of(TryLibrary.class, directory, "wait").start()) {
      // For others on this machine it is switched off no longer than the child needs to find out.
      child.awaitLine("ready");
      write(SYSCTL, "2");
      try {
        child.send("go");
        child.awaitLine("tried");
      } finally {
        write(SYSCTL, before);
      }
      result = child.result();
    } finally {
      write(SYSCTL, before);
      Runtime.getRuntime().removeShutdownHook(restoreAtExit);
    }
    assertThat(Files.readString(SYSCTL).strip()).isEqualTo(before);
    assertPool(result, "io_uring_setup: EPERM", "kernel.io_uring_disabled", "seccomp");
  }

  @ParameterizedTest(name = "errno {0}")
  @CsvSource({
    "1, io_uring_setup: EPERM (Operation not permitted), seccomp profile",
    "12, io_uring_setup: ENOMEM (Cannot allocate memory), raise RLIMIT_MEMLOCK",
    "38, io_uring_setup: ENOSYS (Function not implemented), CONFIG_IO_URING",
  })
  void seccompFilterThatRefusesSetupGivesThePool(int errno, String cause, String remedy)
      throws Exception {
    assertPool(underSeccomp(425, errno), cause, remedy);
  }

  @ParameterizedTest(name = "system call {0}, errno {1}")
  @CsvSource({"426, 1, io_uring_enter", "427, 1, IORING_REGISTER_PROBE"})
  void seccompFilterThatAllowsOnlySetupGivesThePool(int systemCall, int errno, String cause)
      throws Exception {
    assertPool(underSeccomp(systemCall, errno), cause);
  }

  /** Old seccomp profiles answer EPERM for system calls that they do not know, not ENOSYS. */
  @ParameterizedTest(name = "system call {0}, errno {1}")
  @CsvSource({"437, 1", "437, 38", "327, 1", "328, 1"})
  void refusedShortCutIsDoneWithout(int systemCall, int errno) throws Exception {
    needRing();
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs the numbers of amd64");
    ChildJvm.Result result = underSeccomp(systemCall, errno);
    assertThat(result.err()).isEmpty();
    assertThat(result.value("ring")).isEqualTo("true");
    assertThat(result.value("files")).isEqualTo("ok");
  }

  @Test
  void deniedNativeAccessGivesThePoolAndNamesTheFlag() throws Exception {
    ChildJvm.Result result =
        ChildJvm.bare(TryLibrary.class, directory).flags("--illegal-native-access=deny").run();
    assertPool(result, "--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void deniedNativeAccessOfTheModuleNamesTheModule() throws Exception {
    ChildJvm.Result result =
        ChildJvm.bare(TryLibrary.class, directory)
            .flags("--illegal-native-access=deny")
            .flags(asModule(ChildJvm.libraryClasses()))
            .classPath(ChildJvm.testClasses())
            .run();
    assertPool(result, "--enable-native-access=io.github.loomuring");
  }

  @Test
  void otherSystemThanLinuxGivesThePool() throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(TryLibrary.class, directory).flags("-Dos.name=Mac OS X").run();
    assertPool(result, "this is Mac OS X, and io_uring is part of Linux");
  }

  @Test
  void otherArchitectureGivesThePool() throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(TryLibrary.class, directory).flags("-Dos.arch=riscv64").run();
    assertPool(result, "os.arch=riscv64 is not supported");
  }

  @Test
  void moduleOnTheModulePathNeedsItsOwnFlagOnly() throws Exception {
    needRing();
    ChildJvm.Result result =
        ChildJvm.bare(TryLibrary.class, directory)
            .flags("--enable-native-access=io.github.loomuring")
            .flags(asModule(ChildJvm.libraryClasses()))
            .classPath(ChildJvm.testClasses())
            .run();
    assertRingWithoutWarnings(result);
    assertThat(result.value("module")).isEqualTo("module io.github.loomuring");
  }

  @Test
  void jarOnTheModulePathRunsOnJavaBaseAlone() throws Exception {
    needRing();
    ChildJvm.Result result =
        ChildJvm.bare(TryLibrary.class, directory)
            .flags("--enable-native-access=io.github.loomuring")
            .flags("--limit-modules=io.github.loomuring")
            .flags(asModule(LibraryJar.in(directory)))
            .classPath(ChildJvm.testClasses())
            .run();
    assertRingWithoutWarnings(result);
    assertThat(result.value("module")).isEqualTo("module io.github.loomuring");
  }

  @Test
  void classPathNeedsTheFlagForTheUnnamedModule() throws Exception {
    needRing();
    assertRingWithoutWarnings(ChildJvm.of(TryLibrary.class, directory).run());
  }

  private static String[] asModule(Path classes) {
    return new String[] {"--module-path=" + classes, "--add-modules=io.github.loomuring"};
  }

  private ChildJvm.Result underSeccomp(int systemCall, int errno) throws Exception {
    ChildJvm.Result result = ChildJvm.of(UnderSeccomp.class, systemCall, errno, directory).run();
    assumeFalse("-1".equals(result.value("seccomp")), "needs seccomp filters");
    return result;
  }

  private static void needRing() {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
  }

  private static void assertRingWithoutWarnings(ChildJvm.Result result) {
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.value("available")).isEqualTo("true");
    assertThat(result.value("reason")).isEmpty();
    assertThat(result.value("ring")).isEqualTo("true");
    assertThat(result.value("never")).isEqualTo("ring");
    assertThat(result.value("files")).isEqualTo("ok");
  }

  /** The library fell back, said why in each place, and works. */
  private static void assertPool(ChildJvm.Result result, String... words) {
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.value("available")).isEqualTo("false");
    assertThat(result.value("reason")).contains(words);
    assertThat(result.value("ring")).isEqualTo("false");
    assertThat(result.value("shared")).startsWith("Uring[engine=pool");
    assertThat(result.value("second")).isEqualTo("false");
    assertThat(result.value("never"))
        .startsWith("java.lang.UnsupportedOperationException: io_uring is not available: ")
        .contains(words);
    assertThat(result.value("files")).isEqualTo("ok");
    List<String> logged =
        Arrays.stream(result.err().split("\n")).filter(line -> line.contains(LOGGED)).toList();
    assertThat(logged).as(result.err()).singleElement().asString().contains(words);
    // Besides it only the line that java.util.logging puts before each: date, class, method.
    assertThat(result.err().split("\n")).as(result.err()).hasSize(2);
  }

  private static void write(Path path, String text) {
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new AssertionError("writing " + text + " to " + path, e);
    }
  }
}
