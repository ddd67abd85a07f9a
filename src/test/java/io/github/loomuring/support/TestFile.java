package io.github.loomuring.support;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/** What the library's files and the JDK's have in common. */
public interface TestFile extends AutoCloseable {
  int read(ByteBuffer dst, long offset) throws IOException;

  int write(ByteBuffer src, long offset) throws IOException;

  int append(ByteBuffer src) throws IOException;

  void force(boolean metaData) throws IOException;

  long size() throws IOException;

  void truncate(long size) throws IOException;

  boolean isOpen();

  @Override
  void close() throws IOException;

  /** What opens files. */
  interface Opener extends AutoCloseable {
    TestFile open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException;

    default TestFile open(Path path, OpenOption... options) throws IOException {
      return open(path, Set.of(options));
    }

    @Override
    void close();
  }

  /** The JDK: what the library's files are measured against. */
  static Opener jdk() {
    return new Opener() {
      @Override
      public TestFile open(
          Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
          throws IOException {
        boolean append = options.contains(StandardOpenOption.APPEND);
        return new OfChannel(FileChannel.open(path, options, attributes), append);
      }

      @Override
      public void close() {
        // Nothing is open but the files.
      }
    };
  }

  /** The library on {@code uring}, which is closed with the opener. */
  static Opener on(Uring uring) {
    return new Opener() {
      @Override
      public TestFile open(
          Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
          throws IOException {
        return new OfUring(uring.openFile(path, options, attributes));
      }

      @Override
      public TestFile open(Path path, OpenOption... options) throws IOException {
        return new OfUring(uring.openFile(path, options));
      }

      @Override
      public void close() {
        uring.close();
      }
    };
  }

  /** A file of the library. */
  record OfUring(UringFile file) implements TestFile {
    @Override
    public int read(ByteBuffer dst, long offset) throws IOException {
      return file.read(dst, offset);
    }

    @Override
    public int write(ByteBuffer src, long offset) throws IOException {
      return file.write(src, offset);
    }

    @Override
    public int append(ByteBuffer src) throws IOException {
      return file.append(src);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** A file of the JDK. */
  record OfChannel(FileChannel channel, boolean append) implements TestFile {
    @Override
    public int read(ByteBuffer dst, long offset) throws IOException {
      return channel.read(dst, offset);
    }

    @Override
    public int write(ByteBuffer src, long offset) throws IOException {
      return channel.write(src, offset);
    }

    @Override
    public int append(ByteBuffer src) throws IOException {
      return append ? channel.write(src) : channel.write(src, channel.size());
    }

    @Override
    public void force(boolean metaData) throws IOException {
      channel.force(metaData);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
