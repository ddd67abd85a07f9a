package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Programs that know nothing of the library, on it by one flag. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DefaultProviderTest {
  private static final String FLAG =
      "-Djava.nio.file.spi.DefaultFileSystemProvider="
          + "io.github.loomuring.nio.UringFileSystemProvider";
  private static final String OURS = "io.github.loomuring.nio.UringFileSystem";

  /** The same for all programs: what they see of their work has its name. */
  @TempDir static Path all;

  /** What the ordinary program sees on the platform's file system. */
  private static ChildJvm.Result theirs;

  @TempDir Path directory;
  private Path work;

  @BeforeEach
  void nameWork() {
    work = all.resolve("work");
  }

  private ChildJvm.Result run(ChildJvm child) throws Exception {
    Trees.remove(work);
    Files.createDirectory(work);
    ChildJvm.Result result = child.run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    return result;
  }

  private static String seen(ChildJvm.Result result) {
    return String.join("\n", result.out().lines().filter(line -> !line.startsWith("#")).toList());
  }

  private void assertSameWith(ChildJvm child, String rings) throws Exception {
    assertSame(run(child), rings);
  }

  /** The program has seen what it sees on the platform's file system. */
  private void assertSame(ChildJvm.Result ours, String rings) throws Exception {
    if (theirs == null) {
      theirs = run(ChildJvm.of(OrdinaryProgram.class, work));
    }
    assertThat(theirs.value("# default")).doesNotContain("loomuring");
    assertThat(seen(ours)).isEqualTo(seen(theirs)).contains("paths=").doesNotContain("Exception");
    assertThat(ours.value("# default")).isEqualTo(OURS);
    assertThat(ours.value("# rings")).isEqualTo(rings);
  }

  private static void needRing() {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
  }

  private ChildJvm asModule(Path library) {
    return ChildJvm.bare(OrdinaryProgram.class, work)
        .flags("--module-path=" + library, "--add-modules=io.github.loomuring", FLAG)
        .classPath(ChildJvm.testClasses());
  }

  @Test
  void onTheClassPath() throws Exception {
    needRing();
    ChildJvm.Result ours = run(ChildJvm.of(OrdinaryProgram.class, work).flags(FLAG));
    assertThat(ours.err()).isEmpty();
    assertSame(ours, "1");
  }

  @Test
  void asAJarOnTheClassPath() throws Exception {
    needRing();
    assertSameWith(
        ChildJvm.of(OrdinaryProgram.class, work)
            .flags(FLAG)
            .classPath(LibraryJar.in(directory), ChildJvm.testClasses()),
        "1");
  }

  @Test
  void onTheModulePath() throws Exception {
    needRing();
    ChildJvm.Result ours =
        run(
            asModule(ChildJvm.libraryClasses())
                .flags("--enable-native-access=io.github.loomuring"));
    assertThat(ours.err()).isEmpty();
    assertSame(ours, "1");
  }

  @Test
  void asAJarOnTheModulePath() throws Exception {
    needRing();
    assertSameWith(
        asModule(LibraryJar.in(directory)).flags("--enable-native-access=io.github.loomuring"),
        "1");
  }

  @Test
  void withoutNativeAccessOnThePool() throws Exception {
    ChildJvm.Result ours =
        run(ChildJvm.bare(OrdinaryProgram.class, work).flags(FLAG, "--illegal-native-access=deny"));
    assertThat(ours.err()).contains("files use a pool of platform threads");
    assertSame(ours, "0");
  }

  @Test
  void withoutNativeAccessAsAModuleOnThePool() throws Exception {
    assertSameWith(asModule(ChildJvm.libraryClasses()).flags("--illegal-native-access=deny"), "0");
  }

  @Test
  void whereTheKernelRefusesOnThePool() throws Exception {
    ChildJvm.Result result = run(ChildJvm.of(UnderSeccomp.class, 425, 1, directory).flags(FLAG));
    assumeTrue(!"-1".equals(result.value("seccomp")), "needs seccomp filters");
    assertThat(result.value("ring")).isEqualTo("false");
    assertThat(result.value("files")).isEqualTo("ok");
  }

  /** The library's own API takes paths of the default file system, which are ours then. */
  @Test
  void theLibraryItselfWorksOnItsOwnPaths() throws Exception {
    needRing();
    ChildJvm.Result result = run(ChildJvm.of(TryLibrary.class, directory).flags(FLAG));
    assertThat(result.err()).isEmpty();
    assertThat(result.value("ring")).isEqualTo("true");
    assertThat(result.value("files")).isEqualTo("ok");
  }

  /** A logger that reads its configuration is made while the shared ring is. */
  @Test
  void loggerMayReadFilesWhileTheRingIsMade() throws Exception {
    needRing();
    assertSame(run(withReadingLoggers("--enable-native-access=ALL-UNNAMED")), "1");
  }

  @Test
  void loggerMayReadFilesWhileThePoolIsMade() throws Exception {
    ChildJvm.Result result = run(withReadingLoggers("--illegal-native-access=deny"));
    assertThat(result.err()).contains("READ line: io_uring is not available");
    assertSame(result, "0");
  }

  private ChildJvm withReadingLoggers(String nativeAccess) throws Exception {
    Path classPath = directory.resolve("loggers");
    Path services = Files.createDirectories(classPath.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("java.lang.System$LoggerFinder"), ReadingLoggers.class.getName());
    return ChildJvm.bare(OrdinaryProgram.class, work)
        .flags(FLAG, nativeAccess)
        .flags("-Dreading.file=" + Files.writeString(directory.resolve("config"), "line"))
        .classPath(ChildJvm.libraryClasses(), ChildJvm.testClasses(), classPath);
  }

  @Test
  void sharedUringIsSetUpBySystemProperties() throws Exception {
    assertSameWith(
        ChildJvm.of(OrdinaryProgram.class, work)
            .flags(FLAG, "-Dio.github.loomuring.fallback=ALWAYS"),
        "0");
    ChildJvm.Result result =
        ChildJvm.of(OrdinaryProgram.class, work)
            .flags(FLAG, "-Dio.github.loomuring.gate=wide")
            .run();
    assertThat(result.status()).isNotZero();
    assertThat(result.err()).contains("io.github.loomuring.gate=wide is not a number");
  }

  @Test
  void refusesAnotherProviderInPlaceOfThePlatforms() throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(OrdinaryProgram.class, work)
            .flags(FLAG + ",io.github.loomuring.nio.UringFileSystemProvider")
            .run();
    assertThat(result.status()).isNotZero();
    assertThat(result.err()).contains("is not the JVM's own");
  }

  /**
   * A thread that has parked does not run while others spin with Thread.yield: these keep the
   * carriers' own queues full, and what another thread unparks is in none of them. The writes are
   * done on their caller, but it has to give way to the threads that want its carrier.
   */
  @Test
  @Disabled("a thread that gives way to threads that spin does not come back: see README, Limits")
  void threadsThatYieldForALockLetItsHolderWrite() throws Exception {
    needRing();
    ChildJvm.Result result =
        run(ChildJvm.of(YieldForALock.class, directory.resolve("file")).flags(FLAG));
    assertThat(result.value("ended")).isEqualTo("true");
  }

  /**
   * The JDK refuses every path of a default file system that is not its own, with an exception of
   * its own without a message, as documented. If this fails, there may be a way by now.
   */
  @Test
  void addressesOfUnixDomainSocketsAreRefusedByTheJdk() throws Exception {
    Path socket = directory.resolve("socket");
    ChildJvm.Result plain = run(ChildJvm.bare(BindUnixSocket.class, socket));
    assertThat(plain.value("of path")).isEqualTo(socket.toString());
    ChildJvm.Result ours = run(ChildJvm.of(BindUnixSocket.class, socket).flags(FLAG));
    for (String way : new String[] {"of path", "of text"}) {
      assertThat(ours.value(way)).isEqualTo("java.lang.IllegalArgumentException");
    }
  }
}
