package io.github.loomuring.support;

import io.github.loomuring.FileOperations;
import io.github.loomuring.Uring;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.stream.Stream;

/** What the library's operations on paths and the JDK's have in common. */
public interface TestFiles extends AutoCloseable {
  byte[] readAllBytes(Path path) throws IOException;

  String readString(Path path) throws IOException;

  String readString(Path path, Charset charset) throws IOException;

  Path write(Path path, byte[] bytes, OpenOption... options) throws IOException;

  Path writeString(Path path, CharSequence text, OpenOption... options) throws IOException;

  Path writeString(Path path, CharSequence text, Charset charset, OpenOption... options)
      throws IOException;

  void delete(Path path) throws IOException;

  boolean deleteIfExists(Path path) throws IOException;

  Path move(Path source, Path target, CopyOption... options) throws IOException;

  Path copy(Path source, Path target, CopyOption... options) throws IOException;

  Path createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException;

  Path createDirectories(Path directory, FileAttribute<?>... attributes) throws IOException;

  Path createSymbolicLink(Path link, Path target) throws IOException;

  Path createLink(Path link, Path existing) throws IOException;

  Path readSymbolicLink(Path link) throws IOException;

  boolean exists(Path path, LinkOption... options) throws IOException;

  long size(Path path) throws IOException;

  BasicFileAttributes attributes(Path path, LinkOption... options) throws IOException;

  List<Path> list(Path directory) throws IOException;

  default boolean isJdk() {
    return false;
  }

  @Override
  void close();

  /** The JDK: what the library is measured against. */
  static TestFiles jdk() {
    return new OfJdk();
  }

  /** The operations of {@code uring}, which is closed with them. */
  static TestFiles on(Uring uring) {
    return new OfUring(uring, uring.files());
  }

  /** Operations of the library. */
  record OfUring(Uring uring, FileOperations files) implements TestFiles {
    @Override
    public byte[] readAllBytes(Path path) throws IOException {
      return files.readAllBytes(path);
    }

    @Override
    public String readString(Path path) throws IOException {
      return files.readString(path);
    }

    @Override
    public String readString(Path path, Charset charset) throws IOException {
      return files.readString(path, charset);
    }

    @Override
    public Path write(Path path, byte[] bytes, OpenOption... options) throws IOException {
      return files.write(path, bytes, options);
    }

    @Override
    public Path writeString(Path path, CharSequence text, OpenOption... options)
        throws IOException {
      return files.writeString(path, text, options);
    }

    @Override
    public Path writeString(Path path, CharSequence text, Charset charset, OpenOption... options)
        throws IOException {
      return files.writeString(path, text, charset, options);
    }

    @Override
    public void delete(Path path) throws IOException {
      files.delete(path);
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
      return files.deleteIfExists(path);
    }

    @Override
    public Path move(Path source, Path target, CopyOption... options) throws IOException {
      return files.move(source, target, options);
    }

    @Override
    public Path copy(Path source, Path target, CopyOption... options) throws IOException {
      return files.copy(source, target, options);
    }

    @Override
    public Path createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
      return files.createDirectory(directory, attributes);
    }

    @Override
    public Path createDirectories(Path directory, FileAttribute<?>... attributes)
        throws IOException {
      return files.createDirectories(directory, attributes);
    }

    @Override
    public Path createSymbolicLink(Path link, Path target) throws IOException {
      return files.createSymbolicLink(link, target);
    }

    @Override
    public Path createLink(Path link, Path existing) throws IOException {
      return files.createLink(link, existing);
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
      return files.readSymbolicLink(link);
    }

    @Override
    public boolean exists(Path path, LinkOption... options) throws IOException {
      return files.exists(path, options);
    }

    @Override
    public long size(Path path) throws IOException {
      return files.size(path);
    }

    @Override
    public BasicFileAttributes attributes(Path path, LinkOption... options) throws IOException {
      return files.attributes(path, options);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
      return files.list(directory);
    }

    @Override
    public void close() {
      uring.close();
    }
  }

  /** Operations of the JDK. */
  record OfJdk() implements TestFiles {
    @Override
    public byte[] readAllBytes(Path path) throws IOException {
      return Files.readAllBytes(path);
    }

    @Override
    public String readString(Path path) throws IOException {
      return Files.readString(path);
    }

    @Override
    public String readString(Path path, Charset charset) throws IOException {
      return Files.readString(path, charset);
    }

    @Override
    public Path write(Path path, byte[] bytes, OpenOption... options) throws IOException {
      return Files.write(path, bytes, options);
    }

    @Override
    public Path writeString(Path path, CharSequence text, OpenOption... options)
        throws IOException {
      return Files.writeString(path, text, options);
    }

    @Override
    public Path writeString(Path path, CharSequence text, Charset charset, OpenOption... options)
        throws IOException {
      return Files.writeString(path, text, charset, options);
    }

    @Override
    public void delete(Path path) throws IOException {
      Files.delete(path);
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
      return Files.deleteIfExists(path);
    }

    @Override
    public Path move(Path source, Path target, CopyOption... options) throws IOException {
      return Files.move(source, target, options);
    }

    @Override
    public Path copy(Path source, Path target, CopyOption... options) throws IOException {
      return Files.copy(source, target, options);
    }

    @Override
    public Path createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
      return Files.createDirectory(directory, attributes);
    }

    @Override
    public Path createDirectories(Path directory, FileAttribute<?>... attributes)
        throws IOException {
      return Files.createDirectories(directory, attributes);
    }

    @Override
    public Path createSymbolicLink(Path link, Path target) throws IOException {
      return Files.createSymbolicLink(link, target);
    }

    @Override
    public Path createLink(Path link, Path existing) throws IOException {
      return Files.createLink(link, existing);
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
      return Files.readSymbolicLink(link);
    }

    @Override
    public boolean exists(Path path, LinkOption... options) {
      return Files.exists(path, options);
    }

    @Override
    public long size(Path path) throws IOException {
      return Files.size(path);
    }

    @Override
    public BasicFileAttributes attributes(Path path, LinkOption... options) throws IOException {
      return Files.readAttributes(path, BasicFileAttributes.class, options);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
      try (Stream<Path> entries = Files.list(directory)) {
        return entries.toList();
      }
    }

    @Override
    public boolean isJdk() {
      return true;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
