package io.github.loomuring;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.AsTheJdk;
import io.github.loomuring.support.Trees;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Moving and copying: the same as {@link Files} does. */
abstract class FileOperationsMoveContract extends FileOperationsFixture {
  private static final CopyOption[][] MOVE_OPTIONS = {
    {}, {REPLACE_EXISTING}, {ATOMIC_MOVE}, {ATOMIC_MOVE, REPLACE_EXISTING}, {NOFOLLOW}
  };
  private static final CopyOption[][] COPY_OPTIONS = {
    {}, {REPLACE_EXISTING}, {NOFOLLOW}, {REPLACE_EXISTING, NOFOLLOW}, {COPY_ATTRIBUTES}
  };

  private Path elsewhere;

  static Stream<Arguments> moveOptions() {
    return Stream.of(MOVE_OPTIONS).map(options -> Arguments.of((Object) options));
  }

  static Stream<Arguments> copyOptions() {
    return Stream.of(COPY_OPTIONS).map(options -> Arguments.of((Object) options));
  }

  @AfterEach
  void removeElsewhere() throws IOException {
    if (elsewhere != null) {
      Trees.remove(elsewhere);
    }
  }

  @ParameterizedTest
  @MethodSource("moveOptions")
  void everyPairOfSourceAndTargetIsMovedAsTheJdkDoes(CopyOption[] options) throws Exception {
    List<String> names =
        List.of("file", "empty", "full", "toFile", "toFull", "toNothing", "one", "missing");
    for (String source : names) {
      for (String target : names) {
        jdk.same(
            FileOperationsFixture::links,
            (f, d) -> f.move(d.resolve(source), d.resolve(target), options));
      }
    }
  }

  @Test
  void whatIsMovedHasItsNewNameAlone() throws Exception {
    for (String name : List.of("file", "empty", "full", "toFile", "toFull", "toNothing", "one")) {
      assertThat(
              jdk.does(
                  FileOperationsFixture::links,
                  (f, d) -> {
                    Object key = f.attributes(d.resolve(name), NOFOLLOW).fileKey();
                    Path moved = f.move(d.resolve(name), d.resolve("new"));
                    assertThat(moved).isEqualTo(d.resolve("new"));
                    assertThat(f.attributes(moved, NOFOLLOW).fileKey()).isEqualTo(key);
                  }))
          .doesNotContainKey(name)
          .containsKey("new");
    }
  }

