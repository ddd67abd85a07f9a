package io.github.loomuring.support;

import io.github.loomuring.Uring;
import io.github.loomuring.nio.UringFileChannel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;

/** What opens file channels: the JDK, or the library. */
public interface TestChannels extends AutoCloseable {
  FileChannel open(Path path, OpenOption... options) throws IOException;

  default boolean isJdk() {
    return false;
  }

  @Override
  default void close() {
    // Nothing is open but the channels.
  }

  /** The JDK: what the library's channels are measured against. */
  static TestChannels jdk() {
    return new TestChannels() {
      @Override
      public FileChannel open(Path path, OpenOption... options) throws IOException {
        return FileChannel.open(path, options);
      }

      @Override
      public boolean isJdk() {
        return true;
      }
    };
  }

  /** The library on {@code uring}, which is closed with them. */
  static TestChannels on(Uring uring) {
    return new TestChannels() {
      @Override
      public FileChannel open(Path path, OpenOption... options) throws IOException {
        return UringFileChannel.open(uring, path, Set.of(options));
      }

      @Override
      public void close() {
        uring.close();
      }
    };
  }
}
