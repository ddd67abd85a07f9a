package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * In a child JVM with a low RLIMIT_NOFILE: opens files until there are no more descriptors, and
 * goes on after closing some.
 *
 * <p>Arguments: a directory to work in, the engine.
 */
final class UseManyFiles {
  private static final int FILES_MAX = 10_000;

  private UseManyFiles() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    try (Uring uring = Engines.valueOf(args[1]).openNow()) {
      // Once with everything, also what fails: without descriptors no class could be loaded.
      RoundTrip.onVirtualThread(uring, directory);
      exhaust(uring, directory.resolve("absent"), new ArrayList<>());
      TryLibrary.say("noring", noRing());
      Path path = Files.createFile(directory.resolve("file"));
      int before = Descriptors.all().size();
      List<UringFile> open = new ArrayList<>();
      FileSystemException thrown = exhaust(uring, path, open);
      TryLibrary.say("opened", open.size() > 10);
      TryLibrary.say("thrown", thrown);
      TryLibrary.say("again", exhaust(uring, path, open));
      Path created = directory.resolve("created");
      TryLibrary.say(
          "create",
          exhaust(uring, created, open, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      TryLibrary.say("noring", noRing());
      open.getFirst().readFully(ByteBuffer.allocate(0), 0); // what is open works
      int more = closeSome(open);
      RoundTrip.onVirtualThread(uring, directory);
      exhaust(uring, path, open);
      TryLibrary.say("fewer", more - closeSome(open)); // of those that were closed
      for (UringFile file : open) {
        file.close();
      }
      int after = Descriptors.all().size();
      TryLibrary.say("leaked", after - before);
    }
  }

  private static FileSystemException exhaust(
      Uring uring, Path path, List<UringFile> open, StandardOpenOption... options) {
    for (int i = 0; i < FILES_MAX; i++) {
      try {
        open.add(uring.openFile(path, options));
      } catch (FileSystemException e) {
        return e;
      } catch (IOException e) {
        throw new AssertionError("no FileSystemException", e);
      }
    }
    throw new AssertionError("no limit");
  }

  /** Closes so many that ten are left; how many that were. */
  private static int closeSome(List<UringFile> open) throws IOException {
    int closed = 0;
    for (; open.size() > 10; closed++) {
      open.removeLast().close();
    }
    return closed;
  }

  private static String noRing() {
    try (Uring uring =
        Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build())) {
      return uring.toString();
    } catch (UnsupportedOperationException e) {
      return e.getMessage();
    }
  }
}
