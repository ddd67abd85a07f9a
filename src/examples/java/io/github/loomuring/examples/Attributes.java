package io.github.loomuring.examples;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What is kept of a file besides its bytes.
 *
 * @param mode st_mode of stat(2): the kind of the file and its permissions
 * @param uid the owner, kept if the process may give files away
 * @param gid the group, likewise
 * @param size in bytes
 * @param modified kept
 * @param accessed kept
 */
record Attributes(int mode, int uid, int gid, long size, FileTime modified, FileTime accessed) {
  /** What a file can be; the kinds and values of st_mode & S_IFMT, see inode(7). */
  enum Kind {
    REGULAR(0100000, "regular file"),
    DIRECTORY(0040000, "directory"),
    SYMBOLIC_LINK(0120000, "symbolic link"),
    FIFO(0010000, "FIFO"),
    SOCKET(0140000, "socket"),
    CHARACTER_DEVICE(0020000, "character device"),
    BLOCK_DEVICE(0060000, "block device");

    private static final int S_IFMT = 0170000;

    private final int bits;
    private final String text;

    Kind(int bits, String text) {
      this.bits = bits;
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static final int OWNER_ALL = 0700;
  private static final int PERMISSIONS = 0777;
  private static final int PERMISSIONS_AND_SET_ID = 07777;
  private static final boolean IS_ROOT = new UnixSystem().getUid() == 0;

  /** Reads the attributes of {@code path} itself, by one lstat(2). */
  static Attributes of(Path path) throws IOException {
    Map<String, Object> unix =
        Files.readAttributes(
            path,
            "unix:mode,uid,gid,size,lastModifiedTime,lastAccessTime",
            LinkOption.NOFOLLOW_LINKS);
    return new Attributes(
        (int) unix.get("mode"),
        (int) unix.get("uid"),
        (int) unix.get("gid"),
        (long) unix.get("size"),
        (FileTime) unix.get("lastModifiedTime"),
        (FileTime) unix.get("lastAccessTime"));
  }

  Kind kind() {
    for (Kind kind : Kind.values()) {
      if ((mode & Kind.S_IFMT) == kind.bits) {
        return kind;
      }
    }
    throw new IllegalStateException("mode=0" + Integer.toOctalString(mode) + " is of no kind");
  }

  /**
   * Sets owner, times and mode of {@code path}.
   *
   * <p>In this order: changing the owner takes set-user-ID bits away, and the JDK opens the file to
   * set its times, which the final mode may forbid.
   */
  void applyTo(Path path) throws IOException {
    boolean ownerKept = keepOwner(path);
    keepTimes(path);
    if (kind() != Kind.SYMBOLIC_LINK) { // a link has no mode of its own
      // A program with set-user-ID must not come to run as another user than it was meant to.
      int kept = mode & (ownerKept ? PERMISSIONS_AND_SET_ID : PERMISSIONS);
      Files.setAttribute(path, "unix:mode", kept);
    }
  }

  /** Lets the owner list and fill the directory, if it does not yet. */
  static void makeWritable(Path directory) throws IOException {
    int mode = (int) Files.getAttribute(directory, "unix:mode") & PERMISSIONS_AND_SET_ID;
    if ((mode & OWNER_ALL) != OWNER_ALL) {
      Files.setAttribute(directory, "unix:mode", mode | OWNER_ALL);
    }
  }

  private boolean keepOwner(Path path) throws IOException {
    if (!IS_ROOT) {
      return false;
    }
    try {
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
      return true;
    } catch (FileSystemException e) {
      return false; // root of a container may lack the right, or the container the user
    }
  }

  private void keepTimes(Path path) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(modified, accessed, null);
  }
}
