package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that file operations run into: those of the process (getrlimit(2)), and a full disk. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitsTest {
  private static final int DESCRIPTORS = 300;
  private static final int FILE_BYTES = 2 << 20;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void descriptorsThatRunOutAreNamedAndNoneLeaks(Engines engine) throws Exception {
    Commands.needTool("prlimit", "util-linux");
    ChildJvm.Result result =
        ChildJvm.of(UseManyFiles.class, directory, engine)
            // Classes in a directory are files to open, too.
            .classPath(LibraryJar.in(directory), ChildJvm.testClasses())
            .under("prlimit", "--nofile=" + DESCRIPTORS + ":" + DESCRIPTORS)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.value("opened")).isEqualTo("true");
    String reason =
        engine.callsKernel()
            ? ": open: EMFILE (Too many open files); raise RLIMIT_NOFILE (ulimit -n)"
            : ": Too many open files";
    String thrown = "java.nio.file.FileSystemException: " + directory.resolve("file") + reason;
    assertThat(result.value("thrown")).isEqualTo(thrown);
    assertThat(result.value("again")).isEqualTo(thrown);
    assertThat(result.value("create")).isEqualTo(thrown.replace("/file:", "/created:"));
    // The carrier watch may have a descriptor for each carrier at one of the two times.
    int carriers = 2 * Runtime.getRuntime().availableProcessors() + 4;
    assertThat(Integer.parseInt(result.value("fewer"))).isBetween(-carriers, carriers);
    assertThat(result.value("leaked")).isEqualTo("0");
    // Neither was there a descriptor for a ring.
    assertThat(result.out()).contains("EMFILE (Too many open files); raise RLIMIT_NOFILE");
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_NOTHING_INLINE", "RING", "POOL", "CHANNELS"})
  void writePastTheFileSizeLimitIsAnExceptionAndNoSignal(Engines engine) throws Exception {
    Commands.needTool("prlimit", "util-linux");
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

  @ParameterizedTest
  @EnumSource
  void fullDiskIsReportedAfterWhatStillFitted(Engines engine) throws Exception {
    Commands.Outcome mounted =
        Commands.run("mount", "-t", "tmpfs", "-o", "size=64k", "none", directory.toString());
    assumeTrue(mounted.status() == 0, () -> "cannot mount: " + mounted.output());
    try (Uring uring = engine.open();
        UringFile file = uring.openFile(directory.resolve("file"), READ, WRITE, CREATE_NEW)) {
      ByteBuffer src = ByteBuffer.allocate(100_000);
      assertThatThrownBy(() -> file.writeFully(src, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      assertThat(src.position()).isEqualTo(65_536);
      assertThat(file.size()).isEqualTo(65_536);
      assertThatThrownBy(() -> file.append(ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      file.truncate(4_096);
      assertThat(file.append(ByteBuffer.allocate(10))).isEqualTo(10);
    } finally {
      Commands.succeed("umount", directory.toString());
    }
  }
}
