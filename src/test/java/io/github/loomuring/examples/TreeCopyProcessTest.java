package io.github.loomuring.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.examples.CopyEngine.Kind;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Trees;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What only shows in a process of its own: signals and limits. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TreeCopyProcessTest {
  /** Takes seconds to copy, so that a signal comes in the middle; as a sparse file, to make. */
  private static final long HUGE_BYTES = 16L << 30;

  private static final int SMALL_FILES = 300;
  private static final int SMALL_BYTES = 5_000;

  @TempDir Path directory;
  private Path source;
  private Path target;

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectory(directory.resolve("source"));
    target = directory.resolve("target");
    for (int i = 0; i < SMALL_FILES; i++) {
      SampleTree.file(source.resolve("small" + i), SMALL_BYTES, "rw-r--r--");
    }
  }

  @ParameterizedTest
  @CsvSource({"RING,INT,130", "POOL,TERM,143", "JDK,INT,130"})
  void signalLeavesNeitherHalfAFileNorTemporaries(Kind engine, String signal, int status)
      throws Exception {
    assumeAvailable(engine);
    assumeFalse(isInterruptIgnored(), "SIGINT is ignored, as by what a shell runs in background");
    Path huge = source.resolve("huge");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(HUGE_BYTES);
    }
    Process copy = start(List.of(), engine);
    try {
      Waiting.until("the copy of the huge file to have begun", this::hugeFileIsBeingCopied);
      Process kill = new ProcessBuilder("kill", "-" + signal, "" + copy.pid()).start();
      assertThat(kill.waitFor()).isZero();
      assertThat(copy.waitFor()).isEqualTo(status);
    } finally {
      copy.destroyForcibly().waitFor();
    }
    assertThat(target.resolve("huge")).doesNotExist();
    assertThat(SampleTree.temporaries(target)).isEmpty();
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files).allSatisfy(f -> assertThat(f).hasSize(SMALL_BYTES));
    }
  }

  /** A child inherits it. */
  private static boolean isInterruptIgnored() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .anyMatch(line -> (Long.parseLong(line.split("\\s+")[1], 16) & 1 << 2 - 1) != 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void fewDescriptorsAreEnough(Kind engine) throws Exception {
    assumeAvailable(engine);
    List<String> limit = List.of("sh", "-c", "ulimit -n 100 && exec \"$@\"", "sh");

    Process copy = start(limit, engine);

    int status = copy.waitFor();
    assertThat(status).as(Files.readString(directory.resolve("output"))).isZero();
    assertThat(Trees.lookClosely(target)).isEqualTo(Trees.lookClosely(source));
  }

  private boolean hugeFileIsBeingCopied() throws IOException {
    if (!Files.exists(target)) {
      return false;
    }
    try (Stream<Path> files = Files.list(target)) {
      return files.anyMatch(TreeCopyProcessTest::isLargeTemporary);
    }
  }

  private static boolean isLargeTemporary(Path path) {
    // The length of a file that is gone, because it was completed since it was listed, is 0.
    return path.getFileName().toString().startsWith(TemporaryFiles.PREFIX)
        && path.toFile().length() > SMALL_BYTES;
  }

  private Process start(List<String> prefix, Kind engine) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TreeCopy.class.getName());
    command.addAll(List.of("--engine=" + engine, source.toString(), target.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output").toFile())
        .start();
  }

  private static void assumeAvailable(Kind engine) {
    assumeTrue(
        engine != Kind.RING || Uring.available(),
        () -> "io_uring is not available: " + Uring.unavailableReason().orElse(""));
  }
}
