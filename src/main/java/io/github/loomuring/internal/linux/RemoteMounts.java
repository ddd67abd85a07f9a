package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The mount points of remote file systems: NFS, SMB, FUSE and the like. A call that a local file
 * system answers from memory may ask their server there, which is another machine or process.
 *
 * <p>They are read from /proc/self/mountinfo (proc_pid_mountinfo(5)), and read again after one
 * second. Any thread may call. A symbolic link that leads into such a mount is not noticed, nor is
 * a mount in its first second.
 */
public final class RemoteMounts {
  private static final String MOUNTINFO = "/proc/self/mountinfo";
  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final HexFormat HEX = HexFormat.of();

  /** Types of file systems on a block device of this machine, or in its memory. */
  private static final Set<String> LOCAL =
      Set.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "f2fs",
          "zfs",
          "bcachefs",
          "jfs",
          "reiserfs",
          "nilfs2",
          "vfat",
          "exfat",
          "ntfs3",
          "iso9660",
          "udf",
          "squashfs",
          "erofs",
          "overlay",
          "tmpfs",
          "ramfs",
          "devtmpfs",
          "devpts",
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "mqueue",
          "hugetlbfs",
          "securityfs",
          "debugfs",
          "tracefs",
          "pstore",
          "bpf",
          "configfs",
          "nsfs",
          "binfmt_misc",
          "efivarfs",
          "selinuxfs",
          "rpc_pipefs",
          "fusectl");

  private final String mountinfo;
  private volatile Mounts mounts;
  private volatile long readNanos = System.nanoTime();

  /** Mount points of remote file systems. As bytes, because a mount point need not be text. */
  private static final class Mounts {
    final List<URI> points;

    /** The same as paths, the longest first; null until they are used. */
    private volatile List<Path> paths;

    Mounts(List<URI> points) {
      this.points = points;
    }

    List<Path> paths(FileSystem fileSystem) {
      List<Path> known = paths;
      if (known == null) {
        known =
            points.stream()
                .map(fileSystem.provider()::getPath)
                .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
                .toList();
        paths = known;
      }
      return known;
    }
  }

  public RemoteMounts() {
    this(MOUNTINFO);
  }

  /** Reads another file than /proc/self/mountinfo, for tests. */
  RemoteMounts(String mountinfo) {
    this.mountinfo = mountinfo;
    this.mounts = new Mounts(read());
  }

  /** The mount point of the remote file system on which {@code path} is, or null. */
  public Path of(Path path) {
    refresh();
    Mounts now = mounts;
    if (now.points.isEmpty()) {
      return null;
    }
    Path absolute = path.toAbsolutePath().normalize();
    List<Path> points = now.paths(path.getFileSystem());
    for (int i = 0; i < points.size(); i++) { // an iterator would be garbage
      if (absolute.startsWith(points.get(i))) {
        return points.get(i);
      }
    }
    return null;
  }

  private void refresh() {
    long now = System.nanoTime();
    if (now - readNanos < REFRESH_NANOS) {
      return;
    }
    readNanos = now; // before the read: other threads use the old mounts meanwhile
    List<URI> points = read();
    if (!points.equals(mounts.points)) {
      mounts = new Mounts(points);
    }
  }

  /** Uses java.io, which does not use the default file system: that may be the library's. */
  private List<URI> read() {
    List<URI> points = new ArrayList<>();
    try (FileInputStream input = new FileInputStream(mountinfo)) {
      for (String line : new String(input.readAllBytes(), ISO_8859_1).split("\n", -1)) {
        URI point = remoteMountPoint(line);
        if (point != null) {
          points.add(point);
        }
      }
    } catch (IOException | RuntimeException e) {
      return List.of(); // no /proc: no mount is known to be remote
    }
    return List.copyOf(points);
  }

  /** {@code 36 35 98:0 /root /mount/point options [optional ...] - type source options}. */
  private static URI remoteMountPoint(String line) {
    String[] fields = line.split(" ", -1);
    for (int i = 6; i + 1 < fields.length; i++) {
      if (fields[i].equals("-")) {
        return LOCAL.contains(fields[i + 1]) ? null : uri(fields[4]);
      }
    }
    return null;
  }

  /**
   * The URI of a mount point, which has the same bytes in every charset.
   *
   * @param escaped a character for each byte; spaces, tabs, line feeds and backslashes are written
   *     as {@code \} and three octal digits
   */
  private static URI uri(String escaped) {
    StringBuilder uri = new StringBuilder("file://");
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '\\' && i + 3 < escaped.length()) {
        c = (char) Integer.parseInt(escaped, i + 1, i + 4, 8);
        i += 3;
      }
      if (c == '/' || (c < 0x80 && Character.isLetterOrDigit(c))) {
        uri.append(c);
      } else {
        HEX.toHexDigits(uri.append('%'), (byte) c);
      }
    }
    return URI.create(uri.toString());
  }
}
