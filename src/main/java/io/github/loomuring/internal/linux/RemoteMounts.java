package io.github.loomuring.internal.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
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

  private volatile List<Path> mountPoints = read(); // before anybody asks
  private volatile long readNanos = System.nanoTime();

  /** The mount point of the remote file system on which {@code path} is, or null. */
  public Path of(Path path) {
    refresh();
    List<Path> points = mountPoints;
    if (points.isEmpty()) {
      return null;
    }
    Path absolute = path.toAbsolutePath().normalize();
    Path longest = null;
    for (Path point : points) {
      if (absolute.startsWith(point)
          && (longest == null || point.getNameCount() > longest.getNameCount())) {
        longest = point;
      }
    }
    return longest;
  }

  private void refresh() {
    long now = System.nanoTime();
    if (now - readNanos < REFRESH_NANOS) {
      return;
    }
    readNanos = now; // others go on with what was read before
    mountPoints = read();
  }

  private static List<Path> read() {
    List<Path> points = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(MOUNTINFO, StandardCharsets.ISO_8859_1)) {
        Path point = remoteMountPoint(line);
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
  private static Path remoteMountPoint(String line) {
    String[] fields = line.split(" ", -1);
    for (int i = 6; i + 1 < fields.length; i++) {
      if (fields[i].equals("-")) {
        return LOCAL.contains(fields[i + 1]) ? null : Path.of(unescape(fields[4]));
      }
    }
    return null;
  }

  /** Spaces, tabs, line feeds and backslashes are written as {@code \} and three octal digits. */
  private static String unescape(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 3 < bytes.length) {
        bytes[length++] = (byte) Integer.parseInt(text.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        bytes[length++] = bytes[i];
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
