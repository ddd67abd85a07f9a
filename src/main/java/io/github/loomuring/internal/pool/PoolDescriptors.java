package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.PosixLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The channels of a file of the pool that is to be closed, now or when no lock stands against it.
 *
 * @param writing the same as {@code channel}, or another one
 * @param key of the file to {@link PosixLocks}
 */
record PoolDescriptors(Path path, FileChannel channel, FileChannel writing, long key)
    implements PosixLocks.Descriptor {
  /**
   * The key of what a path leads to. The JDK does not tell which file a channel is of, so it is
   * asked for right after the open: later the path may mean another one.
   */
  static long keyOf(Path path) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return PosixLocks.NONE; // Windows: its locks belong to the channel
    }
    try {
      Map<String, Object> file = Files.readAttributes(path, "unix:dev,ino");
      return PosixLocks.key(number(file.get("dev")), number(file.get("ino")));
    } catch (IOException e) {
      return PosixLocks.UNKNOWN;
    }
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      writing.close();
    }
  }
}
