package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
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

  /** It asks the file systems below it, one of which may be remote. */
  private static final String OVERLAY = "overlay";

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
          OVERLAY,
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

    /** The numbers of the devices of local file systems, as the mount table has them. */
    final Set<Long> localDevices;

    /** The same as paths, the longest first; null until they are used. */
    private volatile List<Path> paths;

    Mounts(List<URI> points, Set<Long> localDevices) {
      this.points = List.copyOf(points);
      this.localDevices = Set.copyOf(localDevices);
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
    this.mounts = read();
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
    Mounts found = read();
    Mounts old = mounts;
    if (!found.points.equals(old.points) || !found.localDevices.equals(old.localDevices)) {
      mounts = found;
    }
  }

  /**
   * Whether {@code device} is known to be that of a local file system: a st_dev of stat(2). Not all
   * local ones are: those of Btrfs and overlayfs are not in the mount table.
   */
  public boolean isLocal(long device) {
    refresh();
    return mounts.localDevices.contains(device);
  }

  /** Uses java.io, which does not use the default file system: that may be the library's. */
  private Mounts read() {
    List<URI> points = new ArrayList<>();
    Set<Long> locals = new HashSet<>();
    try (FileInputStream input = new FileInputStream(mountinfo)) {
      for (String line : new String(input.readAllBytes(), ISO_8859_1).split("\n", -1)) {
        readLine(line.split(" ", -1), points, locals);
      }
    } catch (IOException | RuntimeException e) {
      return new Mounts(List.of(), Set.of()); // no /proc: nothing is known of any mount
    }
    return new Mounts(points, locals);
  }

  /** {@code 36 35 98:0 /root /mount/point options [optional ...] - type source options}. */
  private static void readLine(String[] fields, List<URI> points, Set<Long> locals) {
    for (int i = 6; i + 1 < fields.length; i++) {
      if (fields[i].equals("-")) {
        String type = fields[i + 1];
        if (!LOCAL.contains(type)) {
          points.add(uri(fields[4]));
        } else if (!type.equals(OVERLAY)) {
          locals.add(device(fields[2]));
        }
        return;
      }
    }
  }

  private static long device(String majorAndMinor) {
    int colon = majorAndMinor.indexOf(':');
    return Fcntl.makedev(
        Integer.parseInt(majorAndMinor, 0, colon, 10),
        Integer.parseInt(majorAndMinor, colon + 1, majorAndMinor.length(), 10));
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
