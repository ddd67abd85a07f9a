package io.github.loomuring.internal.spi;

import static io.github.loomuring.internal.linux.Fcntl.*;

import java.nio.file.attribute.FileTime;

/**
 * What the file system says of a file.
 *
 * @param mode type and permissions, as st_mode of stat(3type)
 * @param device number of the device the file is on
 * @param size in bytes
 * @param blocks of 512 bytes that the file takes on the device; -1 if that is not known
 * @param creationTime null if it is not known
 * @param directMemoryAlignment in bytes, of buffers with O_DIRECT; 0 if that is not known
 * @param directOffsetAlignment in bytes, of offsets and lengths with O_DIRECT
 */
public record FileStatus(
    int mode,
    long uid,
    long gid,
    long device,
    long inode,
    long links,
    long size,
    long blocks,
    FileTime lastAccessTime,
    FileTime lastModifiedTime,
    FileTime lastChangeTime,
    FileTime creationTime,
    int directMemoryAlignment,
    int directOffsetAlignment) {
  public boolean isRegularFile() {
    return type() == S_IFREG;
  }

  public boolean isDirectory() {
    return type() == S_IFDIR;
  }

  public boolean isSymbolicLink() {
    return type() == S_IFLNK;
  }

  private int type() {
    return mode & S_IFMT;
  }
}
