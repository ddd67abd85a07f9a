package io.github.loomuring.environment;

import io.github.loomuring.UringFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * In a child JVM: prints what the file called "name" has in it, to the JDK and to the library.
 *
 * <p>Argument: a directory that user.dir is set to before; or none.
 */
final class UseRelativeNames {
  private UseRelativeNames() {}

  public static void main(String[] args) {
    if (args.length > 0) {
      System.setProperty("user.dir", args[0]);
    }
    Path path = Path.of("name");
    TryLibrary.say("jdk", content(() -> Files.readString(path)));
    TryLibrary.say("library", content(() -> UringFiles.readString(path)));
    TryLibrary.say("directory", content(() -> "" + UringFiles.list(Path.of("")).size()));
  }

  private interface Content {
    String get() throws IOException;
  }

  private static String content(Content content) {
    try {
      return content.get();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
