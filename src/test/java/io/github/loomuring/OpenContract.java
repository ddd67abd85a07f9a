package io.github.loomuring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.TestFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What opening a file does: the same as {@link FileChannel#open}. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class OpenContract {
  /** Those that change what an open does; the others change only how the file is written. */
  private static final List<OpenOption> OPTIONS =
      List.of(READ, WRITE, APPEND, TRUNCATE_EXISTING, CREATE, CREATE_NEW, DELETE_ON_CLOSE);

  @TempDir Path directory;
  private TestFile.Opener opener;

  abstract TestFile.Opener opener();

  @BeforeEach
  void openEngine() {
    opener = opener();
  }

  @AfterEach
  void closeEngine() {
    opener.close();
  }

  /** What is there before the open. */
  enum Before {
    FILE,
    NOTHING,
    LINK_TO_FILE,
    LINK_TO_NOTHING,
    DIRECTORY;

    Path make(Path path) throws IOException {
      Path target = path.resolveSibling("target");
      Files.deleteIfExists(path);
      Files.deleteIfExists(target);
      switch (this) {
        case FILE -> Files.writeString(path, "content");
        case NOTHING -> {}
        case LINK_TO_FILE -> Files.createSymbolicLink(path, Files.writeString(target, "content"));
        case LINK_TO_NOTHING -> Files.createSymbolicLink(path, target);
        case DIRECTORY -> Files.createDirectory(path);
      }
      return path;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCombinationOfOptionsDoesWhatTheJdkDoes(Before before) throws IOException {
    for (int bits = 0; bits < 1 << OPTIONS.size(); bits++) {
      Set<OpenOption> options = new HashSet<>();
      for (int i = 0; i < OPTIONS.size(); i++) {
        if ((bits >> i & 1) != 0) {
          options.add(OPTIONS.get(i));
        }
      }
      checkSameOutcome(before, options);
      if (before == Before.LINK_TO_FILE) {
        options.add(LinkOption.NOFOLLOW_LINKS);
        checkSameOutcome(before, options);
      }
    }
  }

  private void checkSameOutcome(Before before, Set<OpenOption> options) throws IOException {
    if (isLinkTheJdkFollowsUnasked(before, options)) {
      return;
    }
    List<String> expected;
    try (TestFile.Opener jdk = TestFile.jdk()) {
      expected = outcome(jdk, before.make(directory.resolve("file")), options);
    }
    List<String> actual = outcome(opener, before.make(directory.resolve("file")), options);
    assertThat(actual).as("%s, %s", before, options).isEqualTo(expected);
  }

  /**
   * Without WRITE the JDK ignores CREATE_NEW, as it should, but because of it also NOFOLLOW_LINKS,
   * which DELETE_ON_CLOSE implies. The ring does not follow the link.
   */
  private static boolean isLinkTheJdkFollowsUnasked(Before before, Set<OpenOption> options) {
    return (before == Before.LINK_TO_FILE || before == Before.LINK_TO_NOTHING)
        && options.contains(CREATE_NEW)
        && !options.contains(WRITE)
        && !options.contains(APPEND)
        && (options.contains(DELETE_ON_CLOSE) || options.contains(LinkOption.NOFOLLOW_LINKS));
  }

  /** All that can be seen of an open: whether it fails, what the file then can do, what is left. */
  private static List<String> outcome(TestFile.Opener opener, Path path, Set<OpenOption> options)
      throws IOException {
    List<String> outcome = new ArrayList<>();
    try (TestFile file = opener.open(path, options)) {
      outcome.add("size " + file.size() + ", exists " + Files.exists(path));
      ByteBuffer dst = ByteBuffer.allocate(20);
      outcome.add(
          "read: " + result(() -> file.read(dst, 1)) + " " + new String(dst.array(), UTF_8));
      outcome.add("write: " + result(() -> file.write(ByteBuffer.wrap("-".getBytes(UTF_8)), 3)));
      outcome.add("size " + file.size());
    } catch (IOException | RuntimeException e) {
      // Where the JDK has a plain IOException, for a link that is not to be followed, ours is more.
      Class<?> type = e.getClass();
      outcome.add((type == FileSystemException.class ? IOException.class : type).getName());
    }
    outcome.add(Files.isRegularFile(path) ? Files.readString(path) : "no file");
    return outcome;
  }

  private interface Call {
    int run() throws IOException;
  }

  private static String result(Call call) {
    try {
      return "" + call.run();
    } catch (IOException e) {
      return "failed"; // the JDK has an IOException where ours is a FileSystemException
    } catch (RuntimeException e) {
      return e.getClass().getName();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SPARSE", "SYNC", "DSYNC"})
  void fileOpenedSoIsWrittenAndRead(StandardOpenOption option) throws IOException {
    Path path = directory.resolve("file");
    try (TestFile file = opener.open(path, READ, WRITE, CREATE_NEW, option)) {
      assertThat(file.write(ByteBuffer.wrap("abc".getBytes(UTF_8)), 1)).isEqualTo(3);
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(4);
      int expected =
          switch (option) {
            case SYNC -> 04010000;
            case DSYNC -> 010000;
            default -> 0;
          };
      assertThat(openFlags(path) & 04010000).isEqualTo(expected);
    }
  }

  @Test
  void descriptorHasNoFlagButThoseAskedFor() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "content");
    // O_CLOEXEC is ours alone, and so left out: see UringFileTest.
    int mask = ~02000000;
    for (Set<StandardOpenOption> options :
        List.of(EnumSet.of(READ), EnumSet.of(WRITE), EnumSet.of(APPEND), EnumSet.of(READ, WRITE))) {
      int expected;
      try (FileChannel channel = FileChannel.open(path, options)) {
        assertThat(channel.isOpen()).isTrue();
        expected = openFlags(path) & mask;
      }
      try (TestFile file = opener.open(path, options)) {
        assertThat(file.isOpen()).isTrue();
        assertThat(openFlags(path) & mask).as("%s", options).isEqualTo(expected);
      }
    }
  }

  /** The flags of the one descriptor by which this process has {@code path} open. */
  static int openFlags(Path path) throws IOException {
    List<Integer> flags = new ArrayList<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.exists(descriptor) && Files.isSameFile(descriptor, path)) {
          Path info = Path.of("/proc/self/fdinfo").resolve(descriptor.getFileName());
          String line =
              Files.readAllLines(info).stream()
                  .filter(l -> l.startsWith("flags:"))
                  .findAny()
                  .orElseThrow();
          flags.add(Integer.parseInt(line.substring("flags:".length()).strip(), 8));
        }
      }
    }
    assertThat(flags).hasSize(1);
    return flags.getFirst();
  }

  @Test
  void noOptionsMeanReading() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "content");
    try (TestFile file = opener.open(path)) {
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(7);
    }
    try (TestFile file = opener.open(path, Set.of())) {
      assertThat(file.read(ByteBuffer.allocate(9), 0)).isEqualTo(7);
    }
  }

  @Test
  void fileDeletedOnCloseIsUsableUntilThen() throws IOException {
    Path path = directory.resolve("file");
    try (TestFile file = opener.open(path, READ, WRITE, CREATE, DELETE_ON_CLOSE)) {
      assertThat(file.append(ByteBuffer.allocate(100_000))).isEqualTo(100_000);
      assertThat(file.read(ByteBuffer.allocate(9), 99_999)).isEqualTo(1);
      file.force(true);
    }
    assertThat(path).doesNotExist();
  }

  // ---- attributes

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxrwx", "rw-rw-rw-", "r--------", "-w--w--w-", "---------"})
  void permissionsAreThoseAskedForWithoutTheUmask(String text) throws IOException {
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(text);
    FileAttribute<?> attribute = PosixFilePermissions.asFileAttribute(permissions);
    Set<StandardOpenOption> options = EnumSet.of(WRITE, CREATE_NEW);
    Path ours = directory.resolve("ours");
    opener.open(ours, options, attribute).close();
    Path theirs = directory.resolve("theirs");
    FileChannel.open(theirs, options, attribute).close();
    assertThat(mode(ours)).isEqualTo(mode(theirs));
  }

  @Test
  void umaskIsApplied() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("Umask:"))
            .findAny()
            .orElseThrow();
    int umask = Integer.parseInt(line.substring("Umask:".length()).strip(), 8);
    Path plain = directory.resolve("plain");
    opener.open(plain, WRITE, CREATE).close();
    assertThat(mode(plain)).isEqualTo(0666 & ~umask);
    Path executable = directory.resolve("executable");
    Set<PosixFilePermission> all = EnumSet.allOf(PosixFilePermission.class);
    FileAttribute<?> attribute = PosixFilePermissions.asFileAttribute(all);
    opener.open(executable, EnumSet.of(WRITE, CREATE), attribute).close();
    assertThat(mode(executable)).isEqualTo(0777 & ~umask);
  }

  @Test
  void permissionsOfAnExistingFileStay() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "content");
    int before = mode(path);
    FileAttribute<?> none = PosixFilePermissions.asFileAttribute(Set.of());
    opener.open(path, EnumSet.of(WRITE, CREATE), none).close();
    assertThat(mode(path)).isEqualTo(before);
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & 07777;
  }

  @Test
  void unknownAttributeIsRefusedAndNothingCreated() {
    Path path = directory.resolve("file");
    FileAttribute<String> attribute =
        new FileAttribute<>() {
          @Override
          public String name() {
            return "user:colour";
          }

          @Override
          public String value() {
            return "red";
          }
        };
    assertThatThrownBy(() -> opener.open(path, EnumSet.of(WRITE, CREATE), attribute))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("user:colour");
    assertThat(path).doesNotExist();
  }

  // ---- what is refused

  private enum UnknownOption implements OpenOption {
    BACKWARDS
  }

  @Test
  void unknownOptionIsRefused() {
    Path path = directory.resolve("file");
    for (OpenOption option :
        new OpenOption[] {UnknownOption.BACKWARDS, ExtendedOptions.NOSHARE_READ}) {
      assertThatThrownBy(() -> opener.open(path, WRITE, CREATE, option))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining(option.toString());
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void nullArgumentIsRefused() {
    Path path = directory.resolve("file");
    Set<OpenOption> withNull = new HashSet<>();
    withNull.add(WRITE);
    withNull.add(null);
    assertNullRefused(() -> opener.open(null, Set.of(READ)));
    assertNullRefused(() -> opener.open(path, (Set<OpenOption>) null));
    assertNullRefused(() -> opener.open(path, (OpenOption[]) null));
    assertNullRefused(() -> opener.open(path, withNull));
    assertNullRefused(() -> opener.open(path, WRITE, null));
    assertNullRefused(() -> opener.open(path, Set.of(WRITE, CREATE), (FileAttribute<?>[]) null));
    assertNullRefused(() -> opener.open(path, Set.of(WRITE, CREATE), (FileAttribute<?>) null));
    assertThat(path).doesNotExist();
  }

  private static void assertNullRefused(Opening call) {
    assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class);
  }

  private interface Opening {
    Object run() throws IOException;
  }

  // ---- errors of the system

  @Test
  void missingFileIsReported() {
    assertFails(NoSuchFileException.class, directory.resolve("missing"), READ);
    assertFails(NoSuchFileException.class, directory.resolve("missing"), WRITE);
    assertFails(NoSuchFileException.class, directory.resolve("no/file"), READ);
    assertFails(NoSuchFileException.class, directory.resolve("no/file"), WRITE, CREATE);
    assertFails(NoSuchFileException.class, directory.resolve("no/file"), WRITE, CREATE_NEW);
  }

  @Test
  void existingFileIsReported() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "content");
    assertFails(FileAlreadyExistsException.class, path, WRITE, CREATE_NEW);
    assertFails(FileAlreadyExistsException.class, directory, WRITE, CREATE_NEW);
    for (String name : List.of("file/.", "missing/.", "missing/./.", ".")) {
      assertFails(
          FileAlreadyExistsException.class, directory.resolve(name), WRITE, CREATE, CREATE_NEW);
    }
    for (String name : List.of("", ".")) {
      assertFails(FileAlreadyExistsException.class, Path.of(name), WRITE, CREATE_NEW);
    }
  }

  @Test
  void directoryCannotBeOpenedToWrite() {
    assertFails(FileSystemException.class, directory, WRITE);
    assertFails(FileSystemException.class, directory, APPEND);
    assertFails(FileSystemException.class, directory, READ, WRITE, CREATE);
  }

  @Test
  void fileIsNoDirectory() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "content");
    assertFails(FileSystemException.class, path.resolve("below"), READ);
    assertFails(FileSystemException.class, path.resolve("below"), WRITE, CREATE);
  }

  @Test
  void loopOfLinksIsReported() throws IOException {
    Path one = directory.resolve("one");
    Path two = Files.createSymbolicLink(directory.resolve("two"), one);
    Files.createSymbolicLink(one, two);
    assertFails(FileSystemException.class, one, READ);
    assertFails(FileSystemException.class, one, WRITE, CREATE);
    assertFails(FileSystemException.class, one.resolve("below"), READ);
  }

  @Test
  void linkIsNotFollowedIfAskedNotTo() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "content");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    OpenOption noFollow = LinkOption.NOFOLLOW_LINKS;
    for (OpenOption option : new OpenOption[] {READ, WRITE}) {
      assertThatThrownBy(() -> opener.open(link, option, noFollow))
          .isInstanceOf(IOException.class) // ours, but not the JDK's, a FileSystemException
          .hasMessageContaining("NOFOLLOW_LINKS specified");
    }
    opener.open(file, READ, LinkOption.NOFOLLOW_LINKS).close();
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 4_095, 4_096, 5_000})
  void nameTooLongIsReported(int length) {
    Path name = directory.resolve("n".repeat(length));
    assertFails(FileSystemException.class, name, READ);
    assertFails(FileSystemException.class, name, WRITE, CREATE);
  }

  @Test
  void pathTooLongIsReported() {
    Path path = directory;
    while (path.toString().length() < 5_000) {
      path = path.resolve(".").resolve("");
      path = path.resolve("..").resolve(directory.getFileName());
    }
    assertFails(FileSystemException.class, path, READ);
    assertFails(FileSystemException.class, path, WRITE, CREATE);
  }

  @Test
  void namesOfEveryScriptAreOpened() throws IOException {
    for (String name : List.of("ä", "日本", "😀", " ", "a\nb", "-", "\"'\\")) {
      Path path = directory.resolve(name);
      opener.open(path, WRITE, CREATE_NEW).close();
      assertThat(path).exists();
    }
  }

  /** Asserts that the open fails so, and that the JDK says the same of the same path. */
  private void assertFails(
      Class<? extends FileSystemException> expected, Path path, OpenOption... options) {
    Throwable theirs = catchThrowable(() -> FileChannel.open(path, options).close());
    assertThat(theirs).isExactlyInstanceOf(expected);
    assertThatThrownBy(() -> opener.open(path, options).close())
        .isInstanceOf(expected)
        .extracting(e -> ((FileSystemException) e).getFile())
        .isEqualTo(path.toString());
  }
}
