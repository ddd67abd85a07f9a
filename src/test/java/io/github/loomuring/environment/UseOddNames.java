package io.github.loomuring.environment;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In a child JVM, a program that knows nothing of the library: does everything to names that its
 * locale cannot say, on the main thread and on virtual threads, and prints what came of it, which
 * must not depend on the file system beneath.
 *
 * <p>Arguments: a directory to work in, and pairs of names, written as in a URI.
 */
final class UseOddNames {
  /** What has the name, beside a file that has the other name of its pair, also as its content. */
  private enum Shape {
    FILE,
    DIRECTORY,
    LINK_TO_DIRECTORY,
    LINK_TO_NOTHING,
    MISSING
  }

  /** The use of one file. */
  private interface Use {
    Object of(Path directory, Path path) throws IOException;
  }

  private static final Map<String, Use> USES = new LinkedHashMap<>();

  static {
    USES.put("read", (_, path) -> Files.readString(path));
    USES.put("kind", (_, path) -> kind(path));
    USES.put("kind of link", (_, path) -> kind(path, LinkOption.NOFOLLOW_LINKS));
    USES.put("target", (_, path) -> raw(Files.readSymbolicLink(path)));
    USES.put("real path", (_, path) -> raw(path.toRealPath().getFileName()));
    USES.put("list", (_, path) -> entries(path).size());
    USES.put("write", (_, path) -> raw(Files.writeString(path, "written").getFileName()));
    USES.put("create", (_, path) -> created(path));
    USES.put("remove", (_, path) -> raw(Files.walkFileTree(path, new Remover()).getFileName()));
    USES.put("move", (directory, path) -> raw(Files.move(path, named(directory, "t%FE"))));
    USES.put(
        "replace",
        (directory, path) ->
            raw(
                Files.move(
                    directory.resolve("keep/precious"),
                    path,
                    StandardCopyOption.REPLACE_EXISTING)));
    USES.put("link", (d, path) -> raw(Files.createLink(path, d.resolve("keep/precious"))));
    USES.put("link to", (d, path) -> raw(Files.createLink(named(d, "t%FE"), path)));
    USES.put("symbolic", (d, path) -> raw(Files.createSymbolicLink(path, d.resolve("keep"))));
    USES.put(
        "symbolic to",
        (d, path) -> raw(Files.createSymbolicLink(d.resolve("new"), path.getFileName())));
    USES.put("directory", (_, path) -> raw(Files.createDirectory(path)));
    USES.put("temporary", (_, path) -> raw(Files.createTempDirectory(path, "a").getParent()));
  }

  private UseOddNames() {}

  public static void main(String[] args) throws Exception {
    Path top = Path.of(args[0]);
    List<String> names = List.of(args).subList(1, args.length);
    use(Files.createDirectory(top.resolve("main")), names, Shape.FILE, Shape.LINK_TO_DIRECTORY);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                use(Files.createDirectory(top.resolve("virtual")), names, Shape.values());
              } catch (IOException e) {
                System.out.println("failed: " + e);
              }
            })
        .join();
    System.out.println("# default=" + top.getFileSystem().getClass().getName());
  }

  private static void use(Path top, List<String> names, Shape... shapes) throws IOException {
    int count = 0;
    for (String use : USES.keySet()) {
      for (Shape shape : shapes) {
        for (String name : names) {
          Path directory = Files.createDirectory(top.resolve("case" + count++));
          Path keep = Files.createDirectory(directory.resolve("keep"));
          Files.writeString(keep.resolve("precious"), "kept");
          make(directory, name, shape);
          make(directory, names.get(names.indexOf(name) ^ 1), Shape.FILE);
          System.out.printf(
              "%s %s %s: %s, leaves %s%n",
              use,
              shape,
              name,
              outcome(USES.get(use), directory, named(directory, name)),
              look(directory));
        }
      }
    }
  }

  private static void make(Path directory, String name, Shape shape) throws IOException {
    Path path = named(directory, name);
    switch (shape) {
      case FILE -> Files.writeString(path, name);
      case DIRECTORY -> Files.writeString(Files.createDirectory(path).resolve("below"), "low");
      case LINK_TO_DIRECTORY -> Files.createSymbolicLink(path, Path.of("keep"));
      case LINK_TO_NOTHING -> Files.createSymbolicLink(path, Path.of("nothing"));
      case MISSING -> {}
    }
  }

  private static Path named(Path directory, String name) {
    return directory.resolve(Path.of(URI.create("file:///" + name)).getFileName());
  }

  /** Its bytes. */
  private static String raw(Path path) {
    String raw = Path.of("/").resolve(path.getFileName()).toUri().getRawPath();
    return raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
  }

  private static String outcome(Use use, Path directory, Path path) {
    try {
      return "" + use.of(directory, path);
    } catch (IOException | RuntimeException e) {
      // Where the JDK has a plain IOException, ours may name the file.
      boolean plain = e.getClass() == FileSystemException.class;
      return plain ? IOException.class.getName() : e.getClass().getName();
    }
  }

  private static String kind(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    return attributes.isSymbolicLink() + " " + attributes.isDirectory() + " " + attributes.size();
  }

  private static int created(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      return channel.write(ByteBuffer.wrap(new byte[] {'c'}));
    }
  }

  private static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    }
    return entries;
  }

  /** All that is below a directory. */
  private static List<String> look(Path directory) throws IOException {
    List<String> seen = new ArrayList<>();
    for (Path entry : entries(directory)) {
      String what =
          Files.isSymbolicLink(entry)
              ? "link"
              : Files.isDirectory(entry) ? "directory " + look(entry) : Files.readString(entry);
      seen.add(raw(entry).replaceFirst("/a\\d+$", "/a...") + " " + what);
    }
    seen.sort(null);
    return seen;
  }

  /** Removes a tree, as programs do it. */
  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
