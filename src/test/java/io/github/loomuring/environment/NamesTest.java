package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.support.InMemory;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Names, and what they mean to programs in locales and directories of all kinds. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NamesTest {
  private static final String FLAG =
      "-Djava.nio.file.spi.DefaultFileSystemProvider="
          + "io.github.loomuring.nio.UringFileSystemProvider";

  /**
   * Pairs of bytes that are no text in some locale, or the same text: the third pair in
   * Windows-31J, the fourth in Big5.
   */
  private static final String[] NAMES = {
    "plain", "l%FF", "%E9", "%C3%A9", "%87%90", "%81%E0", "%A1Z", "%A1%C4", "%83%5C", "%3F"
  };

  @TempDir Path directory;

  @TempDir(factory = InMemory.class)
  Path memory;

  private Path work;

  @BeforeEach
  void needRing() {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
    work = directory.resolve("work");
  }

  /** What a program sees, in a directory that is empty when it begins. */
  private List<String> seen(Class<?> program, String[] locale, String[] arguments, String... flags)
      throws Exception {
    Trees.remove(work);
    Files.createDirectory(work);
    List<Object> all = new ArrayList<>(List.of(work));
    all.addAll(List.of(arguments));
    ChildJvm.Result result = ChildJvm.of(program, all.toArray()).flags(flags).under(locale).run();
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    assertThat(result.value("# default").contains("loomuring")).isEqualTo(flags.length > 0);
    return result.out().lines().filter(line -> !line.startsWith("#")).toList();
  }

  @ParameterizedTest
  @EnumSource
  void everyNameIsTheJdksUnderTheFlag(Locales locale) throws Exception {
    String[] command = locale.in(directory);
    assumeTrue(
        Commands.run(withJava(command, "-XshowSettings:properties", "-version"))
            .output()
            .contains("sun.jnu.encoding = " + locale.jnuEncoding()),
        () -> "the JVM does not take " + locale.jnuEncoding());
    if (locale != Locales.UTF_8) { // which stays on the disk
      work = memory.resolve("work");
    }
    List<String> theirs = seen(UseOddNames.class, command, NAMES);
    assertThat(theirs).hasSizeGreaterThan(1_000).noneMatch(line -> line.startsWith("failed"));
    assertThat(theirs).anyMatch(line -> line.startsWith("remove LINK_TO_DIRECTORY l%FF: /l%FF,"));
    assertSame(seen(UseOddNames.class, command, NAMES, FLAG), theirs);
  }

  private static void assertSame(List<String> ours, List<String> theirs) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
      if (!ours.get(i).equals(theirs.get(i))) {
        differences.add("JDK: " + theirs.get(i) + "\nours: " + ours.get(i));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(ours).hasSameSizeAs(theirs);
  }

  private static String[] withJava(String[] command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.add(ChildJvm.java().toString());
    all.addAll(List.of(arguments));
    return all.toArray(new String[0]);
  }

  @Test
  void urisUrlsAndFilesAreTheJdksUnderTheFlag() throws Exception {
    String[] command = Locales.UTF_8.in(directory);
    List<String> theirs = seen(UseUris.class, command, new String[0]);
    assertThat(theirs)
        .anyMatch(line -> line.startsWith("file:/etc/hostname is /etc/hostname file:///etc/"));
    assertSame(seen(UseUris.class, command, new String[0], FLAG), theirs);
  }

  /** The JDK looks at user.dir once, when it makes its file system. */
  @ParameterizedTest
  @CsvSource({
    "one, , , one",
    "one, two, , two",
    "one, one, , one",
    "one, , two, one",
    "one, two, one, two",
    "one, two, two, two",
    "one, linkToOne, , one"
  })
  void relativeNamesAreRelativeToWhatTheJdkTakes(
      String working, String flag, String property, String expected) throws Exception {
    for (String name : List.of("one", "two")) {
      Files.writeString(Files.createDirectory(directory.resolve(name)).resolve("name"), name);
    }
    Files.createSymbolicLink(directory.resolve("linkToOne"), Path.of("one"));
    ChildJvm child =
        property == null
            ? ChildJvm.of(UseRelativeNames.class)
            : ChildJvm.of(UseRelativeNames.class, directory.resolve(property));
    if (flag != null) {
      child.flags("-Duser.dir=" + directory.resolve(flag));
    }
    ChildJvm.Result result = child.under("env", "-C", directory.resolve(working).toString()).run();
    assertThat(result.err()).isEmpty();
    assertThat(result.value("jdk")).isEqualTo(expected);
    assertThat(result.value("library")).isEqualTo(expected);
    assertThat(result.value("directory")).isEqualTo("1");
  }

  /** To the JDK its name is what the locale has left of it: it finds nothing there. */
  @Test
  void workingDirectoryMayBeNoText() throws Exception {
    String there = "mkdir w$'\\xff' && cd w$'\\xff' && echo -n odd > name && exec \"$@\"";
    ChildJvm.Result result =
        ChildJvm.of(UseRelativeNames.class)
            .under("env", "-C", directory.toString(), "LC_ALL=C.UTF-8", "bash", "-c", there, "bash")
            .run();
    assertThat(result.err()).isEmpty();
    assertThat(result.value("library")).isEqualTo(result.value("jdk"));
  }

  /** No daemon answers for it, and none is asked: it is there in the child's own mounts only. */
  @ParameterizedTest
  @CsvSource({"C, %C3%A9", "C, %FF", "UTF_8, %FF", "UTF_8, %C3%A9", "LATIN_1, %E9", "BIG5, %A1Z"})
  void mountPointMayBeNoText(Locales locale, String name) throws Exception {
    Commands.needRoot();
    Commands.needTool("unshare", "util-linux");
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "needs FUSE: there is no /dev/fuse");
    String mount =
        "cd $0 && exec 3<>/dev/fuse && mkdir -p $1 && "
            + "mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none $1 && shift && "
            + "exec \"$@\"";
    String bytes = name.replace("%", "\\x");
    String script = "set -- $'" + bytes + "' \"$@\"; " + mount;
    Files.createDirectory(work);
    ChildJvm.Result result =
        ChildJvm.of(UseBesideMount.class, directory.toUri().getRawPath().substring(1) + name, work)
            .under(locale.in(directory))
            .under("unshare", "-m", "bash", "-c", script, directory.toString())
            .run();
    assumeTrue(!result.err().contains("mount:"), () -> "cannot mount: " + result.err());
    assertThat(result.err()).isEmpty();
    assertThat(result.value("remote")).isEqualTo("true");
    assertThat(result.value("ring")).isEqualTo("true");
    assertThat(result.value("files")).isEqualTo("content7");
  }
}
