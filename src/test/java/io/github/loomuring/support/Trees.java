package io.github.loomuring.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Directories, with everything below them. */
public final class Trees {
  private static final int TEXT_MAX = 100;

  // st_mode of stat(2)
  private static final int TYPE_MASK = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;

  private Trees() {}

  /** The type, the permissions, and the content or target of everything below {@code directory}. */
  public static SortedMap<String, String> look(Path directory) throws IOException {
    SortedMap<String, String> tree = new TreeMap<>();
    for (Path path : walk(directory)) {
      if (!path.equals(directory)) {
        tree.put(OddNames.exact(directory.relativize(path)), describe(path, attributes(path)));
      }
    }
    return tree;
  }

  /**
   * As {@link #look}, with the owner, the group and the time of the last change of the content; of
   * {@code directory} itself too, under an empty name.
   */
  public static SortedMap<String, String> lookClosely(Path directory) throws IOException {
    SortedMap<String, String> tree = new TreeMap<>();
    for (Path path : walk(directory)) {
      Map<String, Object> attributes = attributes(path);
      String owners = " " + attributes.get("uid") + ":" + attributes.get("gid");
      String what = describe(path, attributes) + owners + " " + attributes.get("lastModifiedTime");
      tree.put(OddNames.exact(directory.relativize(path)), what);
    }
    return tree;
  }

  /** One system call for all of them: some tests look at trees hundreds of thousands of times. */
  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(
        path, "unix:mode,uid,gid,ino,ctime,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
  }

  private static String describe(Path path, Map<String, Object> attributes) throws IOException {
    int mode = (int) attributes.get("mode");
    String permissions = " " + Integer.toOctalString(mode & 07777);
    return switch (mode & TYPE_MASK) {
      case LINK -> "link to " + OddNames.exact(Files.readSymbolicLink(path));
      case DIRECTORY -> "directory" + permissions;
      case REGULAR -> "file" + permissions + ": " + content(path);
      default -> "other" + permissions;
    };
  }

  private static String content(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    return bytes.length > TEXT_MAX
        ? bytes.length + " bytes, hash " + Arrays.hashCode(bytes)
        : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** The inode, and the time of its last change, of {@code directory} and all that is below it. */
  public static SortedMap<String, String> versions(Path directory) throws IOException {
    SortedMap<String, String> versions = new TreeMap<>();
    if (Files.notExists(directory)) {
      return versions;
    }
    for (Path path : walk(directory)) {
      Map<String, Object> attributes = attributes(path);
      versions.put(OddNames.exact(path), attributes.get("ino") + " " + attributes.get("ctime"));
    }
    return versions;
  }

  /** Removes {@code directory} and all that is below it, if it exists. */
  public static void remove(Path directory) throws IOException {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      for (Path path : walk(directory).reversed()) {
        Files.delete(path);
      }
    }
  }

  private static List<Path> walk(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.toList(); // directories before what is in them
    }
  }
}
