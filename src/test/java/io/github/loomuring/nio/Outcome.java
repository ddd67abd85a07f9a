package io.github.loomuring.nio;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.util.SortedMap;
import org.opentest4j.AssertionFailedError;

/** What became of a use of files: what it returned or threw, in words, and the tree afterwards. */
record Outcome(String value, Throwable failure, SortedMap<String, String> tree) {
  /** All that a user could tell apart; where the JDK has a plain IOException, ours has names. */
  String seenBeside(Outcome theirs) {
    boolean plain =
        theirs.failure != null
            && theirs.failure.getClass() == IOException.class
            && failure instanceof FileSystemException;
    String end = plain ? describe(theirs.failure) : describe(failure);
    return (failure == null ? "value " + value : end) + "\n" + tree;
  }

  private static String describe(Throwable failure) {
    return switch (failure) {
      case null -> "nothing";
      case FileSystemException e -> type(e) + " file=" + e.getFile() + " other=" + e.getOtherFile();
      case DirectoryIteratorException e -> type(e) + " of " + describe(e.getCause());
      case AssertionFailedError e -> throw e;
      default -> type(failure);
    };
  }

  /** The class as a user can name it. */
  private static String type(Throwable failure) {
    Class<?> type = failure.getClass();
    while (!Modifier.isPublic(type.getModifiers())) {
      type = type.getSuperclass();
    }
    return type.getName();
  }

  /** Whether this says at least as much of the reason as {@code theirs}. */
  boolean hasReasonOf(Outcome theirs) {
    if (!(theirs.failure instanceof FileSystemException expected)
        || !(failure instanceof FileSystemException actual)) {
      return true;
    }
    String reason = expected.getReason();
    // The JDK has a sentence of its own for it.
    return reason == null
        ? actual.getReason() == null
        : actual.getReason() != null
            && (actual.getReason().contains(reason) || reason.startsWith("Too many levels of"));
  }
}
