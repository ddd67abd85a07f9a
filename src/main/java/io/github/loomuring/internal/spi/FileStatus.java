package io.github.loomuring.internal.spi;

import static io.github.loomuring.internal.linux.Fcntl.*;

import java.nio.file.attribute.FileTime;

/**
 * The attributes of a file.
 *
 * @param mode type and permissions, as in st_mode of stat(3type)
 * @param device number of the device that the file is on
 * @param size in bytes
 * @param blocks blocks of 512 bytes that the file takes on the device; -1 if not known
 * @param creationTime null if not known
 * @param directMemoryAlignment alignment of buffers with O_DIRECT, in bytes; 0 if not known
 * @param directOffsetAlignment alignment of offsets and lengths with O_DIRECT, in bytes
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
