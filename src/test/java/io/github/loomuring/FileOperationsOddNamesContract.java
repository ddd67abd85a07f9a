package io.github.loomuring;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.AsTheJdk.Outcome;
import io.github.loomuring.support.AsTheJdk.Setup;
import io.github.loomuring.support.InMemory;
import io.github.loomuring.support.OddNames;
import io.github.loomuring.support.TestFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation on every kind of name that is no text: the same as {@link Files} does. */
abstract class FileOperationsOddNamesContract extends FileOperationsFixture {
  private static final Setup ODD = OddNames::make;

  @TempDir(factory = InMemory.class)
  Path memory;

  /** Whether trees are made on the disk. Otherwise they are made in memory; see InMemory. */
  abstract boolean isOnDisk();

  @Override
  Path place() {
    return isOnDisk() ? temporary : memory;
  }

  /** The use of one file in {@code directory}. */
  private interface Use {
    Object by(TestFiles files, Path directory, Path path) throws Exception;
  }

  /** A use without a result. */
  private interface Action {
    void by(TestFiles files, Path directory, Path path) throws Exception;
  }

  private void same(String what, Use use) throws Exception {
    for (String name : OddNames.NAMES) {
      jdk.same(
          ODD,
          (files, directory) ->
              List.of(what, name, use.by(files, directory, OddNames.resolve(directory, name))));
    }
  }

  private void does(String what, Action action) throws Exception {
    same(
        what,
        (files, directory, path) -> {
          action.by(files, directory, path);
          return "done";
        });
  }

  @Test
  void areLookedAt() throws Exception {
    same("exists", (f, _, path) -> f.exists(path));
    same("exists, or a link", (f, _, path) -> f.exists(path, NOFOLLOW));
    same("size", (f, _, path) -> f.size(path));
    same("attributes", (f, _, path) -> kind(f, path));
    same("attributes of a link", (f, _, path) -> kind(f, path, NOFOLLOW));
    same("target", (f, _, path) -> f.readSymbolicLink(path));
    same("list", (f, _, path) -> OddNames.exact(f.list(path)));
  }

  private static String kind(TestFiles files, Path path, LinkOption... options) throws Exception {
    BasicFileAttributes attributes = files.attributes(path, options);
    return attributes.isDirectory()
        + " "
        + attributes.isSymbolicLink()
        + " "
        + attributes.isRegularFile();
  }

  @Test
  void areLookedAtByRelativePaths() throws Exception {
    Path working = Path.of("").toAbsolutePath();
    same("exists", (f, _, path) -> f.exists(working.relativize(path)));
    same("attributes of a link", (f, _, path) -> kind(f, working.relativize(path), NOFOLLOW));
    same("target", (f, _, path) -> f.readSymbolicLink(working.relativize(path)));
    same("content", (f, _, path) -> f.readString(working.relativize(path)));
  }

  @Test
  void areReadAndWritten() throws Exception {
    same("content", (f, _, path) -> f.readString(path));
    for (OpenOption[] options :
        new OpenOption[][] {{}, {WRITE}, {CREATE, APPEND}, {CREATE_NEW}, {WRITE, NOFOLLOW}}) {
      does("write", (f, _, path) -> f.writeString(path, "new", options));
    }
  }

  @Test
  void areDeleted() throws Exception {
    does("delete", (f, _, path) -> f.delete(path));
    same("delete if exists", (f, _, path) -> f.deleteIfExists(path));
  }

  @Test
  void areMoved() throws Exception {
    does("move to text", (f, d, path) -> f.move(path, d.resolve("text")));
    does("move", (f, d, path) -> f.move(path, OddNames.resolve(d, "t%FE")));
    does("move onto", (f, d, path) -> f.move(d.resolve("keep"), path));
    does("move onto a link", (f, d, path) -> f.move(path, OddNames.resolve(d, "l%FF")));
    does("replace", (f, d, path) -> f.move(d.resolve("keep/precious"), path, REPLACE_EXISTING));
    does(
        "replace a link",
        (f, d, path) -> f.move(path, OddNames.resolve(d, "c%C3("), REPLACE_EXISTING));
    does("replace at once", (f, d, path) -> f.move(d.resolve("keep"), path, ATOMIC_MOVE));
    does("move onto itself", (f, _, path) -> f.move(path, path));
  }

  @Test
  void areCopied() throws Exception {
    does("copy", (f, d, path) -> f.copy(path, OddNames.resolve(d, "t%FE")));
    does("copy a link", (f, d, path) -> f.copy(path, OddNames.resolve(d, "t%FE"), NOFOLLOW));
    does("copy onto", (f, d, path) -> f.copy(d.resolve("keep/precious"), path, REPLACE_EXISTING));
  }

  @Test
  void areMadeAsDirectories() throws Exception {
    does("create", (f, _, path) -> f.createDirectory(path));
    for (String name : List.of("f%FF", "f%FF/.", "d%FF", "l%FF", "k%FF", "n%FF", "m%FF", "q%3F")) {
      jdk.same(ODD, (f, d) -> f.createDirectories(OddNames.resolve(d, name)));
    }
    for (String name : List.of("d%FF", "l%FF/..", "k%FF", "m%FF", "d%FF/.", "%FF")) {
      jdk.same(ODD, (f, d) -> f.createDirectories(OddNames.resolve(d, name + "/u%FF/v%FE")));
    }
  }

  @Test
  void areLinks() throws Exception {
    does("symbolic link", (f, _, path) -> f.createSymbolicLink(path, Path.of("keep")));
    does("link", (f, d, path) -> f.createLink(path, OddNames.resolve(d, "f%FF")));
  }

  @Test
  void areWhatLinksLeadTo() throws Exception {
    does("link", (f, d, path) -> f.createLink(OddNames.resolve(d, "t%FE"), path));
    does("symbolic link", (f, d, path) -> f.createSymbolicLink(d.resolve("new"), path));
    does(
        "relative symbolic link",
        (f, d, path) -> f.createSymbolicLink(d.resolve("new"), d.relativize(path)));
  }

  /** A link was taken for the directory behind it, of which the files were deleted then. */
  @Test
  void treeIsDeletedAndNothingBehindItsLinks() throws Exception {
    Outcome outcome =
        jdk.same(
            ODD,
            (f, d) -> {
              Path tree = f.createDirectory(OddNames.resolve(d, "tree%FF"));
              for (String link : List.of("l%FF", "%FF", "l%FF%FE", "k%C3", "text")) {
                f.createSymbolicLink(
                    OddNames.resolve(tree, link), tree.relativize(d.resolve("keep")));
              }
              f.createDirectories(OddNames.resolve(tree, "a%FF/b/c%FE"));
              remove(f, tree);
              return f.exists(tree, NOFOLLOW);
            });
    assertThat(outcome.tree()).containsEntry("keep/precious", "file 644: kept");
  }

  private static void remove(TestFiles files, Path path) throws Exception {
    if (files.attributes(path, NOFOLLOW).isDirectory()) {
      for (Path entry : files.list(path)) {
        remove(files, entry);
      }
    }
    files.delete(path);
  }
}
