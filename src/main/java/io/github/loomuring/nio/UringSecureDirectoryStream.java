package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;

/**
 * A directory stream that keeps to its directory, whatever happens to its name: the platform's, by
 * the pool. Files are opened by the ring, with a {@link DirectoryDescriptor}.
 */
final class UringSecureDirectoryStream implements SecureDirectoryStream<Path> {
  private final UringPath directory;
  private final SecureDirectoryStream<Path> platform;
  private final UringDirectoryStream entries;
  private final DirectoryDescriptor descriptor;

  /**
   * Takes over {@code platform}.
   *
   * @param filter null for all entries
   */
  UringSecureDirectoryStream(
      UringPath directory, SecureDirectoryStream<Path> platform, Filter<? super Path> filter) {
    this.directory = directory;
    this.platform = platform;
    this.entries = new UringDirectoryStream(directory, platform, filter);
    this.descriptor = new DirectoryDescriptor(directory, platform);
  }

  private UringFileSystem fileSystem() {
    return directory.getFileSystem();
  }

  @Override
  public Iterator<Path> iterator() {
    return entries.iterator();
  }

  @Override
  public void close() throws IOException {
    try {
      descriptor.close();
    } finally {
      entries.close();
    }
  }

  @Override
  public SecureDirectoryStream<Path> newDirectoryStream(Path path, LinkOption... options)
      throws IOException {
    Path name = UringPath.unwrap(path);
    return new UringSecureDirectoryStream(
        directory.wrap(directory.platformPath().resolve(name)),
        Calls.blocking(fileSystem(), () -> platform.newDirectoryStream(name, options)),
        null);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path name = UringPath.unwrap(path);
    SeekableByteChannel channel = descriptor.open(name, options, attributes);
    return channel != null
        ? channel
        : Calls.blocking(fileSystem(), () -> platform.newByteChannel(name, options, attributes));
  }

  @Override
  public void deleteFile(Path path) throws IOException {
    Path name = UringPath.unwrap(path);
    Calls.blocking(fileSystem(), () -> platform.deleteFile(name));
  }

  @Override
  public void deleteDirectory(Path path) throws IOException {
    Path name = UringPath.unwrap(path);
    Calls.blocking(fileSystem(), () -> platform.deleteDirectory(name));
  }

  @Override
  public void move(Path sourcePath, SecureDirectoryStream<Path> targetDirectory, Path targetPath)
      throws IOException {
    Path source = UringPath.unwrap(sourcePath);
    Path target = UringPath.unwrap(targetPath);
    if (!(Objects.requireNonNull(targetDirectory, "targetDirectory")
        instanceof UringSecureDirectoryStream ours)) {
      throw new ProviderMismatchException(
          "targetDirectory=" + targetDirectory + " is not of a file system of io_uring");
    }
    Calls.blocking(fileSystem(), () -> platform.move(source, ours.platform, target));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(Class<V> type) {
    return AttributeViews.wrap(fileSystem(), type, platform.getFileAttributeView(type));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    Path name = UringPath.unwrap(path);
    return AttributeViews.wrap(
        fileSystem(), type, platform.getFileAttributeView(name, type, options));
  }
}
