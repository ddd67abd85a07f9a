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
 * The attributes of a file. A copy keeps all of them but the size.
 *
 * @param mode st_mode of stat(2): the type of the file and its permissions
 * @param uid the owner, which is kept if the process may change the owner of a file
 * @param gid the group, which is kept under the same condition
 * @param size the size in bytes
 * @param modified the time of the last modification
 * @param accessed the time of the last access
 */
record Attributes(int mode, int uid, int gid, long size, FileTime modified, FileTime accessed) {
  /** The types of files, with their values of st_mode & S_IFMT; see inode(7). */
  enum Type {
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

    Type(int bits, String text) {
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

  /** Reads the attributes of {@code path} by one lstat(2), so a symbolic link is not followed. */
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

  Type type() {
    for (Type type : Type.values()) {
      if ((mode & Type.S_IFMT) == type.bits) {
        return type;
      }
    }
    throw new IllegalStateException(
        "mode=0" + Integer.toOctalString(mode) + " has no known file type");
  }

  /**
   * Sets owner, times and mode of {@code path}.
   *
   * <p>The order matters: changing the owner clears the set-user-ID bit, and the JDK opens the file
   * to set its times, which the final mode may not permit.
   */
  void applyTo(Path path) throws IOException {
    boolean ownerKept = keepOwner(path);
    keepTimes(path);
    if (type() != Type.SYMBOLIC_LINK) { // a link has no mode of its own
      // If the owner is not kept, a set-user-ID program would run as another user than intended.
      int kept = mode & (ownerKept ? PERMISSIONS_AND_SET_ID : PERMISSIONS);
      Files.setAttribute(path, "unix:mode", kept);
    }
  }

  /** Gives the owner all permissions for the directory, if they are missing. */
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
      return false; // in a container, root may lack the capability, or the user may not exist
    }
  }

  private void keepTimes(Path path) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(modified, accessed, null);
  }
}
