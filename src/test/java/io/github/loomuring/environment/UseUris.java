package io.github.loomuring.environment;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * In a child JVM, a program that knows nothing of the library: goes from paths to URIs, URLs and
 * files, and back, and prints what it has seen, which must not depend on the file system beneath.
 *
 * <p>Argument: a directory to work in.
 */
final class UseUris {
  private static final List<String> NAMES =
      List.of("plain", "a b", "a%41b", "ä", "日本", "a+b&c#d?e", "a;b=c", "a\\b", "[x]", "ä%20\n");
  private static final List<String> URIS =
      List.of(
          "file:/etc/hostname",
          "file:///etc/hostname",
          "FILE:/etc/hostname",
          "File:///etc/hostname",
          "file:///etc/../etc/hostname",
          "file:/etc//hostname",
          "file:/etc/hostname/",
          "file:/",
          "file:///",
          "file:////etc",
          "file:/%C3%A4",
          "file:///%C3%A4",
          "file:/%FF",
          "file:///%FF",
          "file:/a%00b",
          "file:///a%00b",
          "file:a",
          "file://host/a",
          "file:/a?q",
          "file:/a#f",
          "file:");

  private UseUris() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    uris();
    for (String name : NAMES) {
      names(Files.writeString(directory.resolve(name), name));
      names(Files.createDirectory(directory.resolve(name + " d")));
    }
    classes();
    archive(directory.resolve("a b.zip"));
    System.out.println("# default=" + directory.getFileSystem().getClass().getName());
  }

  private static void uris() {
    for (String text : URIS) {
      String seen;
      try {
        URI uri = URI.create(text);
        Path path = Path.of(uri);
        seen = path + " " + path.toUri() + " " + path.equals(Path.of(path.toString()));
        seen += " " + Path.of("/").resolve(path).equals(path) + " " + Files.exists(path);
        seen += " " + FileSystems.getDefault().provider().getPath(uri).equals(path);
      } catch (RuntimeException e) {
        seen = e.getClass().getName();
      }
      System.out.println(text + " is " + seen);
    }
  }

  private static void names(Path path) throws IOException, URISyntaxException {
    File file = path.toFile();
    URL url = file.toURI().toURL();
    System.out.println(path + " " + path.toUri() + " " + file.toURI() + " " + url);
    for (Path same :
        List.of(
            Path.of(path.toUri()),
            Path.of(file.toURI()),
            Path.of(url.toURI()),
            Path.of(path.toUri().toURL().toURI()),
            file.toPath(),
            new File(path.toUri()).toPath(),
            Path.of(file.toPath().toUri()),
            Path.of("").resolve(Path.of(file.toURI())))) {
      System.out.println(same.equals(path) + " " + path.startsWith(same) + " " + content(same));
    }
    try (InputStream in = path.toUri().toURL().openStream()) {
      System.out.println(in.readAllBytes().length);
    }
  }

  private static String content(Path path) throws IOException {
    return Files.isDirectory(path) ? "directory" : Files.readString(path);
  }

  /** What frameworks do to find themselves. */
  private static void classes() throws IOException, URISyntaxException {
    URL source = UseUris.class.getProtectionDomain().getCodeSource().getLocation();
    System.out.println(source + " " + Files.isDirectory(Path.of(source.toURI())));
    URL resource = UseUris.class.getResource("UseUris.class");
    Path path = Path.of(resource.toURI());
    System.out.println(path + " " + Files.size(path) + " " + path.startsWith(source.getPath()));
  }

  /** A file system in a file of this one, by the URI of either. */
  private static void archive(Path zip) throws IOException {
    URI uri = URI.create("jar:" + zip.toFile().toURI());
    try (FileSystem inside = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      Files.writeString(inside.getPath("/entry"), "in the archive");
    }
    for (URI of : List.of(URI.create("jar:" + zip.toUri()), uri)) {
      try (FileSystem inside = FileSystems.newFileSystem(of, Map.of())) {
        Path entry = Path.of(URI.create(of + "!/entry"));
        boolean same = entry.getFileSystem() == inside;
        System.out.println(Files.readString(entry) + " " + entry.toUri() + " " + same);
      }
    }
  }
}
