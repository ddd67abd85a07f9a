package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.AsTheJdk;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.TestFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the contracts of operations on paths have in common. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class FileOperationsFixture {
  static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;
  static final List<String> SCRIPTS =
      List.of("ä", "日本", "😀", "e\u0301", " ", "a\nb", "-", "%41", "\"'\\");

  @TempDir Path temporary;
  TestFiles files;
  AsTheJdk jdk;

  abstract TestFiles open();

  @BeforeEach
  void openFiles() {
    files = open();
    jdk = new AsTheJdk(files, place().resolve("tree"));
  }

  /** Where trees are made. */
  Path place() {
    return temporary;
  }

  @AfterEach
  void closeFiles() {
    files.close();
  }

  static void empty(Path directory) {
    assertThat(directory).isEmptyDirectory();
  }

  static void file(Path directory) throws IOException {
    Files.writeString(directory.resolve("file"), "content");
  }

  /** A file, an empty directory and one that is not empty. */
  static void some(Path directory) throws IOException {
    file(directory);
    Files.createDirectory(directory.resolve("empty"));
    Files.writeString(Files.createDirectory(directory.resolve("full")).resolve("below"), "low");
  }

  /** What {@link #some} makes, and links to all of it, to nothing, and in a loop. */
  static void links(Path directory) throws IOException {
    some(directory);
    link(directory, "toFile", "file");
    link(directory, "toFull", "full");
    link(directory, "toNothing", "nothing");
    link(directory, "one", "two");
    link(directory, "two", "one");
  }

  static void link(Path directory, String link, String target) throws IOException {
    Files.createSymbolicLink(directory.resolve(link), Path.of(target));
  }

  /** The path of one file whose name is no UTF-8, which is made. */
  static Path noText(Path directory, String escaped) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "printf content > \"$(printf '" + escaped + "')\"")
            .directory(directory.toFile())
            .inheritIO()
            .start();
    assertThat(shell.waitFor()).isZero();
    return noText(directory);
  }

  /** The path of the first file whose name is no text. */
  static Path noText(Path directory) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path path : all) {
        if (path.toString().contains("\uFFFD")) {
          return path;
        }
      }
    }
    throw new AssertionError("all names in " + directory + " are text");
  }

  /** A path of more bytes than the kernel takes, whose names are short. */
  static Path longPath(Path directory) {
    StringBuilder path = new StringBuilder(directory.toString());
    while (path.length() < 5_000) {
      path.append("/./").append("..").append('/').append(directory.getFileName());
    }
    return Path.of(path.toString());
  }

  static Path longName(Path directory) {
    return directory.resolve("n".repeat(256));
  }
}
