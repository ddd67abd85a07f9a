package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What can be said of names, without looking at files. */
abstract class PathsContract extends ProviderFixture {
  private static final List<String> TEXTS =
      List.of(
          "", "/", "a", "/a", "a/b", "/a/b", "a/b/c", "..", ".", "../a", "a/..", "/..", "./a/./b",
          "a//b/", "/a/../b", "ä/日本", "a b", "a.txt", ".hidden", "%41", "B", "a/c/b", "../../x");

  private Path path(String text) {
    return ours(tree).getFileSystem().getPath(text);
  }

  private static String outcome(Function<Path, Object> question, Path path) {
    try {
      return "" + question.apply(path);
    } catch (RuntimeException e) {
      return e.getClass().getName();
    }
  }

  private void ask(Function<Path, Object> question) {
    for (String text : TEXTS) {
      assertThat(outcome(question, path(text)))
          .as(text)
          .isEqualTo(outcome(question, Path.of(text)));
    }
  }

  private void ask(BiFunction<Path, Path, Object> question) {
    for (String one : TEXTS) {
      for (String two : TEXTS) {
        assertThat(outcome(path -> question.apply(path, path(two)), path(one)))
            .as("%s and %s", one, two)
            .isEqualTo(outcome(path -> question.apply(path, Path.of(two)), Path.of(one)));
      }
    }
  }

  @Test
  void onePath() {
    ask(Path::toString);
    ask(Path::isAbsolute);
    ask(Path::getRoot);
    ask(Path::getFileName);
    ask(Path::getParent);
    ask(Path::getNameCount);
    ask(Path::normalize);
    ask(Path::toAbsolutePath);
    ask(Path::toFile);
    ask(path -> path.getFileSystem().getSeparator());
    for (int i = -1; i < 4; i++) {
      int index = i;
      ask(path -> path.getName(index));
      for (int j = -1; j < 4; j++) {
        int end = j;
        ask(path -> path.subpath(index, end));
      }
    }
    ask(
        path -> {
          List<String> names = new ArrayList<>();
          path.forEach(name -> names.add(name.toString()));
          return names;
        });
  }

  @Test
  void twoPaths() {
    ask((one, two) -> one.startsWith(two));
    ask((one, two) -> one.endsWith(two));
    ask((one, two) -> one.resolve(two));
    ask((one, two) -> one.resolveSibling(two));
    ask((one, two) -> one.relativize(two));
    ask((one, two) -> one.equals(two));
    ask((one, two) -> one.hashCode() == two.hashCode());
    ask((one, two) -> Integer.signum(one.compareTo(two)));
    ask((one, two) -> one.startsWith(two.toString()));
    ask((one, two) -> one.endsWith(two.toString()));
    ask((one, two) -> one.resolve(two.toString()));
    ask((one, two) -> one.resolveSibling(two.toString()));
    ask((one, two) -> one.resolve(two, two));
    ask((one, two) -> one.resolve(two.toString(), "x"));
    ask((one, two) -> one.getFileSystem().getPath(one.toString(), two.toString()));
  }

  @Test
  void everyPathThatComesOutIsOfTheSameFileSystem() throws Exception {
    Files.createDirectories(tree.resolve("a"));
    Path path = ours(tree).resolve("a/../a");
    for (Path other :
        List.of(
            path.getRoot(),
            path.getFileName(),
            path.getParent(),
            path.getName(0),
            path.subpath(0, 1),
            path.normalize(),
            path.toAbsolutePath(),
            path.getFileName().toAbsolutePath(),
            path.toRealPath(),
            path.resolve("x"),
            path.relativize(path.getRoot()),
            path.iterator().next(),
            path.getFileSystem().getRootDirectories().iterator().next())) {
      assertThat(other.getFileSystem()).as("%s", other).isSameAs(path.getFileSystem());
    }
  }

  @Test
  void matchers() {
    for (String pattern : List.of("glob:*", "glob:**/b", "regex:a.*", "glob:{a,B}", "glob:*.txt")) {
      PathMatcher theirs = Path.of("").getFileSystem().getPathMatcher(pattern);
      PathMatcher ours = path("").getFileSystem().getPathMatcher(pattern);
      for (String text : TEXTS) {
        assertThat(ours.matches(path(text))).as(text).isEqualTo(theirs.matches(Path.of(text)));
        assertThat(ours.matches(Path.of(text))).isEqualTo(theirs.matches(Path.of(text)));
      }
    }
    for (String wrong : List.of("glob", "unknown:*", "glob:{")) {
      ask(path -> path.getFileSystem().getPathMatcher(wrong));
    }
  }

  @Test
  void badTextsAndNulls() {
    assertThatThrownBy(() -> path("a\0b")).isInstanceOf(InvalidPathException.class);
    ask(path -> path.resolve((Path) null));
    ask(path -> path.resolve((String) null));
    ask(path -> path.relativize(null));
    ask(path -> path.startsWith((Path) null));
    ask(path -> path.endsWith((Path) null));
    ask(path -> path.compareTo(null));
    ask(path -> path.equals(null));
    ask(path -> path.equals("text"));
  }

  /** Paths of two providers do not go together. */
  @Test
  void foreignPathsAreRefusedAsTheJdkRefusesOurs() throws Exception {
    Path foreign = subject() == Subject.JDK ? UringFileSystem.of(Path.of("a")) : Path.of("a");
    Path path = path("a");
    assertThat(path).isNotEqualTo(foreign);
    assertThat(foreign).isNotEqualTo(path);
    assertThat(path.startsWith(foreign)).isFalse();
    assertThat(path.endsWith(foreign)).isFalse();
    assertThat(Files.isSameFile(path, foreign)).isFalse();
    assertThatThrownBy(() -> path.compareTo(foreign)).isInstanceOf(ClassCastException.class);
    assertThatThrownBy(() -> path.resolve(foreign)).isInstanceOf(ProviderMismatchException.class);
    assertThatThrownBy(() -> path.relativize(foreign))
        .isInstanceOf(ProviderMismatchException.class);
    assertThatThrownBy(() -> Files.createSymbolicLink(path, foreign))
        .isInstanceOf(ProviderMismatchException.class);
    assertThatThrownBy(() -> Files.createLink(path, foreign))
        .isInstanceOf(ProviderMismatchException.class);
    assertThatThrownBy(() -> path.getFileSystem().provider().delete(foreign))
        .isInstanceOf(ProviderMismatchException.class);
    assertThatThrownBy(
            () -> path.getFileSystem().provider().exists(foreign, LinkOption.NOFOLLOW_LINKS))
        .isInstanceOf(ProviderMismatchException.class);
    try (WatchService watcher = path.getFileSystem().newWatchService()) {
      assertThatThrownBy(() -> foreign.register(watcher, StandardWatchEventKinds.ENTRY_CREATE))
          .isInstanceOf(ProviderMismatchException.class);
    }
  }
}
