package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Symbolic and hard links: the same as {@link Files} makes. */
abstract class FileOperationsLinkContract extends FileOperationsFixture {
  @ParameterizedTest
  @ValueSource(
      strings = {"file", "missing", "a/../b", "../x", ".", "..", "/", "/no/where", "link", "日本"})
  void targetOfASymbolicLinkIsKeptAsGiven(String target) throws Exception {
    assertThat(
            jdk.returns(
                target,
                FileOperationsFixture::file,
                (f, d) -> {
                  Path link = f.createSymbolicLink(d.resolve("link"), Path.of(target));
                  assertThat(link).isEqualTo(d.resolve("link"));
                  return f.readSymbolicLink(link);
                }))
        .containsEntry("link", "link to " + target);
  }

  @Test
  void linkLeadsToADirectoryAndThroughIt() throws Exception {
    jdk.returns(
        "[low, low]",
        FileOperationsFixture::some,
        (f, d) -> {
          Path link = f.createSymbolicLink(d.resolve("link"), Path.of("full"));
          Path second = f.createSymbolicLink(link.resolve("second"), Path.of("below"));
          return List.of(f.readString(link.resolve("below")), f.readString(second));
        });
  }

  @Test
  void symbolicLinkIsNotCreatedInPlaceOfSomething() throws Exception {
    for (String name : List.of("file", "empty", "toFile", "toNothing", "one", "full/.")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createSymbolicLink(d.resolve(name), Path.of("target")));
    }
    jdk.fails(
        FileAlreadyExistsException.class,
        FileOperationsFixture::empty,
        (f, d) -> f.createSymbolicLink(Path.of(""), Path.of("target")));
  }

  @Test
  void symbolicLinkIsNotCreatedWhereThereIsNoParent() throws Exception {
    for (String name : List.of("missing/new", "toNothing/new")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createSymbolicLink(d.resolve(name), Path.of("target")));
    }
    for (UnaryOperator<Path> of : FileOperationsContract.badPaths()) {
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createSymbolicLink(of.apply(d), Path.of("target")));
    }
  }

  @Test
  void targetThatNoSymbolicLinkHoldsIsReported() throws Exception {
    jdk.fails(
        NoSuchFileException.class,
        FileOperationsFixture::empty,
        (f, d) -> f.createSymbolicLink(d.resolve("link"), Path.of("")));
    for (int length : new int[] {4_095, 4_096, 5_000}) {
      jdk.same(
          FileOperationsFixture::empty,
          (f, d) -> f.createSymbolicLink(d.resolve("link"), Path.of("n".repeat(length))));
    }
  }

  @Test
  void targetOfASymbolicLinkIsRead() throws Exception {
    jdk.returns(
        "file", FileOperationsFixture::links, (f, d) -> f.readSymbolicLink(d.resolve("toFile")));
    jdk.returns(
        "nothing",
        FileOperationsFixture::links,
        (f, d) -> f.readSymbolicLink(d.resolve("toNothing")));
    jdk.returns(
        "two", FileOperationsFixture::links, (f, d) -> f.readSymbolicLink(d.resolve("one")));
  }

  @Test
  void whatIsNoSymbolicLinkHasNoTarget() throws Exception {
    for (String name : List.of("file", "full", "toFull/below", ".")) {
      jdk.fails(
          NotLinkException.class,
          FileOperationsFixture::links,
          (f, d) -> f.readSymbolicLink(d.resolve(name)));
    }
    for (String name : List.of("missing", "missing/x")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.readSymbolicLink(d.resolve(name)));
    }
    for (UnaryOperator<Path> of : FileOperationsContract.badPaths()) {
      jdk.same(FileOperationsFixture::links, (f, d) -> f.readSymbolicLink(of.apply(d)));
    }
  }

  // ---- hard links

  @Test
  void hardLinkIsASecondNameOfTheFile() throws Exception {
    assertThat(
            jdk.returns(
                "true, true, changed",
                FileOperationsFixture::some,
                (f, d) -> {
                  Path file = d.resolve("file");
                  Path link = f.createLink(d.resolve("full/link"), file);
                  String text = Files.isSameFile(link, file) + "";
                  text += ", " + f.attributes(link).fileKey().equals(f.attributes(file).fileKey());
                  f.writeString(file, "changed");
                  f.delete(file);
                  return text + ", " + f.readString(link);
                }))
        .containsKey("full/link")
        .doesNotContainKey("file");
  }

  @Test
  void hardLinkToASymbolicLinkIsWhatTheJdkMakes() throws Exception {
    for (String name : List.of("toFile", "toFull", "toNothing", "one")) {
      jdk.same(
          FileOperationsFixture::links, (f, d) -> f.createLink(d.resolve("new"), d.resolve(name)));
    }
  }

  @Test
  void hardLinkIsNotCreatedInPlaceOfSomething() throws Exception {
    for (String name : List.of("file", "empty", "toFile", "toNothing", "one", "full/below")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createLink(d.resolve(name), d.resolve("file")));
    }
  }

  @Test
  void whatIsMissingHasNoHardLink() throws Exception {
    for (String name : List.of("missing", "missing/x", "toNothing/x")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createLink(d.resolve("new"), d.resolve(name)));
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createLink(d.resolve("missing/new"), d.resolve("file")));
    }
  }

  @Test
  void whatCannotBeLinkedIsReportedWithBothNames() throws Exception {
    jdk.fails(
        FileSystemException.class,
        FileOperationsFixture::links,
        (f, d) -> f.createLink(d.resolve("new"), d.resolve("full")));
    for (UnaryOperator<Path> of : FileOperationsContract.badPaths()) {
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createLink(of.apply(d), d.resolve("file")));
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.createLink(d.resolve("new"), of.apply(d)));
    }
    jdk.fails(
        FileSystemException.class,
        FileOperationsFixture::links,
        (f, d) -> f.createLink(d.resolve("new"), Path.of("/proc/version")));
  }
}
