package io.github.loomuring;

import io.github.loomuring.internal.platform.Permissions;
import io.github.loomuring.internal.spi.FileStatus;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * What the file system says of a file: statx(2). A snapshot; times are as exact as the file system
 * keeps them, to the nanosecond at best.
 */
public final class UringAttributes implements BasicFileAttributes {
  private final FileStatus status;

  UringAttributes(FileStatus status) {
    this.status = status;
  }

  /**
   * The size of the file.
   *
   * @return bytes
   */
  @Override
  public long size() {
    return status.size();
  }

  /**
   * What the file takes on the device.
   *
   * @return blocks of 512 bytes; -1 if that is not known, which it is not on the pool
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
   * When content, owner, permissions or links last changed (st_ctime).
   *
   * @return a time of the file system
   */
  public FileTime lastChangeTime() {
    return status.lastChangeTime();
  }

  /**
   * When the file was created (stx_btime).
   *
   * @return a time of the file system; the last modification if it does not keep this one
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
   * Type and permissions, as in inode(7).
   *
   * @return st_mode
   */
  public int mode() {
    return status.mode();
  }

  /**
   * Who may do what with the file.
   *
   * @return a new set
   */
  public Set<PosixFilePermission> permissions() {
    return Permissions.of(status.mode());
  }

  /**
   * The user who owns the file.
   *
   * @return a user number; 0 on a system without
   */
  public long uid() {
    return status.uid();
  }

  /**
   * The group of the file.
   *
   * @return a group number; 0 on a system without
   */
  public long gid() {
    return status.gid();
  }

  /**
   * The number of the file on its device.
   *
   * @return st_ino
   */
  public long inode() {
    return status.inode();
  }

  /**
   * The device the file is on.
   *
   * @return st_dev, a number that no other mounted device has
   */
  public long device() {
    return status.device();
  }

  /**
   * Names of the file.
   *
   * @return st_nlink
   */
  public long links() {
    return status.links();
  }

  /**
   * What addresses of buffers have to be a multiple of if the file is opened with DIRECT.
   *
   * @return bytes; 0 if the file system does not say, or does not know O_DIRECT
   */
  public int directMemoryAlignment() {
    return status.directMemoryAlignment();
  }

  /**
   * What offsets and lengths have to be a multiple of if the file is opened with DIRECT.
   *
   * @return bytes; 0 if the file system does not say, or does not know O_DIRECT
   */
  public int directOffsetAlignment() {
    return status.directOffsetAlignment();
  }

  /**
   * Device and inode: equal for two names of one file.
   *
   * @return a value; null on a system without inodes
   */
  @Override
  public Object fileKey() {
    return status.inode() == 0 ? null : new FileKey(status.device(), status.inode());
  }

  private record FileKey(long device, long inode) {
    /** As the JDK's own key says it: there are programs that parse it. */
    @Override
    public String toString() {
      return "(dev=" + Long.toHexString(device) + ",ino=" + inode + ")";
    }
  }

  /** Type, permissions and size. */
  @Override
  public String toString() {
    return "UringAttributes[mode=0" + Integer.toOctalString(mode()) + ", size=" + size() + "]";
  }
}
