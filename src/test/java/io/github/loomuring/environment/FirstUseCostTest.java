package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a program pays for its first file. Processor time says little on a machine that does other
 * things; what takes it, classes that are loaded and generated, can be counted.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FirstUseCostTest {
  /** More than with java.nio; 560 when this was written, 937 before that. */
  private static final int CLASSES_MAX = 700;

  /** Of these, those that the JDK generates: lambdas, method handles; 130 then, 418 before. */
  private static final int GENERATED_MAX = 160;

  @TempDir Path directory;

  @BeforeEach
  void needRing() {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
  }

  private static ChildJvm.Result run(ChildJvm child) throws Exception {
    ChildJvm.Result result = child.run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    return result;
  }

  private List<String> loaded(Object... arguments) throws Exception {
    Path log = directory.resolve("classes" + arguments.length + ".log");
    run(ChildJvm.of(UseOneFile.class, arguments).flags("-Xlog:class+load:file=" + log));
    return Files.readAllLines(log);
  }

  private static int count(List<String> lines, String pattern) {
    return (int) lines.stream().filter(line -> line.matches(".*(" + pattern + ").*")).count();
  }

  @Test
  void aProgramOfOneFileLoadsFewClassesAndLinksOneShapeOfCalls() throws Exception {
    Path file = directory.resolve("file");
    List<String> theirs = loaded(file, "jdk");
    List<String> ours = loaded(file);
    String generated = "LambdaForm\\$.*/0x|\\$\\$Lambda/|TypeSwitch/|StringConcat/|Stub/|Species_";
    assertThat(ours.size() - theirs.size()).as("classes").isBetween(1, CLASSES_MAX);
    assertThat(count(ours, generated) - count(theirs, generated))
        .as("generated classes")
        .isBetween(1, GENERATED_MAX);
    assertThat(count(ours, "DowncallStub/")).as("linked shapes").isEqualTo(1);
    assertThat(count(ours, "StringConcat/|java\\.lang\\.management\\.|java\\.util\\.logging\\.L"))
        .as("what few need")
        .isEqualTo(0);
  }

  @Test
  void theExitOfTheJvmFindsTheReaperInJava() throws Exception {
    ChildJvm.Result result = run(ChildJvm.of(UseFilesWhileExiting.class, directory));
    assertThat(result.value("failure")).isNull();
    assertThat(result.value("before")).isEqualTo("RUNNABLE");
    assertThat(result.value("exiting")).isEqualTo("WAITING");
    assertThat(result.value("files")).isEqualTo("ok");
    assertThat(result.value("after")).isEqualTo("WAITING");
  }

  /** The commands of the README. */
  @Test
  void anAotCacheHoldsTheLibrary() throws Exception {
    Path library = LibraryJar.in(directory);
    Path program = directory.resolve("program.jar");
    String main = UseOneFile.class.getName().replace('.', '/') + ".class";
    String jar = ChildJvm.java().resolveSibling("jar").toString();
    Commands.succeed(
        jar, "-c", "-f", program.toString(), "-C", ChildJvm.testClasses().toString(), main);
    Path cache = directory.resolve("program.aot");
    Path file = directory.resolve("file");

    ChildJvm.Result training =
        ChildJvm.of(UseOneFile.class, file)
            .classPath(program, library)
            .flags("-XX:AOTCacheOutput=" + cache)
            .run();
    assumeFalse(
        training.err().contains("Unrecognized VM option"), "this JDK makes no AOT cache so");
    assertThat(training.status()).as("%s%s", training.out(), training.err()).isZero();
    assertThat(cache).isNotEmptyFile();

    ChildJvm.Result cached =
        run(
            ChildJvm.of(UseOneFile.class, file)
                .classPath(program, library)
                .flags("-XX:AOTCache=" + cache, "-XX:AOTMode=on", "-Xlog:class+load"));
    assertThat(cached.value("used")).isEqualTo("ok");
    assertThat(cached.out().lines().filter(line -> line.contains(" io.github.loomuring.Uring ")))
        .singleElement()
        .asString()
        .contains("shared objects file");
  }
}
