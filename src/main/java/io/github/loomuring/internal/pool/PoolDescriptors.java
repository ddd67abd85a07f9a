package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.PosixLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The channels of a file of the pool that is to be closed, now or when no lock stands against it.
 *
 * @param writing the same as {@code channel}, or another one
 */
record PoolDescriptors(Path path, FileChannel channel, FileChannel writing)
    implements PosixLocks.Descriptor {
  /** The JDK does not tell the inode of a channel, and by now the path may mean another one. */
  @Override
  public long inode() {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return PosixLocks.NONE; // Windows: its locks belong to the channel
    }
    try {
      return ((Number) Files.getAttribute(path, "unix:ino")).longValue();
    } catch (IOException e) {
      return PosixLocks.UNKNOWN;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      writing.close();
    }
  }
}
