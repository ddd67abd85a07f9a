package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.support.InMemory;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.OddNames;
import io.github.loomuring.support.StandingTree;
import io.github.loomuring.support.Trees;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the contracts of the provider have in common: the JDK, and then the subject, do the same to
 * the same tree, and all that can be seen of it has to be equal.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ProviderFixture {
  static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

  /** Nothing. */
  static final Setup EMPTY = directory -> assertThat(directory).isEmptyDirectory();

  static final Setup FILE = ProviderFixture::file;

  /** One of everything, and links to all of it, to nothing, and in a loop. */
  static final Setup SOME = ProviderFixture::some;

  /**
   * Makes what is there before. Where it is the same object, what it has made may be used again.
   */
  interface Setup {
    void in(Path directory) throws Exception;
  }

  /** The use that is compared. */
  interface Use {
    Object of(Path directory) throws Exception;
  }

  /** A use without a result. */
  interface Action {
    void of(Path directory) throws Exception;
  }

  @TempDir Path temporary;

  @TempDir(factory = InMemory.class)
  Path memory;

  Uring uring;
  Path tree;
  private StandingTree standing;

  abstract Subject subject();

  @BeforeEach
  void openSubject() {
    uring = subject().open();
    // One subject works on the disk in any case.
    Path place = isAboutNames() && subject() != Subject.RING ? memory : temporary;
    tree = place.resolve("tree");
    standing = new StandingTree(tree);
  }

  /** Whether the contract holds on every file system, and makes and removes very many names. */
  boolean isAboutNames() {
    return false;
  }

  @AfterEach
  void closeSubject() {
    if (uring != null) {
      uring.close();
    }
  }

  /** The path of the subject for one of the platform. */
  Path ours(Path platform) {
    return subject().path(uring, platform);
  }

  /** Asserts that the subject does what the JDK does, whatever that is. */
  Outcome same(String what, Setup setup, Use use) throws Exception {
    return sameOfAll(List.of(what), setup, List.of(use)).getFirst();
  }

  /** As {@link #same}, of uses of one tree, one after the other; it is looked at after the last. */
  List<Outcome> sameOfAll(List<String> what, Setup setup, List<Use> uses) throws Exception {
    List<Outcome> theirs = outcomes(Subject.JDK, setup, uses);
    if (subject() == Subject.JDK) {
      return theirs;
    }
    List<Outcome> ours = outcomes(subject(), setup, uses);
    for (int i = 0; i < uses.size(); i++) {
      assertSame(what.get(i), ours.get(i), theirs.get(i));
    }
    return theirs;
  }

  private static void assertSame(String what, Outcome ours, Outcome theirs) {
    assertThat(ours.seenBeside(theirs))
        .as("%s, %s", what, ours.failure())
        .isEqualTo(theirs.seenBeside(theirs));
    assertThat(ours.hasReasonOf(theirs))
        .as("%s: %s instead of %s", what, ours.failure(), theirs.failure())
        .isTrue();
  }

  Outcome same(Setup setup, Use use) throws Exception {
    return same("use", setup, use);
  }

  /** As {@link #same}, of a use that succeeds. */
  void does(Setup setup, Action use) throws Exception {
    returns(null, setup, done(use));
  }

  /** As {@link #same}, of a use that returns {@code expected}. */
  void returns(Object expected, Setup setup, Use use) throws Exception {
    Outcome outcome = same(setup, use);
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.value()).isEqualTo(text(expected));
  }

  /** As {@link #same}, of a use that fails so. */
  void fails(Class<? extends Throwable> expected, Setup setup, Action use) throws Exception {
    assertThat(same(setup, done(use)).failure()).isExactlyInstanceOf(expected);
  }

  static Use done(Action action) {
    return directory -> {
      action.of(directory);
      return null;
    };
  }

  private List<Outcome> outcomes(Subject some, Setup setup, List<Use> uses) throws Exception {
    Path directory = some.path(uring, standing.make(setup, setup::in));
    List<String> values = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    some.call(
        () -> {
          for (Use use : uses) {
            String value = null;
            Throwable failure = null;
            try {
              value = text(use.of(directory));
            } catch (Exception e) {
              failure = e;
            }
            values.add(value);
            failures.add(failure);
          }
          return null;
        });
    SortedMap<String, String> after = Trees.look(tree);
    return IntStream.range(0, uses.size())
        .mapToObj(i -> new Outcome(values.get(i), failures.get(i), after))
        .toList();
  }

  private static String text(Object value) {
    return switch (value) {
      case byte[] bytes -> new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
      case Map<?, ?> map -> new TreeMap<>(map).toString();
      case Collection<?> many -> OddNames.exact(many);
      case Path path -> OddNames.exact(path);
      case null -> "null";
      default -> value.toString();
    };
  }

  // ---- setups

  static void file(Path directory) throws Exception {
    Files.writeString(directory.resolve("file"), "content");
  }

  static void some(Path directory) throws Exception {
    file(directory);
    Files.createDirectory(directory.resolve("empty"));
    Files.writeString(Files.createDirectory(directory.resolve("full")).resolve("below"), "low");
    link(directory, "toFile", "file");
    link(directory, "toFull", "full");
    link(directory, "toNothing", "nothing");
    link(directory, "one", "two");
    link(directory, "two", "one");
  }

  /** Names of what {@link #some} makes, and of what it does not. */
  static final String[] NAMES = {
    "file",
    "empty",
    "full",
    "full/below",
    "toFile",
    "toFull",
    "toFull/below",
    "toNothing",
    "one",
    "missing",
    "missing/below",
    "file/below",
    "one/below",
    "empty/.",
    "full/..",
    ""
  };

  static void link(Path directory, String link, String target) throws Exception {
    Files.createSymbolicLink(directory.resolve(link), Path.of(target));
  }
}
