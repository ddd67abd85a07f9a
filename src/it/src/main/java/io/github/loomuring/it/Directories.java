package io.github.loomuring.it;

import java.net.URI;
import java.nio.file.Path;

/**
 * The directory that a program is given, as its user would name it: a path, or a URI such as {@code
 * uring:///var/www}. The programs thereby use nothing but the JDK and their framework, and still
 * run on a file system that is not the default one.
 */
public final class Directories {
  private Directories() {}

  /** The directory that {@code argument} names. */
  public static Path of(String argument) {
    boolean isUri = argument.matches("[a-z]+:/.*");
    return isUri ? Path.of(URI.create(argument)) : Path.of(argument);
  }
}
