package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFiles;
import io.github.loomuring.internal.linux.RemoteMounts;
import io.github.loomuring.support.OddNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * In a child JVM: prints whether a place, written as in a URI, is on another machine, and uses
 * files elsewhere.
 *
 * <p>Arguments: the place, and a directory to work in.
 */
final class UseBesideMount {
  private UseBesideMount() {}

  public static void main(String[] args) throws Exception {
    Path place = OddNames.resolve(Path.of("/"), args[0]);
    TryLibrary.say("remote", new RemoteMounts().of(place.resolve("x")) != null);
    TryLibrary.say("ring", Uring.shared().isRing());
    Path file = Path.of(args[1], "file");
    Thread.ofVirtual().start(() -> use(file)).join();
  }

  private static void use(Path file) {
    try {
      UringFiles.writeString(file, "content");
      TryLibrary.say("files", UringFiles.readString(file) + UringFiles.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
