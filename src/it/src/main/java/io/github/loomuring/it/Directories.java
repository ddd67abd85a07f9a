package io.github.loomuring.it;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory that a program is given, as its user would name it: a path, or a URI such as {@code
 * uring:///var/www}. The programs thereby use nothing but the JDK and their framework, and still
 * run on a file system that is not the default one.
 *
 * <p>{@code memory:///var/www} is a copy of {@code /var/www} in this JVM's heap. No operation on
 * its files can hold a carrier for a device: what is late there nevertheless waits for processors,
 * for the JVM (its garbage collector, the loading of a class), or for the framework.
 */
public final class Directories {
  private Directories() {}

  /** The directory that {@code argument} names. */
  public static Path of(String argument) throws IOException {
    if (!argument.matches("[a-z]+:/.*")) {
      return Path.of(argument);
    }
    URI uri = URI.create(argument);
    return uri.getScheme().equals("memory") ? copyInMemory(Path.of(uri.getPath())) : Path.of(uri);
  }

  /** The files of {@code directory}, which has no others in it, on a new file system. */
  private static Path copyInMemory(Path directory) throws IOException {
    Path copy = Jimfs.newFileSystem(Configuration.unix()).getPath(directory.toString());
    Files.createDirectories(copy);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    return copy;
  }
}
