package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.support.Engines;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * In a child JVM of an unprivileged user: opens files of root, by the library and by the JDK.
 *
 * <p>Arguments: a directory to work in, the engine, and paths that this user must not open.
 */
final class UseOthersFiles {
  private UseOthersFiles() {}

  public static void main(String[] args) throws Exception {
    try (Uring uring = Engines.valueOf(args[1]).openNow()) {
      TryLibrary.say("ring", uring.isRing());
      for (int i = 2; i < args.length; i++) {
        Path path = Path.of(args[i]);
        compare(uring, path, Set.of());
        compare(uring, path, Set.of(StandardOpenOption.WRITE));
        compare(uring, path, Set.of(StandardOpenOption.APPEND));
        compare(uring, path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      }
      RoundTrip.onVirtualThread(uring, Path.of(args[0]));
    }
    TryLibrary.say("files", "ok");
  }

  private static void compare(Uring uring, Path path, Set<OpenOption> options) {
    String library = failure(() -> uring.openFile(path, options));
    String jdk = failure(() -> FileChannel.open(path, options));
    RoundTrip.check(
        library.equals(jdk), options + ": the library says " + library + ", the JDK " + jdk);
    System.out.println(library);
  }

  private interface Opening {
    AutoCloseable open() throws IOException;
  }

  private static String failure(Opening opening) {
    try (AutoCloseable opened = opening.open()) {
      return "opened " + opened.getClass();
    } catch (FileSystemException e) {
      return e.toString();
    } catch (Exception e) {
      throw new AssertionError("no FileSystemException", e);
    }
  }
}
