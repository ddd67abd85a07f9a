package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.OddNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every use of every kind of name that is no text. */
abstract class OddNamesContract extends ProviderFixture {
  private static final Setup ODD = OddNames::make;

  @Override
  boolean isAboutNames() {
    return true;
  }

  /** The use of one file in {@code directory}. */
  private interface Each {
    Object of(Path directory, Path path) throws Exception;
  }

  /** A use without a result. */
  private interface EachAction {
    void of(Path directory, Path path) throws Exception;
  }

  private void ask(String what, Each use) throws Exception {
    List<String> whats = new ArrayList<>();
    List<Use> uses = new ArrayList<>();
    for (String name : OddNames.NAMES) {
      whats.add(what + " " + name);
      uses.add(directory -> use.of(directory, OddNames.resolve(directory, name)));
    }
    sameOfAll(whats, ODD, uses);
  }

  private void change(String what, EachAction use) throws Exception {
    for (String name : OddNames.NAMES) {
      same(
          what + " " + name,
          ODD,
          done(directory -> use.of(directory, OddNames.resolve(directory, name))));
    }
  }

  @Test
  void whatTheyAre() throws Exception {
    ask("exists", (_, path) -> Files.exists(path));
    ask("exists, or a link", (_, path) -> Files.exists(path, NOFOLLOW));
    ask("is a link", (_, path) -> Files.isSymbolicLink(path));
    ask("is a directory", (_, path) -> Files.isDirectory(path));
    ask("is a directory itself", (_, path) -> Files.isDirectory(path, NOFOLLOW));
    ask("attributes", (_, path) -> kind(path));
    ask("attributes of a link", (_, path) -> kind(path, NOFOLLOW));
    ask("mode", (_, path) -> Files.getAttribute(path, "unix:mode", NOFOLLOW));
    ask("permissions", (_, path) -> Files.getPosixFilePermissions(path));
    ask("size", (_, path) -> Files.size(path));
    ask("target", (_, path) -> Files.readSymbolicLink(path));
    ask("hidden", (_, path) -> Files.isHidden(path));
    ask("readable", (_, path) -> Files.isReadable(path));
    ask("store", (_, path) -> Files.getFileStore(path).name());
    ask("same file", (directory, path) -> Files.isSameFile(path, directory.resolve("keep")));
    ask("same odd file", (d, path) -> Files.isSameFile(OddNames.resolve(d, "d%FF"), path));
  }

  private static String kind(Path path, LinkOption... options) throws Exception {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    return attributes.isDirectory()
        + " "
        + attributes.isSymbolicLink()
        + " "
        + attributes.isRegularFile();
  }

  @Test
  void wherePathsLead() throws Exception {
    ask("real path", (_, path) -> path.toRealPath());
    ask("real path of a link", (_, path) -> path.toRealPath(NOFOLLOW));
    ask("URI", (_, path) -> path.toUri().getRawPath());
    ask("path of the URI", (_, path) -> Path.of(path.toUri()).getFileName());
    ask("normal", (_, path) -> path.normalize());
  }

  @Test
  void whatIsInThem() throws Exception {
    ask("content", (_, path) -> Files.readString(path));
    ask("bytes", (_, path) -> Files.readAllBytes(path));
    ask(
        "stream",
        (_, path) -> {
          try (InputStream in = Files.newInputStream(path)) {
            return in.readAllBytes();
          }
        });
    ask("list", (_, path) -> entries(path));
    ask(
        "walk",
        (_, path) -> {
          try (Stream<Path> all = Files.walk(path)) {
            return all.toList();
          }
        });
    ask(
        "walk through links",
        (_, path) -> {
          try (Stream<Path> all = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            return all.toList();
          }
        });
  }

  private static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    }
    return entries;
  }

  @Test
  void channels() throws Exception {
    for (OpenOption option : new OpenOption[] {StandardOpenOption.READ, NOFOLLOW}) {
      ask(
          "read " + option,
          (_, path) -> {
            try (FileChannel channel = FileChannel.open(path, option)) {
              ByteBuffer bytes = ByteBuffer.allocate(100);
              channel.read(bytes);
              return new String(bytes.array(), 0, bytes.position(), "ISO-8859-1");
            }
          });
    }
    for (OpenOption option :
        new OpenOption[] {
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.APPEND,
          StandardOpenOption.DELETE_ON_CLOSE,
          NOFOLLOW
        }) {
      change(
          "write " + option,
          (_, path) -> {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, option)) {
              channel.write(ByteBuffer.wrap(new byte[] {'w'}));
            }
          });
    }
    change(
        "stream",
        (_, path) -> {
          try (OutputStream out = Files.newOutputStream(path)) {
            out.write('w');
          }
        });
  }

  @Test
  void namesAreChanged() throws Exception {
    change("delete", (_, path) -> Files.delete(path));
    change("delete if there", (_, path) -> Files.deleteIfExists(path));
    change("move", (d, path) -> Files.move(path, OddNames.resolve(d, "t%FE")));
    change("move onto", (d, path) -> Files.move(d.resolve("keep"), path));
    change(
        "replace",
        (d, path) ->
            Files.move(d.resolve("keep/precious"), path, StandardCopyOption.REPLACE_EXISTING));
    change("move onto itself", (_, path) -> Files.move(path, path));
    change("copy", (d, path) -> Files.copy(path, OddNames.resolve(d, "t%FE")));
    change("copy a link", (d, path) -> Files.copy(path, OddNames.resolve(d, "t%FE"), NOFOLLOW));
  }

  @Test
  void linksAndDirectoriesAreMade() throws Exception {
    change("directory", (_, path) -> Files.createDirectory(path));
    change("directories", (_, path) -> Files.createDirectories(OddNames.resolve(path, "u%FF/v")));
    change("symbolic link", (d, path) -> Files.createSymbolicLink(path, d.resolve("keep")));
    change("symbolic link to", (d, path) -> Files.createSymbolicLink(d.resolve("new"), path));
    change(
        "relative symbolic link to",
        (d, path) -> Files.createSymbolicLink(d.resolve("new"), d.relativize(path)));
    change("link", (d, path) -> Files.createLink(path, OddNames.resolve(d, "f%FF")));
    change("link to", (d, path) -> Files.createLink(OddNames.resolve(d, "t%FE"), path));
    change("temporary file", (_, path) -> temporary(path));
    change("times", (_, path) -> Files.setLastModifiedTime(path, FileTime.fromMillis(1_000)));
  }

  /** The name, which is a random one, is in the exception of a failure. */
  private static void temporary(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      Path file = Files.createTempFile(directory, "a", "b");
      assertThat(file.getParent()).isEqualTo(directory);
      Files.delete(file);
    }
  }

  @Test
  void treeIsDeletedAndNothingBehindItsLinks() throws Exception {
    Outcome outcome =
        same(
            ODD,
            directory -> {
              for (String name : OddNames.NAMES.stream().filter(n -> !n.contains("/")).toList()) {
                Path top = OddNames.resolve(directory, name);
                if (Files.exists(top, NOFOLLOW)) {
                  Files.walkFileTree(top, new Remover());
                }
              }
              return entries(directory);
            });
    assertThat(outcome.tree()).containsEntry("keep/precious", "file 644: kept");
  }

  /** Removes a tree, as programs do it. */
  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
