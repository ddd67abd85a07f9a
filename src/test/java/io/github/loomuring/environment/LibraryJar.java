package io.github.loomuring.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The jar of the library. */
final class LibraryJar {
  private LibraryJar() {}

  /** The jar of the library; made in {@code directory} if the classes are not in a jar yet. */
  static Path in(Path directory) throws IOException {
    Path classes = ChildJvm.libraryClasses();
    if (!Files.isDirectory(classes)) {
      return classes;
    }
    Path jar = directory.resolve("library.jar");
    String tool = ChildJvm.java().resolveSibling("jar").toString();
    Commands.succeed(tool, "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    return jar;
  }
}