  @Test
  void targetIsReplacedOnlyIfThatIsAskedFor() throws Exception {
    for (String target : List.of("empty", "full/below", "toFile", "toNothing", "toFull")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::links,
          (f, d) -> f.move(d.resolve("file"), d.resolve(target)));
      assertThat(
              jdk.does(
                  FileOperationsFixture::links,
                  (f, d) -> f.move(d.resolve("file"), d.resolve(target), REPLACE_EXISTING)))
          .hasEntrySatisfying(
              target, what -> assertThat(what).startsWith("file").endsWith(": content"))
          .doesNotContainKey("file");
    }
  }

  @Test
  void directoryThatIsNotEmptyIsNotReplaced() throws Exception {
    for (String source : List.of("file", "empty", "toFile")) {
      jdk.fails(
          DirectoryNotEmptyException.class,
          FileOperationsFixture::links,
          (f, d) -> f.move(d.resolve(source), d.resolve("full"), REPLACE_EXISTING));
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.move(d.resolve(source), d.resolve("full"), ATOMIC_MOVE));
    }
  }

  @ParameterizedTest
  @MethodSource("moveOptions")
  void whatIsMovedOntoItselfStays(CopyOption[] options) throws Exception {
    AsTheJdk.Setup setup =
        d -> {
          links(d);
          Files.createLink(d.resolve("second"), d.resolve("file"));
        };
    for (String name : List.of("file", "empty", "full", "toFile", "toNothing", "one")) {
      assertThat(jdk.does(setup, (f, d) -> f.move(d.resolve(name), d.resolve(name), options)))
          .containsKey(name);
    }
    assertThat(jdk.does(setup, (f, d) -> f.move(d.resolve("file"), d.resolve("second"), options)))
        .containsKeys("file", "second");
    // What has no name of its own cannot be renamed, which needs not be.
    for (String name : List.of("full/.", "full/..", "toFull/.", "", "/", "/..", "/proc/self/cwd")) {
      jdk.same(setup, (f, d) -> f.move(d.resolve(name), d.resolve(name), options));
    }
    for (String name : List.of("", ".", "..")) {
      jdk.same(setup, (f, _) -> f.move(Path.of(name), Path.of(name), options));
    }
    jdk.same(setup, (f, d) -> f.move(d.resolve("full/."), d.resolve("full"), options));
    jdk.same(setup, (f, d) -> f.move(d.resolve("full"), d.resolve("full/."), options));
  }

  @ParameterizedTest
  @MethodSource("moveOptions")
  void directoryIsNotMovedIntoItself(CopyOption[] options) throws Exception {
    for (String target : List.of("full/new", "full/new/lower", "full/.")) {
      jdk.same(
          FileOperationsFixture::links,
          (f, d) -> f.move(d.resolve("full"), d.resolve(target), options));
    }
    jdk.fails(
        FileSystemException.class,
        FileOperationsFixture::links,
        (f, d) -> f.move(d.resolve("full"), d.resolve("full/new"), options));
  }

  @ParameterizedTest
  @MethodSource("moveOptions")
  void whatIsMissingIsNamedAsTheJdkNamesIt(CopyOption[] options) throws Exception {
    for (String target : List.of("new", "file", "full", "missing/new", "file/new")) {
      for (String source : List.of("missing", "missing/x", "toNothing/x")) {
        AsTheJdk.Outcome outcome =
            jdk.same(
                FileOperationsFixture::links,
                (f, d) -> f.move(d.resolve(source), d.resolve(target), options));
        assertThat(outcome.failure()).isInstanceOf(FileSystemException.class);
      }
    }
    for (String target : List.of("missing/new", "toNothing/new")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.move(d.resolve("file"), d.resolve(target), options));
    }
    for (UnaryOperator<Path> of : FileOperationsContract.badPaths()) {
      jdk.same(
          FileOperationsFixture::links, (f, d) -> f.move(d.resolve("file"), of.apply(d), options));
      jdk.same(
          FileOperationsFixture::links, (f, d) -> f.move(of.apply(d), d.resolve("new"), options));
    }
    jdk.same(
        FileOperationsFixture::links, (f, d) -> f.move(d.resolve("file"), Path.of(""), options));
    jdk.same(
        FileOperationsFixture::links, (f, d) -> f.move(Path.of(""), d.resolve("new"), options));
  }

  @Test
  void optionThatNoMoveHasIsRefused() throws Exception {
    jdk.fails(
        UnsupportedOperationException.class,
        FileOperationsFixture::file,
        (f, d) -> f.move(d.resolve("file"), d.resolve("new"), COPY_ATTRIBUTES));
    jdk.fails(
        UnsupportedOperationException.class,
        FileOperationsFixture::file,
        (f, d) -> f.move(d.resolve("file"), d.resolve("new"), new CopyOption() {}));
  }

  // ---- to another file system

  /** What {@link #links} makes, and an empty directory on another file system. */
  private void alsoElsewhere(Path directory) throws IOException {
    jdk.setUpAgain();
    links(directory);
    if (elsewhere == null) {
      Path memory = Path.of("/dev/shm");
      Assumptions.assumeTrue(Files.isWritable(memory), "there is no " + memory);
      Assumptions.assumeFalse(
          Files.getFileStore(memory).equals(Files.getFileStore(temporary)),
          "temporary files are in " + memory);
      elsewhere = Files.createTempDirectory(memory, "loom-uring");
    }
    Trees.remove(elsewhere);
    Files.createDirectory(elsewhere);
  }

  @Test
  void fileDirectoryAndLinkAreMovedToAnotherFileSystem() throws Exception {
    FileTime time = FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));
    for (String name : List.of("file", "empty", "toFile", "toNothing")) {
      assertThat(
              jdk.does(
                  d -> {
                    alsoElsewhere(d);
                    Files.setLastModifiedTime(d.resolve("file"), time);
                  },
                  (f, d) -> {
                    String before = Trees.look(d).get(name);
                    f.move(d.resolve(name), elsewhere.resolve("new"));
                    assertThat(Trees.look(elsewhere)).containsOnlyKeys("new").containsValue(before);
                  }))
          .doesNotContainKey(name);
    }
    jdk.returns(
        true,
        d -> {
          alsoElsewhere(d);
          Files.setLastModifiedTime(d.resolve("file"), time);
        },
        (f, d) -> {
          Path moved = f.move(d.resolve("file"), elsewhere.resolve("new"));
          return f.attributes(moved).lastModifiedTime().toMillis() == time.toMillis();
        });
  }

  @Test
  void directoryThatIsNotEmptyIsNotMovedToAnotherFileSystem() throws Exception {
    jdk.fails(
        DirectoryNotEmptyException.class,
        this::alsoElsewhere,
        (f, d) -> f.move(d.resolve("full"), elsewhere.resolve("new")));
  }

  @Test
  void targetOnAnotherFileSystemIsReplacedOnlyIfThatIsAskedFor() throws Exception {
    AsTheJdk.Setup setup =
        d -> {
          alsoElsewhere(d);
          Files.writeString(elsewhere.resolve("new"), "old");
        };
    jdk.fails(
        FileAlreadyExistsException.class,
        setup,
        (f, d) -> f.move(d.resolve("file"), elsewhere.resolve("new")));
    assertThat(elsewhere.resolve("new")).hasContent("old");
    assertThat(
            jdk.returns(
                "content",
                setup,
                (f, d) ->
                    f.readString(
                        f.move(d.resolve("file"), elsewhere.resolve("new"), REPLACE_EXISTING))))
        .doesNotContainKey("file");
    jdk.fails(
        NoSuchFileException.class,
        setup,
        (f, d) -> f.move(d.resolve("missing"), elsewhere.resolve("new"), REPLACE_EXISTING));
    assertThat(elsewhere.resolve("new")).hasContent("old");
  }

  @Test
  void moveToAnotherFileSystemIsNotAtomic() throws Exception {
    for (String name : List.of("file", "empty", "full", "toNothing")) {
      jdk.fails(
          AtomicMoveNotSupportedException.class,
          this::alsoElsewhere,
          (f, d) -> f.move(d.resolve(name), elsewhere.resolve("new"), ATOMIC_MOVE));
      assertThat(elsewhere).isEmptyDirectory();
    }
  }

  @Test
  void hardLinkOnAnotherFileSystemIsReported() throws Exception {
    jdk.fails(
        FileSystemException.class,
        this::alsoElsewhere,
        (f, d) -> f.createLink(elsewhere.resolve("new"), d.resolve("file")));
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void fileIsCopiedToAnotherFileSystem() throws Exception {
    jdk.returns(
        "content",
        this::alsoElsewhere,
        (f, d) -> f.readString(f.copy(d.resolve("toFile"), elsewhere.resolve("new"))));
  }

  // ---- copy

  @ParameterizedTest
  @MethodSource("copyOptions")
  void everyPairOfSourceAndTargetIsCopiedAsTheJdkDoes(CopyOption[] options) throws Exception {
    List<String> names =
        List.of("file", "empty", "full", "toFile", "toFull", "toNothing", "one", "missing");
    for (String source : names) {
      for (String target : names) {
        jdk.same(
            FileOperationsFixture::links,
            (f, d) -> f.copy(d.resolve(source), d.resolve(target), options));
      }
    }
  }

  @Test
  void copyHasContentAndAttributesOfItsOwn() throws Exception {
    FileTime time = FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));
    AsTheJdk.Setup setup =
        d -> {
          file(d);
          Files.write(d.resolve("large"), new byte[3_000_007]);
          Files.setLastModifiedTime(d.resolve("large"), time);
        };
    assertThat(jdk.does(setup, (f, d) -> f.copy(d.resolve("large"), d.resolve("new"))))
        .hasEntrySatisfying("new", what -> assertThat(what).contains(": 3000007 bytes,"))
        .containsKey("large");
    jdk.returns(
        true,
        setup,
        (f, d) -> {
          Path copy = f.copy(d.resolve("large"), d.resolve("new"), COPY_ATTRIBUTES);
          return f.attributes(copy).lastModifiedTime().equals(time);
        });
  }

  @Test
  void optionThatNoCopyHasIsRefused() throws Exception {
    for (CopyOption option : List.of(ATOMIC_MOVE, new CopyOption() {})) {
      jdk.fails(
          UnsupportedOperationException.class,
          FileOperationsFixture::file,
          (f, d) -> f.copy(d.resolve("file"), d.resolve("new"), option));
    }
  }
}
