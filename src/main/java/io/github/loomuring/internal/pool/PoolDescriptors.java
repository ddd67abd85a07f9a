package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.platform.PosixLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/** The channels of a file of the pool that is to be closed, now or when no lock is against it. */
final class PoolDescriptors extends PosixLocks.Descriptor implements Callable<Void> {
  private final Path path;
  private final FileChannel channel;
  private final FileChannel writing;
  private final long key;

  /**
   * Those of one open file.
   *
   * @param writing the same as {@code channel}, or another one
   * @param key of the file to {@link PosixLocks}
   */
  PoolDescriptors(Path path, FileChannel channel, FileChannel writing, long key) {
    this.path = path;
    this.channel = channel;
    this.writing = writing;
    this.key = key;
  }

  @Override
  public long key() {
    return key;
  }

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

  /** Closes them, by a thread of the pool. */
  @Override
  public Void call() throws IOException {
    PosixLocks.close(this);
    return null;
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      writing.close();
    }
  }

  @Override
  public String toString() {
    return "the channels of " + path;
  }
}
