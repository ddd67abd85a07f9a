package io.github.loomuring.examples;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/** Opens the files to copy, with the library or with the JDK. For use by any thread. */
interface CopyEngine extends AutoCloseable {
  /** The engines. Their lower-case names are those on the command line. */
  enum Kind {
    /** The library on io_uring. Every call parks the virtual thread. */
    RING,
    /** The library on its pool of platform threads. Every call parks the virtual thread. */
    POOL,
    /** {@code FileChannel}. A call blocks the carrier of the virtual thread. */
    JDK;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** An open file. */
  interface OpenFile extends AutoCloseable {
    /** Reads some bytes, as {@link UringFile#read(ByteBuffer, long)} does; -1 at the end. */
    int read(ByteBuffer dst, long offset) throws IOException;

    /** Writes all remaining bytes of {@code src}. */
    void writeFully(ByteBuffer src, long offset) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** The options for a new file. */
  Set<StandardOpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  /** The permissions of a new file. Only the owner may read it until its own mode is set. */
  FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * Makes an engine.
   *
   * @throws UnsupportedOperationException if {@code kind} is RING and io_uring is not available;
   *     the message names the cause
   */
  static CopyEngine open(Kind kind) {
    return switch (kind) {
      case RING -> new Library(Uring.open(options(Fallback.NEVER)));
      case POOL -> new Library(Uring.open(options(Fallback.ALWAYS)));
      case JDK -> new Jdk();
    };
  }

  /** Opens an existing file for reading. */
  OpenFile open(Path path) throws IOException;

  /** Creates a file for writing. The file must not exist. */
  OpenFile create(Path path) throws IOException;

  @Override
  void close();

  private static UringOptions options(Fallback fallback) {
    return UringOptions.builder().fallback(fallback).build();
  }

  /** Opens files with the library. */
  record Library(Uring uring) implements CopyEngine {
    @Override
    public OpenFile open(Path path) throws IOException {
      return new LibraryFile(uring.openFile(path));
    }

    @Override
    public OpenFile create(Path path) throws IOException {
      return new LibraryFile(uring.openFile(path, NEW_FILE, PRIVATE));
    }

    @Override
    public void close() {
      uring.close();
    }
  }

  /** A file of the library. */
  record LibraryFile(UringFile file) implements OpenFile {
    @Override
    public int read(ByteBuffer dst, long offset) throws IOException {
      return file.read(dst, offset);
    }

    @Override
    public void writeFully(ByteBuffer src, long offset) throws IOException {
      file.writeFully(src, offset);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** Opens files with the JDK. */
  record Jdk() implements CopyEngine {
    @Override
    public OpenFile open(Path path) throws IOException {
      return new JdkFile(FileChannel.open(path));
    }

    @Override
    public OpenFile create(Path path) throws IOException {
      return new JdkFile(FileChannel.open(path, NEW_FILE, PRIVATE));
    }

    @Override
    public void close() {
      // The JDK has nothing to close.
    }
  }

  /** A file of the JDK. */
  record JdkFile(FileChannel channel) implements OpenFile {
    @Override
    public int read(ByteBuffer dst, long offset) throws IOException {
      return channel.read(dst, offset);
    }

    @Override
    public void writeFully(ByteBuffer src, long offset) throws IOException {
      long at = offset;
      while (src.hasRemaining()) {
        at += channel.write(src, at);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
