package io.github.loomuring.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * Has the JDK, and then the files under test, do the same to the same tree, and compares all that
 * can be seen of it: the result, or the exception with the names in it, and the tree afterwards.
 */
public final class AsTheJdk {
  /**
   * Makes what is there before. Where it is the same object, what it has made may be used again.
   */
  public interface Setup {
    void in(Path directory) throws Exception;
  }

  /** The use of files that is compared. */
  public interface Use {
    Object by(TestFiles files, Path directory) throws Exception;
  }

  /** A use without a result. */
  public interface Action {
    void by(TestFiles files, Path directory) throws Exception;
  }

  private final TestFiles files;
  private final StandingTree tree;

  /** Trees are made in {@code directory}, which is removed before. */
  public AsTheJdk(TestFiles files, Path directory) {
    this.files = files;
    this.tree = new StandingTree(directory);
  }

  /** Asserts that {@code use} fails so; the tree afterwards. */
  public SortedMap<String, String> fails(
      Class<? extends Throwable> expected, Setup setup, Action use) throws Exception {
    Outcome outcome = same(setup, used(use));
    assertThat(outcome.failure()).isExactlyInstanceOf(expected);
    return outcome.tree();
  }

  /** Asserts that {@code use} succeeds; the tree afterwards. */
  public SortedMap<String, String> does(Setup setup, Action use) throws Exception {
    return returns(null, setup, used(use));
  }

  /** Asserts that {@code use} returns {@code expected}; the tree afterwards. */
  public SortedMap<String, String> returns(Object expected, Setup setup, Use use) throws Exception {
    Outcome outcome = same(setup, use);
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.value()).isEqualTo(text(expected));
    return outcome.tree();
  }

  /** For a setup that makes more than its tree, to have it called again. */
  public void setUpAgain() {
    tree.forget();
  }

  private static Use used(Action use) {
    return (files, directory) -> {
      use.by(files, directory);
      return null;
    };
  }

  /** Asserts that the files under test do what the JDK does, whatever that is. */
  public Outcome same(Setup setup, Use use) throws Exception {
    Outcome theirs = outcome(TestFiles.jdk(), setup, use);
    if (files.isJdk()) {
      return theirs;
    }
    Outcome ours = outcome(files, setup, use);
    assertThat(ours.seen(theirs)).isEqualTo(theirs.seen(theirs));
    return theirs;
  }

  private Outcome outcome(TestFiles some, Setup setup, Use use) throws Exception {
    Path directory = tree.make(setup, setup::in);
    String value = null;
    Throwable failure = null;
    try {
      value = text(use.by(some, directory));
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
    return new Outcome(value, failure, Trees.look(directory));
  }

  private static String text(Object value) {
    return switch (value) {
      case byte[] bytes -> bytes.length + " bytes with hash " + Arrays.hashCode(bytes);
      case List<?> list -> OddNames.exact(list);
      case Path path -> OddNames.exact(path);
      case null -> null;
      default -> value.toString();
    };
  }

  /** What became of a use. */
  public record Outcome(String value, Throwable failure, SortedMap<String, String> tree) {
    private List<String> seen(Outcome theirs) {
      // Where the JDK has a plain IOException, ours names the file.
      boolean named = theirs.failure instanceof FileSystemException;
      return List.of("" + value, kind(failure), named ? names(failure) : "", tree.toString());
    }

    private static String kind(Throwable failure) {
      return switch (failure) {
        case null -> "success";
        case CharacterCodingException _ -> CharacterCodingException.class.getName();
        case FileSystemLoopException _ -> IOException.class.getName();
        default -> {
          Class<?> type = failure.getClass();
          while (!Modifier.isPublic(type.getModifiers())) {
            type = type.getSuperclass();
          }
          yield (type == FileSystemException.class ? IOException.class : type).getName();
        }
      };
    }

    private static String names(Throwable failure) {
      return failure instanceof FileSystemException e
          ? "file=" + e.getFile() + ", otherFile=" + e.getOtherFile()
          : "no names in " + failure;
    }
  }
}
