package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.UringBuffers;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Permissions and limits, in a JVM of the user nobody if this one is root's: they do not hold root.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnprivilegedUserTest {
  private static final int NOBODY = 65_534;
  @TempDir Path directory;
  private String[] unprivileged = {};
  private Path work;
  private Path library;
  private Path tests;

  @BeforeEach
  void prepare() throws IOException {
    if (Commands.isRoot()) {
      Commands.needTool("setpriv", "util-linux");
      unprivileged = as(NOBODY);
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    // The classes may be where only their owner can read them.
    library = copy(ChildJvm.libraryClasses(), directory.resolve("library"));
    tests = copy(ChildJvm.testClasses(), directory.resolve("tests"));
    work = Files.createDirectory(directory.resolve("work"));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (Path needed : List.of(ChildJvm.java(), tests)) {
      assumeTrue(canRead(needed), () -> "needs " + needed + " readable by everybody");
    }
  }

  private static String[] as(int user) {
    return new String[] {"setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"};
  }

  private boolean canRead(Path path) throws IOException {
    return Commands.run(with(unprivileged, "test", "-r", path.toString())).status() == 0;
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void filesWithoutPermissionAreDeniedAsForFileChannel(Engines engine) throws Exception {
    Path secret = Files.createFile(directory.resolve("secret"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Path inside = Files.createFile(closed.resolve("inside"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-rw-rw-"));
    Path absent = closed.resolve("absent");
    Path unwritable = Files.createDirectory(directory.resolve("unwritable"));
    Files.setPosixFilePermissions(unwritable, PosixFilePermissions.fromString("r-xr-xr-x"));
    Path created = unwritable.resolve("new");
    ChildJvm.Result result =
        ChildJvm.of(UseOthersFiles.class, work, engine, secret, inside, absent, created)
            .classPath(library, tests)
            .under(unprivileged)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.value("ring")).isEqualTo(String.valueOf(engine.isRing()));
    for (Path path : List.of(secret, inside, absent)) {
      String denied = "java.nio.file.AccessDeniedException: " + path + "\n";
      assertThat(result.out()).contains(denied.repeat(4));
    }
    String missing = "java.nio.file.NoSuchFileException: " + created + "\n";
    String denied = "java.nio.file.AccessDeniedException: " + created + "\n";
    assertThat(result.out()).contains(missing.repeat(3) + denied);
    assertThat(result.value("files")).isEqualTo("ok");
  }

  /**
   * Kernels before 5.12, and since 6.14, charge a ring's memory to RLIMIT_MEMLOCK, unless it is
   * root's.
   */
  @Test
  void withoutLockableMemoryThereIsARingOrTheReasonIsClear() throws Exception {
    Commands.needTool("prlimit", "util-linux");
    ChildJvm.Result result =
        ChildJvm.of(TryLibrary.class, work)
            .classPath(library, tests)
            .under("prlimit", "--memlock=0")
            .under(unprivileged)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    if (!result.value("reason").isEmpty()) {
      assertThat(result.value("reason")).contains("ENOMEM", "RLIMIT_MEMLOCK");
    }
    assertThat(result.value("ring")).isEqualTo(result.value("available"));
    assertThat(result.value("files")).isEqualTo("ok");
  }

  /**
   * All rings of a user are charged to one account. The largest there are take three of its eight
   * MiB each, and shrink to what is left.
   */
  @Test
  void processesOfOneUserThatFitHaveRingsAndTheOthersThePool() throws Exception {
    Commands.needRoot(); // to be a user whom nobody else is
    Commands.needTool("prlimit", "util-linux");
    int other = NOBODY - 10_000 - (int) (ProcessHandle.current().pid() % 10_000); // a quiet account
    List<ChildJvm.Running> children = new ArrayList<>();
    try {
      boolean full = false;
      while (!full) {
        assumeTrue(children.size() < 12, "needs a kernel that charges rings to RLIMIT_MEMLOCK");
        Path own = Files.createDirectory(work.resolve("child" + children.size()));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
        ChildJvm.Running child = keepRing(own, other);
        children.add(child);
        child.awaitLine("ready");
        full = child.count("ring=false") == 1;
      }
      assertThat(children).hasSizeGreaterThan(2);
      ChildJvm.Running last = children.removeLast();
      children.add(0, last);
      end(children.removeLast(), "ring=true", ""); // gives memory back
      last.send("go");
      last.awaitLine("later=true");
      end(children.removeFirst(), "ring=false", "ENOMEM");
      for (ChildJvm.Running each : children) {
        end(each, "ring=true", "");
      }
    } finally {
      children.forEach(ChildJvm.Running::close);
    }
  }

  private ChildJvm.Running keepRing(Path own, int user) throws IOException {
    return ChildJvm.of(KeepRing.class, own)
        .classPath(library, tests)
        .flags("-Dio.github.loomuring.entries=32768", "-Dio.github.loomuring.fallback=AUTO")
        .under("prlimit", "--memlock=" + (8 << 20))
        .under(as(user))
        .start();
  }

  private static void end(ChildJvm.Running child, String line, String logged) throws Exception {
    ChildJvm.Result result = child.result();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.out()).contains(line);
    if (logged.isEmpty()) {
      assertThat(result.err()).isEmpty();
    } else {
      assertThat(result.err().lines().filter(text -> text.startsWith("WARNING: ")))
          .as(result.err())
          .singleElement()
          .asString()
          .contains(logged, "raise RLIMIT_MEMLOCK (ulimit -l)");
    }
  }

  /** Registered buffers are charged to RLIMIT_MEMLOCK, unless the process has CAP_IPC_LOCK. */
  @Test
  void buffersThatDoNotFitTheLockableMemoryAreOrdinaryOnes() throws Exception {
    ChildJvm.Result result = useLeasedBuffers(1 << 20);
    assertThat(result.value("small")).as(result.err()).isEqualTo("true");
    assertThat(result.value("large")).isEqualTo("false");
    assertThat(result.value("why")).contains("not registered: ", "ENOMEM");
    assertThat(result.value("again")).isEqualTo("true"); // the small ones were given back
    assertWarned(result).contains("CAP_IPC_LOCK");
  }

  /** Some kernels charge the ring itself too, so that there is none. */
  @Test
  void withoutLockableMemoryBuffersAreOrdinaryOnes() throws Exception {
    ChildJvm.Result result = useLeasedBuffers(0);
    assertThat(result.value("small")).isEqualTo("false");
    assertThat(result.value("large")).isEqualTo("false");
    assertThat(result.value("again")).isEqualTo("false");
    assertWarned(result);
  }

  private static AbstractStringAssert<?> assertWarned(ChildJvm.Result result) {
    return assertThat(result.err().lines().filter(line -> line.startsWith("WARNING")))
        .singleElement()
        .asString()
        .contains("ENOMEM", "raise RLIMIT_MEMLOCK (ulimit -l)");
  }

  private ChildJvm.Result useLeasedBuffers(int lockableBytes) throws Exception {
    Commands.needTool("prlimit", "util-linux");
    assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    try (Uring uring = Uring.open(Engines.RING.options());
        UringBuffers buffers = uring.buffers(1, 1)) {
      assumeTrue(buffers.isRegistered(), buffers::toString);
    }
    ChildJvm.Result result =
        ChildJvm.of(UseLeasedBuffers.class, work)
            .classPath(library, tests)
            .under("prlimit", "--memlock=" + lockableBytes)
            .under(unprivileged)
            .run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.value("files")).isEqualTo("ok");
    return result;
  }

  private static String[] with(String[] command, String... arguments) {
    return Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new);
  }

  /** Copies classes, readable by everybody. */
  private static Path copy(Path from, Path to) throws IOException {
    Commands.succeed("cp", "-r", from.toString(), to.toString());
    Commands.succeed("chmod", "-R", "a+rX", to.toString());
    return to;
  }
}
