package io.github.loomuring;

import io.github.loomuring.internal.platform.Permissions;
import io.github.loomuring.internal.spi.FileStatus;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * A snapshot of the attributes of a file: statx(2). The resolution of times is that of the file
 * system, at best a nanosecond.
 */
public final class UringAttributes implements BasicFileAttributes {
  private final FileStatus status;

  UringAttributes(FileStatus status) {
    this.status = status;
  }

  /**
   * Returns the size of the file.
   *
   * @return the size in bytes
   */
  @Override
  public long size() {
    return status.size();
  }

  /**
   * Returns the space that the file takes on the device.
   *
   * @return the number of blocks of 512 bytes; -1 if it is not known, as where the JDK's channels
   *     are used
   */
  public long blocks() {
    return status.blocks();
  }

  @Override
  public FileTime lastModifiedTime() {
    return status.lastModifiedTime();
  }

  @Override
  public FileTime lastAccessTime() {
    return status.lastAccessTime();
  }

  /**
   * Returns the time of the last change of the content, the owner, the permissions or the number of
   * links.
   *
   * @return st_ctime
   */
  public FileTime lastChangeTime() {
    return status.lastChangeTime();
  }

  /**
   * Returns the time of the creation.
   *
   * @return stx_btime; {@link #lastModifiedTime} if the file system does not store it
   */
  @Override
  public FileTime creationTime() {
    return status.creationTime() == null ? status.lastModifiedTime() : status.creationTime();
  }

  @Override
  public boolean isRegularFile() {
    return status.isRegularFile();
  }

  @Override
  public boolean isDirectory() {
    return status.isDirectory();
  }

  @Override
  public boolean isSymbolicLink() {
    return status.isSymbolicLink();
  }

  @Override
  public boolean isOther() {
    return !isRegularFile() && !isDirectory() && !isSymbolicLink();
  }

  /**
   * Returns the type and the permissions of the file as in inode(7).
   *
   * @return st_mode
   */
  public int mode() {
    return status.mode();
  }

  /**
   * Returns the permissions of owner, group and others.
   *
   * @return a new set
   */
  public Set<PosixFilePermission> permissions() {
    return Permissions.of(status.mode());
  }

  /**
   * Returns the owner of the file.
   *
   * @return the user ID; 0 on a system that has none
   */
  public long uid() {
    return status.uid();
  }

  /**
   * Returns the group of the file.
   *
   * @return the group ID; 0 on a system that has none
   */
  public long gid() {
    return status.gid();
  }

  /**
   * Returns the inode number of the file, which is unique on its device.
   *
   * @return st_ino; 0 on a system that has none
   */
  public long inode() {
    return status.inode();
  }

  /**
   * Returns the number of the device on which the file is stored, which is unique among the mounted
   * devices.
   *
   * @return st_dev
   */
  public long device() {
    return status.device();
  }

  /**
   * Returns the number of hard links to the file.
   *
   * @return st_nlink
   */
  public long links() {
    return status.links();
  }

  /**
   * Returns the required alignment of the addresses of buffers if the file is opened with DIRECT.
   *
   * @return the alignment in bytes; 0 if it is not known, or the file system does not support
   *     O_DIRECT
   */
  public int directMemoryAlignment() {
    return status.directMemoryAlignment();
  }

  /**
   * Returns the required alignment of offsets and lengths if the file is opened with DIRECT.
   *
   * @return the alignment in bytes; 0 if it is not known, or the file system does not support
   *     O_DIRECT
   */
  public int directOffsetAlignment() {
    return status.directOffsetAlignment();
  }

  /**
   * Returns a key made of the device and the inode. Two names of one file have equal keys.
   *
   * @return the key; null on a system without inodes
   */
  @Override
  public Object fileKey() {
    return status.inode() == 0 ? null : new FileKey(status.device(), status.inode());
  }

  private record FileKey(long device, long inode) {
    /** Has the format of the JDK's own key, because some programs parse that. */
    @Override
    public String toString() {
      return "(dev=" + Long.toHexString(device) + ",ino=" + inode + ")";
    }
  }

  /** Returns type, permissions and size, for messages. */
  @Override
  public String toString() {
    return "UringAttributes[mode=0" + Integer.toOctalString(mode()) + ", size=" + size() + "]";
  }
}
