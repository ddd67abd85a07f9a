package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Where file systems are mounted whose server, another machine or process, is asked by calls that
 * on others answer from memory: NFS, SMB, FUSE and the like.
 *
 * <p>Read from /proc/self/mountinfo (proc_pid_mountinfo(5)), again when that is a second old. Any
 * thread may ask. A symbolic link that leads into such a mount is not seen, nor is a mount in its
 * first second.
 */
public final class RemoteMounts {
  private static final String MOUNTINFO = "/proc/self/mountinfo";
  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Types that live on a block device of this machine, or in its memory. */
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

  private volatile List<String> mountPoints = read(); // before anybody asks
  private volatile long readNanos = System.nanoTime();

  /** The mount point of the remote file system on which {@code path} is, or null. */
  public Path of(Path path) {
    refresh();
    List<String> points = mountPoints;
    if (points.isEmpty()) {
      return null;
    }
    Path absolute = path.toAbsolutePath().normalize();
    String longest = null;
    for (String point : points) {
      if (absolute.startsWith(point) && (longest == null || point.length() > longest.length())) {
        longest = point;
      }
    }
    return longest == null ? null : path.getFileSystem().getPath(longest);
  }

  private void refresh() {
    long now = System.nanoTime();
    if (now - readNanos < REFRESH_NANOS) {
      return;
    }
    readNanos = now; // others go on with what was read before
    mountPoints = read();
  }

  /** By java.io, which does not ask for the default file system: that may be one of ours. */
  private static List<String> read() {
    List<String> points = new ArrayList<>();
    try (FileInputStream mounts = new FileInputStream(MOUNTINFO)) {
      for (String line : new String(mounts.readAllBytes(), ISO_8859_1).split("\n", -1)) {
        String point = remoteMountPoint(line);
        if (point != null) {
          points.add(point);
        }
      }
    } catch (IOException | RuntimeException e) {
      return List.of(); // no /proc: nothing is known to be remote
    }
    return List.copyOf(points);
  }

  /** {@code 36 35 98:0 /root /mount/point options [optional ...] - type source options}. */
  private static String remoteMountPoint(String line) {
    String[] fields = line.split(" ", -1);
    for (int i = 6; i + 1 < fields.length; i++) {
      if (fields[i].equals("-")) {
        return LOCAL.contains(fields[i + 1]) ? null : unescape(fields[4]);
      }
    }
    return null;
  }

  /** Spaces, tabs, line feeds and backslashes are written as {@code \} and three octal digits. */
  private static String unescape(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 3 < bytes.length) {
        bytes[length++] = (byte) Integer.parseInt(text.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        bytes[length++] = bytes[i];
      }
    }
    return new String(bytes, 0, length, UTF_8);
  }
}
