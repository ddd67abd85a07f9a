package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.AsTheJdk;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.Trees;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deleting, creating directories, looking for files: the same as {@link Files} does. */
abstract class FileOperationsContract extends FileOperationsFixture {
  private interface OnPath {
    Object by(Path path) throws IOException;
  }

  // ---- delete

  @Test
  void filesEmptyDirectoriesAndLinksAreDeleted() throws Exception {
    for (String name : List.of("file", "empty", "toFile", "toFull", "toNothing", "one", "fifo")) {
      AsTheJdk.Setup setup =
          d -> {
            links(d);
            Fifos.make(d.resolve("fifo"));
          };
      assertThat(jdk.does(setup, (f, d) -> f.delete(d.resolve(name))))
          .doesNotContainKey(name)
          .hasSize(10 - 1);
      assertThat(jdk.returns(true, setup, (f, d) -> f.deleteIfExists(d.resolve(name))))
          .doesNotContainKey(name)
          .hasSize(10 - 1);
    }
  }

  @Test
  void missingFileIsNotDeleted() throws Exception {
    for (String name : List.of("missing", "missing/below", "toNothing/below")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.delete(d.resolve(name)));
      jdk.returns(false, FileOperationsFixture::links, (f, d) -> f.deleteIfExists(d.resolve(name)));
    }
  }

  @Test
  void directoryThatIsNotEmptyIsNotDeleted() throws Exception {
    for (String name : List.of("full", "empty/..", "toFull/../full")) {
      jdk.fails(
          DirectoryNotEmptyException.class,
          FileOperationsFixture::links,
          (f, d) -> f.delete(d.resolve(name)));
      jdk.fails(
          DirectoryNotEmptyException.class,
          FileOperationsFixture::links,
          (f, d) -> f.deleteIfExists(d.resolve(name)));
    }
  }

  @Test
  void whatHasNoNameOfItsOwnIsNotDeleted() throws Exception {
    for (UnaryOperator<Path> of : badPaths()) {
      jdk.fails(
          FileSystemException.class, FileOperationsFixture::links, (f, d) -> f.delete(of.apply(d)));
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.deleteIfExists(of.apply(d)));
    }
    jdk.fails(
        FileSystemException.class,
        FileOperationsFixture::links,
        (f, d) -> f.delete(d.resolve("empty/.")));
    jdk.fails(
        FileSystemException.class, FileOperationsFixture::empty, (f, d) -> f.delete(Path.of("")));
    jdk.fails(
        FileSystemException.class, FileOperationsFixture::empty, (f, d) -> f.delete(Path.of("/")));
  }

  /** Paths that lead nowhere, not even to a missing file, in what {@link #links} makes. */
  static List<UnaryOperator<Path>> badPaths() {
    return List.of(
        d -> d.resolve("file/below"),
        d -> d.resolve("one/below"),
        FileOperationsFixture::longName,
        FileOperationsFixture::longPath,
        d -> d.resolve("n".repeat(5_000)));
  }

  // ---- names

  @Test
  void namesOfEveryScriptWork() throws Exception {
    for (String name : SCRIPTS) {
      assertThat(
              jdk.returns(
                  "[true, 7, content]",
                  FileOperationsFixture::empty,
                  (f, d) -> {
                    Path directory = f.createDirectory(d.resolve(name));
                    Path file = f.writeString(directory.resolve("1" + name), "content");
                    Path moved = f.move(file, directory.resolve(name));
                    f.createSymbolicLink(directory.resolve("2" + name), moved);
                    f.createLink(directory.resolve("3" + name), moved);
                    assertThat(f.list(directory)).hasSize(3);
                    assertThat(f.readSymbolicLink(directory.resolve("2" + name))).isEqualTo(moved);
                    f.delete(directory.resolve("3" + name));
                    return List.of(
                        f.exists(moved) + ", " + f.size(moved) + ", " + f.readString(moved));
                  }))
          .hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\377", "a\\200b", "\\303("})
  void nameThatIsNoTextWorks(String escaped) throws Exception {
    AsTheJdk.Setup setup = d -> noText(d, escaped);
    jdk.returns(true, setup, (f, d) -> f.exists(noText(d)));
    jdk.returns(7L, setup, (f, d) -> f.size(noText(d)));
    jdk.returns("content", setup, (f, d) -> f.readString(noText(d)));
    jdk.returns(1, setup, (f, d) -> f.list(d).size());
    assertThat(jdk.does(setup, (f, d) -> f.delete(noText(d)))).isEmpty();
    assertThat(jdk.does(setup, (f, d) -> f.move(noText(d), d.resolve("text")))).hasSize(1);
    assertThat(jdk.does(setup, (f, d) -> f.copy(noText(d), d.resolve("text")))).hasSize(2);
    assertThat(jdk.does(setup, (f, d) -> f.createLink(d.resolve("text"), noText(d)))).hasSize(2);
    jdk.returns(
        "content",
        setup,
        (f, d) -> {
          Path link = f.createSymbolicLink(d.resolve("link"), noText(d).getFileName());
          return Files.readString(link);
        });
    jdk.returns(
        "below",
        setup,
        (f, d) -> {
          Path path = noText(d);
          f.delete(path);
          f.createDirectory(path);
          f.writeString(path.resolve("file"), "below");
          return Files.readString(noText(d).resolve("file"));
        });
  }

  @Test
  void pathWithNulIsRefused() {
    // A Path of the JDK cannot have one, but nothing keeps another implementation from it.
    Path withNul =
        (Path)
            Proxy.newProxyInstance(
                Path.class.getClassLoader(),
                new Class<?>[] {Path.class},
                (_, method, _) ->
                    switch (method.getName()) {
                      case "toString" -> temporary + "/a\0x";
                      case "getFileSystem" -> FileSystems.getDefault();
                      case "isAbsolute" -> true;
                      default -> throw new UnsupportedOperationException(method.toString());
                    });
    Assumptions.assumeFalse(files.isJdk(), "the JDK asks such a path for its provider");
    for (OnPath use : usesOfOnePath(temporary)) {
      assertThatThrownBy(() -> use.by(withNul))
          .isInstanceOfAny(InvalidPathException.class, ProviderMismatchException.class);
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void pathOfAnotherFileSystemIsRefused() throws IOException {
    Assumptions.assumeFalse(files.isJdk(), "the JDK asks the other file system");
    Path existing = Files.writeString(temporary.resolve("file"), "content");
    Path archive = temporary.resolve("archive.zip");
    URI uri = URI.create("jar:" + archive.toUri());
    try (FileSystem zip = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      Path other = Files.writeString(zip.getPath("/file"), "zipped");
      for (OnPath use : usesOfOnePath(existing)) {
        assertThatThrownBy(() -> use.by(other)).isInstanceOf(ProviderMismatchException.class);
      }
      assertThat(Files.readString(other)).isEqualTo("zipped");
    }
    assertThat(Trees.look(temporary)).containsOnlyKeys("file", "archive.zip");
  }

  /** Every operation that takes a path, in each place that it takes one. */
  private List<OnPath> usesOfOnePath(Path good) {
    List<OnPath> uses = new ArrayList<>();
    uses.add(path -> files.readAllBytes(path));
    uses.add(path -> files.readString(path));
    uses.add(path -> files.write(path, new byte[1]));
    uses.add(path -> files.writeString(path, "text"));
    uses.add(path -> files.deleteIfExists(path));
    uses.add(
        path -> {
          files.delete(path);
          return null;
        });
    uses.add(path -> files.move(path, good.resolveSibling("new")));
    uses.add(path -> files.move(good, path));
    uses.add(path -> files.copy(path, good.resolveSibling("new")));
    uses.add(path -> files.copy(good, path));
    uses.add(path -> files.createDirectory(path));
    uses.add(path -> files.createDirectories(path));
    uses.add(path -> files.createSymbolicLink(path, good));
    uses.add(path -> files.createSymbolicLink(good.resolveSibling("new"), path));
    uses.add(path -> files.createLink(path, good));
    uses.add(path -> files.createLink(good.resolveSibling("new"), path));
    uses.add(path -> files.readSymbolicLink(path));
    uses.add(path -> files.exists(path));
    uses.add(path -> files.size(path));
    uses.add(path -> files.attributes(path));
    uses.add(path -> files.list(path));
    return uses;
  }

  @Test
  void nullPathIsRefused() {
    for (OnPath use : usesOfOnePath(temporary.resolve("file"))) {
      assertNullRefused(() -> use.by(null));
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void nullArgumentIsRefused() throws IOException {
    file(temporary);
    Path path = temporary.resolve("file");
    Path other = temporary.resolve("other");
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> files.readString(path, null),
          () -> files.write(path, null),
          () -> files.write(path, new byte[1], (OpenOption[]) null),
          () -> files.write(path, new byte[1], (OpenOption) null),
          () -> files.writeString(path, null),
          () -> files.writeString(path, "text", (Charset) null),
          () -> files.writeString(path, "text", (OpenOption) null),
          () -> files.move(path, other, (CopyOption[]) null),
          () -> files.move(path, other, (CopyOption) null),
          () -> files.copy(path, other, (CopyOption[]) null),
          () -> files.copy(path, other, (CopyOption) null),
          () -> files.createDirectory(other, (FileAttribute<?>[]) null),
          () -> files.createDirectory(other, (FileAttribute<?>) null),
          () -> files.createDirectories(other, (FileAttribute<?>) null),
          () -> files.exists(path, (LinkOption) null),
          () -> files.attributes(path, (LinkOption[]) null),
          () -> files.attributes(path, (LinkOption) null)
        }) {
      assertNullRefused(call);
    }
    assertThat(path).hasContent("content");
    assertThat(other).doesNotExist();
  }

  private static void assertNullRefused(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
  }

  // ---- createDirectory

  @Test
  void directoryIsCreatedBelowOneThatExists() throws Exception {
    for (String name : List.of("new", "full/new", "toFull/new", "empty/../new", "new/.")) {
      jdk.same(FileOperationsFixture::links, (f, d) -> f.createDirectory(d.resolve(name)));
    }
    assertThat(
            jdk.does(
                FileOperationsFixture::links, (f, d) -> f.createDirectory(d.resolve("toFull/new"))))
        .containsKey("full/new");
  }

  @Test
  void directoryIsNotCreatedInPlaceOfSomething() throws Exception {
    for (String name : List.of("file", "empty", "toFile", "toFull", "toNothing", "one", "full/.")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createDirectory(d.resolve(name)));
    }
    for (String path : List.of("", "/", ".")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::empty,
          (f, d) -> f.createDirectory(Path.of(path)));
    }
  }

  @Test
  void directoryIsNotCreatedWhereThereIsNoParent() throws Exception {
    for (String name : List.of("missing/new", "toNothing/new")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createDirectory(d.resolve(name)));
    }
    for (UnaryOperator<Path> of : badPaths()) {
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createDirectory(of.apply(d)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxrwx", "rwx------", "rwxr-xrwx", "rwx-w--w-"})
  void permissionsAreThoseAskedForWithoutTheUmask(String text) throws Exception {
    FileAttribute<?> attribute =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    jdk.does(
        FileOperationsFixture::empty, (f, d) -> f.createDirectory(d.resolve("new"), attribute));
    jdk.does(
        FileOperationsFixture::empty, (f, d) -> f.createDirectories(d.resolve("a/b/c"), attribute));
  }

  @Test
  void unknownAttributeIsRefusedAndNothingCreated() throws Exception {
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
    jdk.fails(
        UnsupportedOperationException.class,
        FileOperationsFixture::empty,
        (f, d) -> f.createDirectory(d.resolve("new"), attribute));
    jdk.fails(
        UnsupportedOperationException.class,
        FileOperationsFixture::empty,
        (f, d) -> f.createDirectories(d.resolve("new/one"), attribute));
  }

  // ---- createDirectories

  @Test
  void directoriesAreCreatedAsFarAsTheyAreMissing() throws Exception {
    for (String name :
        List.of("new", "a/b/c/d", "empty", "full/new/one", "toFull", "toFull/new/one", "empty/.")) {
      jdk.does(FileOperationsFixture::links, (f, d) -> f.createDirectories(d.resolve(name)));
    }
    jdk.does(FileOperationsFixture::empty, (f, d) -> f.createDirectories(Path.of("")));
    jdk.does(FileOperationsFixture::empty, (f, d) -> f.createDirectories(Path.of("/")));
  }

  /** The JDK leaves out what a path goes through and leaves again. */
  @Test
  void directoriesThatThePathLeavesAgainAreCreatedToo() throws IOException {
    files.createDirectories(temporary.resolve("a/../b/c"));
    assertThat(temporary.resolve("b/c")).isDirectory();
    assertThat(Files.exists(temporary.resolve("a"))).isEqualTo(!files.isJdk());
  }

  @Test
  void createdDirectoriesAreReturnedAsTheyWereGiven() throws Exception {
    jdk.returns(
        true,
        FileOperationsFixture::empty,
        (f, d) -> f.createDirectories(d.resolve("a/b")).equals(d.resolve("a/b")));
  }

  @Test
  void directoriesAreNotCreatedInPlaceOfSomethingElse() throws Exception {
    for (String name : List.of("file", "toFile", "toNothing", "one")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createDirectories(d.resolve(name)));
    }
    for (String name : List.of("file/new", "toFile/a/b", "toNothing/a", "toNothing/a/b", "one/a")) {
      assertNotCreated(d -> d.resolve(name));
    }
    badPaths().forEach(this::assertNotCreated);
  }

  /** Which of several directories that cannot be created is named differs. */
  private void assertNotCreated(UnaryOperator<Path> of) {
    try {
      jdk.does(
          FileOperationsFixture::links,
          (f, d) ->
              assertThatThrownBy(() -> f.createDirectories(of.apply(d)))
                  .isInstanceOf(FileSystemException.class)
                  .hasMessageContaining(d.toString()));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // ---- exists, size

  @Test
  void existsAsksAboutTheLinkOrAboutWhatItLeadsTo() throws Exception {
    for (String name : List.of("file", "empty", "full/below", "toFile", "toFull/below", ".")) {
      assertExists(true, true, name);
    }
    for (String name : List.of("toNothing", "one")) {
      assertExists(false, true, name);
    }
    for (String name : List.of("missing", "missing/x", "file/x", "toNothing/x", "one/x")) {
      assertExists(false, false, name);
    }
    for (UnaryOperator<Path> of : badPaths()) {
      jdk.returns(false, FileOperationsFixture::links, (f, d) -> f.exists(of.apply(d)));
    }
    jdk.returns(true, FileOperationsFixture::empty, (f, _) -> f.exists(Path.of("")));
    jdk.returns(true, FileOperationsFixture::empty, (f, _) -> f.exists(Path.of("/"), NOFOLLOW));
  }

  private void assertExists(boolean followed, boolean itself, String name) throws Exception {
    jdk.returns(followed, FileOperationsFixture::links, (f, d) -> f.exists(d.resolve(name)));
    jdk.returns(
        itself, FileOperationsFixture::links, (f, d) -> f.exists(d.resolve(name), NOFOLLOW));
  }

  @Test
  void fileThatWasDeletedDoesNotExistAndOneThatWasCreatedDoes() throws Exception {
    jdk.returns(
        "false, true, false",
        FileOperationsFixture::empty,
        (f, d) -> {
          Path path = d.resolve("new");
          String text = "" + f.exists(path);
          f.writeString(path, "content");
          text += ", " + f.exists(path);
          f.delete(path);
          return text + ", " + f.exists(path);
        });
  }

  @Test
  void sizeIsOfWhatALinkLeadsTo() throws Exception {
    jdk.returns(7L, FileOperationsFixture::links, (f, d) -> f.size(d.resolve("file")));
    jdk.returns(7L, FileOperationsFixture::links, (f, d) -> f.size(d.resolve("toFile")));
    jdk.same(FileOperationsFixture::links, (f, d) -> f.size(d.resolve("full")));
    for (String name : List.of("missing", "toNothing", "missing/x")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.size(d.resolve(name)));
    }
    for (UnaryOperator<Path> of : badPaths()) {
      jdk.same(FileOperationsFixture::links, (f, d) -> f.size(of.apply(d)));
      jdk.same(FileOperationsFixture::links, (f, d) -> f.attributes(of.apply(d), NOFOLLOW).size());
    }
    jdk.same(FileOperationsFixture::links, (f, d) -> f.size(d.resolve("one")));
  }

  // ---- list

  @Test
  void entriesAreListedEachResolvedAgainstTheDirectory() throws Exception {
    for (String name : List.of("", "empty", "full", "toFull", "full/../empty", "full/.")) {
      jdk.does(
          FileOperationsFixture::links,
          (f, d) -> {
            Path directory = d.resolve(name);
            assertThat(f.list(directory)).allMatch(path -> path.startsWith(directory));
          });
      jdk.same(FileOperationsFixture::links, (f, d) -> f.list(d.resolve(name)));
    }
    jdk.same(FileOperationsFixture::empty, (f, d) -> f.list(Path.of("")));
  }

  @Test
  void manyEntriesAreAllListed() throws Exception {
    jdk.returns(
        1_100,
        d -> {
          for (int i = 0; i < 1_100; i++) {
            Files.createFile(d.resolve("a-name-of-some-length-" + i));
          }
        },
        (f, d) -> new java.util.HashSet<>(f.list(d)).size());
  }

  @Test
  void whatIsNoDirectoryIsNotListed() throws Exception {
    for (String name : List.of("file", "toFile", "file/x")) {
      jdk.fails(
          NotDirectoryException.class,
          FileOperationsFixture::links,
          (f, d) -> f.list(d.resolve(name)));
    }
    for (String name : List.of("missing", "toNothing")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.list(d.resolve(name)));
    }
    for (UnaryOperator<Path> of : badPaths()) {
      jdk.same(FileOperationsFixture::links, (f, d) -> f.list(of.apply(d)));
    }
  }
}
