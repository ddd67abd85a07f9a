package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the system refuses a process: permissions, descriptors, room on the disk. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitsTest {
  private static final String UNPRIVILEGED_ID = "65534";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL"})
  void fileWithoutPermissionIsReported(Engines engine) throws Exception {
    assumeRing(engine);
    Path secret = Files.writeString(directory.resolve("secret"), "secret");
    Files.setPosixFilePermissions(secret, Set.of());
    List<String> command = new ArrayList<>();
    Path classes = null;
    if (System.getProperty("user.name").equals("root")) { // whom nothing is refused
      assumeTool("setpriv");
      classes = readableCopyOfClasses();
      command.addAll(List.of("setpriv", "--clear-groups"));
      command.addAll(List.of("--reuid", UNPRIVILEGED_ID, "--regid", UNPRIVILEGED_ID));
    }
    command.addAll(java(classes, "permission", engine, secret));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      String refused = AccessDeniedException.class.getName() + ": ";
      assertThat(run(command))
          .containsExactly(
              refused + secret,
              refused + secret,
              refused + secret,
              refused + directory.resolve("new"));
    } finally {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL"})
  void limitOfDescriptorsIsReportedAndPasses(Engines engine) throws Exception {
    assumeRing(engine);
    Path path = Files.writeString(directory.resolve("file"), "content");
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 100; exec \"$@\"", "-"));
    command.addAll(java(null, "descriptors", engine, path));
    List<String> output = run(command);
    assertThat(output).hasSize(3).endsWith("and works again");
    String reason =
        engine.isRing()
            ? ": open: EMFILE (Too many open files); raise RLIMIT_NOFILE (ulimit -n)"
            : ": Too many open files";
    assertThat(output.subList(0, 2))
        .containsOnly("java.nio.file.FileSystemException: " + path + reason);
  }

  @ParameterizedTest
  @EnumSource
  void fullDiskIsReportedAfterWhatStillFitted(Engines engine) throws Exception {
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64k", "none", "" + directory)
            .redirectErrorStream(true)
            .start();
    mount.getInputStream().readAllBytes();
    Assumptions.assumeTrue(mount.waitFor() == 0, "mounting a small file system needs root");
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
      run(List.of("umount", directory.toString()));
    }
  }

  private static void assumeRing(Engines engine) {
    if (engine.isRing()) {
      Assumptions.assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    }
  }

  private static void assumeTool(String name) {
    boolean present =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(d -> Files.isExecutable(Path.of(d, name)));
    Assumptions.assumeTrue(present, name + " is not installed");
  }

  private static List<String> java(Path classes, String what, Engines engine, Path path) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-Xshare:auto",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-XX:-MaxFDLimit",
        "-cp",
        classes != null ? classes.toString() : System.getProperty("java.class.path"),
        LimitsMain.class.getName(),
        what,
        (engine.isRing() ? Fallback.NEVER : Fallback.ALWAYS).name(),
        path.toString());
  }

  /** The library's classes and the program's, where everybody can read them. */
  private Path readableCopyOfClasses() throws Exception {
    Path copy = Files.createDirectory(directory.resolve("classes"));
    for (Class<?> type : List.of(Uring.class, LimitsMain.class)) {
      Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      Assumptions.assumeTrue(Files.isDirectory(from), "the library is in a jar");
      run(List.of("cp", "-r", from + "/.", copy.toString()));
    }
    run(List.of("chmod", "-R", "a+rX", copy.toString()));
    return copy;
  }

  private static List<String> run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output.lines().toList();
  }
}
