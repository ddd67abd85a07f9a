package io.github.loomuring.support;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Names that no text in UTF-8 stands for, and such whose text is another one's too. They are
 * written as in a URI.
 */
public final class OddNames {
  /**
   * Names of what {@link #make} makes, and of what it does not; what leads through links, and what
   * ends in names that are none.
   */
  public static final List<String> NAMES =
      List.of(
          "f%FF",
          "f%FF/.",
          "f%FF/x",
          "d%FF",
          "d%FF/.",
          "d%FF/below",
          "d%FF/i%FE",
          "e%FF",
          "l%FF",
          "l%FF/.",
          "l%FF/..",
          "l%FF/precious",
          "l%FF/../k%FF",
          "k%FF",
          "k%FF/i%FE",
          "g%FF",
          "g%FF/x",
          "n%FF",
          "n%FF/x",
          "one%FF",
          "one%FF/x",
          "%FF%FE",
          "r%FF",
          "r%EF%BF%BD",
          "q%3F",
          "q%FF",
          "c%C3(",
          "m%FF",
          "m%FF/x%FF");

  private OddNames() {}

  /** A file, directories, links to all of it, to nothing and in a loop, all with odd names. */
  public static void make(Path directory) throws IOException {
    Path keep = Files.createDirectory(directory.resolve("keep"));
    Files.writeString(keep.resolve("precious"), "kept");
    Files.writeString(resolve(directory, "f%FF"), "odd content");
    Path full = Files.createDirectory(resolve(directory, "d%FF"));
    Files.writeString(full.resolve("below"), "low");
    Files.writeString(resolve(full, "i%FE"), "inner");
    Files.createDirectory(resolve(directory, "e%FF"));
    link(directory, "l%FF", "keep");
    link(directory, "c%C3(", "keep");
    link(directory, "k%FF", "d%FF");
    link(directory, "g%FF", "f%FF");
    link(directory, "n%FF", "m%FE");
    link(directory, "one%FF", "two%FF");
    link(directory, "two%FF", "one%FF");
    Files.writeString(resolve(directory, "%FF%FE"), "only odd");
    Files.writeString(resolve(directory, "r%FF"), "replaced");
    Files.writeString(resolve(directory, "r%EF%BF%BD"), "replacement");
    Files.writeString(resolve(directory, "q%3F"), "question");
    Files.writeString(resolve(directory, "q%FF"), "no question");
  }

  private static void link(Path directory, String link, String target) throws IOException {
    Files.createSymbolicLink(resolve(directory, link), relative(directory, target));
  }

  /** {@code name} in {@code directory}, of whatever file system that is. */
  public static Path resolve(Path directory, String name) {
    return directory.resolve(relative(directory, name));
  }

  /** {@code name} as a relative path of the file system of {@code any}. */
  public static Path relative(Path any, String name) {
    String scheme = any.getFileSystem().provider().getScheme();
    Path absolute = any.getFileSystem().provider().getPath(URI.create(scheme + ":///" + name));
    return absolute.subpath(0, absolute.getNameCount());
  }

  /** What tells {@code path} from every other: its text, or if that has lost something its URI. */
  public static String exact(Path path) {
    if (path.toString().indexOf('\uFFFD') < 0) {
      return path.toString();
    }
    Path absolute = path.getFileSystem().getPath("/").resolve(path); // whatever it is relative to
    String raw = absolute.toUri().getRawPath();
    return raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw; // it is a directory
  }

  /** As {@link #exact(Path)}, sorted; what is no path by its text. */
  public static String exact(Collection<?> values) {
    return values.stream()
        .map(value -> value instanceof Path path ? exact(path) : String.valueOf(value))
        .sorted()
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
