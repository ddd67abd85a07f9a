package io.github.loomuring.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Directories, with everything below them. */
public final class Trees {
  private static final int TEXT_MAX = 100;

  private Trees() {}

  /** The type, the permissions, and the content or target of everything below {@code directory}. */
  public static SortedMap<String, String> look(Path directory) throws IOException {
    SortedMap<String, String> tree = new TreeMap<>();
    for (Path path : walk(directory)) {
      if (!path.equals(directory)) {
        tree.put(OddNames.exact(directory.relativize(path)), describe(path));
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
      Map<String, Object> more =
          Files.readAttributes(path, "unix:uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
      tree.put(
          OddNames.exact(directory.relativize(path)), describe(path) + " " + new TreeMap<>(more));
    }
    return tree;
  }

  private static String describe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "link to " + OddNames.exact(Files.readSymbolicLink(path));
    }
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    String permissions = " " + Integer.toOctalString(mode & 07777);
    if (Files.isDirectory(path)) {
      return "directory" + permissions;
    }
    if (!Files.isRegularFile(path)) {
      return "other" + permissions;
    }
    byte[] bytes = Files.readAllBytes(path);
    String text =
        bytes.length > TEXT_MAX
            ? bytes.length + " bytes, hash " + Arrays.hashCode(bytes)
            : new String(bytes, StandardCharsets.ISO_8859_1);
    return "file" + permissions + ": " + text;
  }

  /** The inode, and the time of its last change, of {@code directory} and all that is below it. */
  public static SortedMap<String, String> versions(Path directory) throws IOException {
    SortedMap<String, String> versions = new TreeMap<>();
    if (Files.notExists(directory)) {
      return versions;
    }
    for (Path path : walk(directory)) {
      versions.put(
          OddNames.exact(path),
          Files.readAttributes(path, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS).toString());
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
      return all.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
