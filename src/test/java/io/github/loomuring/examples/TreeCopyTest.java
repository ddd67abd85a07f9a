package io.github.loomuring.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.examples.CopyEngine.Kind;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Trees;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TreeCopyTest {
  @TempDir Path directory;
  private Path source;
  private Path target;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void namePaths() {
    source = directory.resolve("source");
    target = directory.resolve("target");
  }

  @ParameterizedTest
  @EnumSource
  void copyEqualsItsSource(Kind engine) throws Exception {
    assumeAvailable(engine);
    SampleTree.make(source);
    Map<String, String> expected = Trees.lookClosely(source);

    assertThat(run(engine, "--verify")).as(err::toString).isZero();

    assertThat(Trees.lookClosely(target)).isEqualTo(expected);
    assertThat(Trees.lookClosely(source)).isEqualTo(expected);
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .startsWith("copied 12 files, ")
        .contains(" bytes in ", " MiB/s, engine " + engine + ", verified in ");
  }

  @ParameterizedTest
  @EnumSource
  void secondCopyReplacesTheFirst(Kind engine) throws Exception {
    assumeAvailable(engine);
    SampleTree.make(source);
    assertThat(run(engine)).isZero();
    Path large = source.resolve("a/b/large");
    Files.delete(large);
    SampleTree.file(large, 5, "rw-r--r--");
    Files.writeString(target.resolve("a/other"), "stays");

    assertThat(run(engine)).as(err::toString).isZero();

    Map<String, String> actual = Trees.lookClosely(target);
    assertThat(actual.remove("a/other")).isNotNull();
    assertThat(actual).isEqualTo(Trees.lookClosely(source));
  }

  @ParameterizedTest
  @EnumSource
  void fileThatFailsIsReportedAndTheRestIsCopied(Kind engine) throws Exception {
    assumeAvailable(engine);
    SampleTree.make(source);
    Map<String, String> expected = Trees.lookClosely(source);
    // A directory is in the way of a file, and a file in the way of a directory. Fails for root
    // too, which may read whatever there is.
    Files.createDirectories(target.resolve("a/buffer/in the way"));
    Files.writeString(target.resolve("empty directory"), "in the way");

    assertThat(run(engine, "--verify")).isOne();

    assertThat(err.toString().lines())
        .hasSize(2)
        .anyMatch(line -> line.matches("failed: .*/source/a/buffer: FileSystemException: .+"))
        .anyMatch(line -> line.matches("failed: .*/empty directory: FileAlreadyExists.+"));
    assertThat(out.toString()).startsWith("copied 11 files, ").contains(", 2 FAILED");
    Map<String, String> actual = Trees.lookClosely(target);
    assertThat(actual.keySet()).containsAll(expected.keySet());
    expected.keySet().removeAll(Arrays.asList("a/buffer", "empty directory"));
    assertThat(actual).containsAllEntriesOf(expected);
    assertThat(SampleTree.temporaries(target)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void unreadableFileIsReportedAndTheRestIsCopied(Kind engine) throws Exception {
    assumeAvailable(engine);
    SampleTree.make(source);
    Path unreadable = source.resolve("empty");
    SampleTree.setPermissions(unreadable, "---------");
    assumeTrue(!Files.isReadable(unreadable), "root can read every file");

    assertThat(run(engine)).isOne();

    assertThat(err.toString()).matches("failed: .*/empty: AccessDeniedException.*\n");
    assertThat(out.toString()).startsWith("copied 11 files, ");
  }

  @ParameterizedTest
  @EnumSource
  void fullDiskIsReportedAndLeavesNothingUnderTheFinalName(Kind engine) throws Exception {
    assumeAvailable(engine);
    Files.createDirectory(target);
    assumeTrue(
        command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", target.toString()) == 0,
        "mounting a tmpfs needs root");
    try {
      SampleTree.make(source);

      assertThat(run(engine)).isOne();

      // Others may fail with it, while it takes up the space.
      assertThat(err.toString().lines())
          .anyMatch(line -> line.matches("failed: .*/a/b/large: .*No space left on device.*"));
      Map<String, String> actual = Trees.lookClosely(target);
      assertThat(actual).doesNotContainKey("a/b/large").isNotEmpty();
      assertThat(Trees.lookClosely(source)).containsAllEntriesOf(actual);
      assertThat(SampleTree.temporaries(target)).isEmpty();
    } finally {
      assertThat(command("umount", target.toString())).isZero();
    }
  }

  @Test
  void fifoIsSkippedWithoutWaitingForItsOtherSide() throws Exception {
    Files.createDirectory(source);
    Fifos.make(source.resolve("pipe"));
    SampleTree.file(source.resolve("file"), 10, "rw-r--r--");

    assertThat(run(Kind.POOL)).isZero();

    assertThat(err.toString()).matches("skipped: .*/source/pipe: is a FIFO\n");
    assertThat(out.toString()).startsWith("copied 1 files, ").contains(", 1 skipped");
    assertThat(target).isDirectoryNotContaining(path -> path.endsWith("pipe"));
  }

  @Test
  void linkInTheTargetIsNotFollowed() throws Exception {
    Files.createDirectories(source.resolve("inner"));
    SampleTree.file(source.resolve("inner/file"), 10, "rw-r--r--");
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createDirectory(target);
    Files.createSymbolicLink(target.resolve("inner"), elsewhere);

    assertThat(run(Kind.JDK)).isOne();

    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void readOnlyTargetDirectoryIsFilled() throws Exception {
    Files.createDirectory(source);
    SampleTree.file(source.resolve("file"), 10, "rw-r--r--");
    SampleTree.setPermissions(Files.createDirectory(target), "r-x------");
    SampleTree.setPermissions(source, "r-xr-xr-x");

    assertThat(run(Kind.JDK)).as(err::toString).isZero();

    assertThat(Trees.lookClosely(target)).isEqualTo(Trees.lookClosely(source));
  }

  @Test
  void fileOfUnknownLengthIsCopiedToItsEnd() throws Exception {
    Path proc = Path.of("/proc/sys/kernel/random"); // its files have a size of 0
    assumeTrue(Files.isDirectory(proc), "there is no " + proc);
    source = proc;

    assertThat(run(Kind.JDK)).isIn(0, 1); // one of them cannot be read by everybody

    assertThat(target.resolve("boot_id")).hasSameBinaryContentAs(proc.resolve("boot_id"));
  }

  @Test
  void differingCopyIsFound() throws Exception {
    Files.createDirectory(source);
    SampleTree.file(source.resolve("file"), 100_000, "rw-r--r--");
    try (TreeCopier copier = new TreeCopier(Kind.JDK, new PrintWriter(err, true))) {
      copier.copy(source, target);
      byte[] bytes = Files.readAllBytes(target.resolve("file"));
      bytes[99_999] ^= 1;
      Files.write(target.resolve("file"), bytes);

      copier.verify();

      assertThat(copier.result().failed()).isOne();
    }
    assertThat(err.toString()).contains("100000 bytes with CRC32C ", ", and its copy 100000 bytes");
  }

  @Test
  void nonsensicalArgumentsAreRefused() throws Exception {
    SampleTree.make(source);
    Path file = source.resolve("empty");
    Path link = Files.createSymbolicLink(directory.resolve("link"), source);

    assertRefused("DST is missing", source);
    assertRefused("is not a directory", directory.resolve("missing"), target);
    assertRefused("is not a directory", file, target);
    assertRefused("exists and is not a directory", source, file);
    assertRefused("is inside the other", source, source);
    assertRefused("is inside the other", source, source.resolve("a/new/target"));
    assertRefused("is inside the other", source, link.resolve("new"));
    assertRefused("is inside the other", source.resolve("a"), source);
    assertRefused("--engine needs SRC and DST", "--engine=jdk");
    assertRefused("expected one of [RING, POOL, JDK]", "--engine=fast", source, target);
    assertRefused("Unknown option", "--fast", source, target);
    assertRefused("Unmatched argument", source, target, target);
    assertThat(target).doesNotExist();
  }

  @Test
  void jdkHomeIsCopiedByBothEngines() throws Exception {
    SampleTree.make(source);
    PrintWriter lines = new PrintWriter(out, true);
    JdkHomeCopy copy = new JdkHomeCopy(lines, new PrintWriter(err, true), source, target);

    assertThat(copy.run()).as(err::toString).isTrue();

    assertThat(Trees.lookClosely(target.resolve("jdk"))).isEqualTo(Trees.lookClosely(source));
    assertThat(Trees.lookClosely(target.resolve("ring"))).isEqualTo(Trees.lookClosely(source));
    assertThat(out.toString().lines().filter(line -> line.startsWith("copied 12 files")))
        .hasSize(2);
    assertThat(out.toString()).contains(" of the time of jdk", "woke late", "p99");
  }

  private void assertRefused(String message, Object... arguments) {
    err.getBuffer().setLength(0);
    String[] strings = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    assertThat(execute(strings)).as(err::toString).isEqualTo(2);
    assertThat(err.toString()).contains(message).contains("Usage: TreeCopy");
  }

  private int run(Kind engine, String... more) {
    String[] arguments = Arrays.copyOf(more, more.length + 3);
    arguments[more.length] = "--engine=" + engine;
    arguments[more.length + 1] = source.toString();
    arguments[more.length + 2] = target.toString();
    out.getBuffer().setLength(0);
    return execute(arguments);
  }

  private int execute(String... arguments) {
    CommandLine line = TreeCopy.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private static void assumeAvailable(Kind engine) {
    assumeTrue(
        engine != Kind.RING || Uring.available(),
        () -> "io_uring is not available: " + Uring.unavailableReason().orElse(""));
  }

  private static int command(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
