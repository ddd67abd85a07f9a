package io.github.loomuring.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Makes trees to copy. */
final class SampleTree {
  static final int LARGE_BYTES = (3 << 20) + 1;

  private static final FileTime TIME =
      FileTime.from(Instant.parse("2001-02-03T04:05:06.123456789Z"));

  private SampleTree() {}

  /** Makes a tree with everything that a copy must keep. */
  static Path make(Path root) throws IOException {
    Files.createDirectories(root.resolve("a/b/c/d"));
    Files.createDirectory(root.resolve("empty directory"));
    file(root.resolve("empty"), 0, "rw-r--r--");
    file(root.resolve("a/b/c/d/one byte"), 1, "rw-rw-rw-");
    file(root.resolve("a/buffer"), 16 << 10, "r--------");
    file(root.resolve("a/buffer and one"), (16 << 10) + 1, "rwxr-xr-x");
    file(root.resolve("a/b/large"), LARGE_BYTES, "rw-r-----");
    for (String name : List.of(" ", "Ä ö ü €", "-rf", "line\nbreak", "quote'\"\\", "*")) {
      file(root.resolve(name), 100, "rw-------");
    }
    Files.createSymbolicLink(root.resolve("a/link to file"), Path.of("b/large"));
    Files.createSymbolicLink(root.resolve("a/link to directory"), Path.of("b"));
    Files.createSymbolicLink(root.resolve("a/dangling"), Path.of("no/where"));
    Files.writeString(root.resolveSibling("outside"), "not of the tree");
    Files.createSymbolicLink(root.resolve("a/outside"), Path.of("../../outside"));
    Path readOnly = Files.createDirectory(root.resolve("read-only"));
    file(readOnly.resolve("file"), 10, "r--r--r--");
    Files.createDirectory(readOnly.resolve("directory"));
    setPermissions(readOnly, "r-xr-xr-x");
    setPermissions(root.resolve("empty directory"), "rwx--x--x");
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        setTime(path);
      }
    }
    return root;
  }

  /** Makes a file of random bytes, which depend on its name. */
  static void file(Path path, int bytes, String permissions) throws IOException {
    byte[] content = new byte[bytes];
    new Random(path.getFileName().hashCode()).nextBytes(content);
    Files.write(path, content);
    setPermissions(path, permissions);
  }

  static void setPermissions(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  /** The temporary files of a copy in the tree. */
  static List<Path> temporaries(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(p -> p.getFileName().toString().startsWith(TemporaryFiles.PREFIX))
          .toList();
    }
  }

  private static void setTime(Path path) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(TIME, null, null);
  }
}
