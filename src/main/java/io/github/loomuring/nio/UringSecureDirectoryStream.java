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
 * A secure directory stream, which refers to the same directory even if its name is changed. A
 * {@link CallDispatcher} runs the calls of the platform's stream. The ring opens files, through a
 * {@link DirectoryDescriptor}. Any thread may call; {@link #close} closes the platform's stream.
 */
final class UringSecureDirectoryStream implements SecureDirectoryStream<Path> {
  private final UringPath directory;
  private final SecureDirectoryStream<Path> platform;
  private final UringDirectoryStream entries;
  private final DirectoryDescriptor descriptor;

  /**
   * Makes a stream, which owns {@code platform}.
   *
   * @param filter selects entries; null for all entries
   */
  UringSecureDirectoryStream(
      UringPath directory, SecureDirectoryStream<Path> platform, Filter<? super Path> filter) {
    this.directory = directory;
    this.platform = platform;
    this.entries = new UringDirectoryStream(directory, platform, filter);
    this.descriptor = new DirectoryDescriptor(directory, platform);
  }

  private CallDispatcher dispatcher() {
    return directory.dispatcher();
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
    Path name = UringPath.toPlatformPath(path);
    return new UringSecureDirectoryStream(
        directory.wrap(directory.platformPath().resolve(name)),
        dispatcher().call(() -> platform.newDirectoryStream(name, options)),
        null);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path name = UringPath.toPlatformPath(path);
    SeekableByteChannel channel = descriptor.open(name, options, attributes);
    return channel != null
        ? channel
        : dispatcher().call(() -> platform.newByteChannel(name, options, attributes));
  }

  @Override
  public void deleteFile(Path path) throws IOException {
    Path name = UringPath.toPlatformPath(path);
    dispatcher().run(() -> platform.deleteFile(name));
  }

  @Override
  public void deleteDirectory(Path path) throws IOException {
    Path name = UringPath.toPlatformPath(path);
    dispatcher().run(() -> platform.deleteDirectory(name));
  }

  @Override
  public void move(Path sourcePath, SecureDirectoryStream<Path> targetDirectory, Path targetPath)
      throws IOException {
    Path source = UringPath.toPlatformPath(sourcePath);
    Path target = UringPath.toPlatformPath(targetPath);
    if (!(Objects.requireNonNull(targetDirectory, "targetDirectory")
        instanceof UringSecureDirectoryStream uringTarget)) {
      throw new ProviderMismatchException(
          "targetDirectory=" + targetDirectory + " was not opened by a UringFileSystem");
    }
    dispatcher().run(() -> platform.move(source, uringTarget.platform, target));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(Class<V> type) {
    return AttributeViews.wrap(dispatcher(), type, platform.getFileAttributeView(type));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    Path name = UringPath.toPlatformPath(path);
    return AttributeViews.wrap(
        dispatcher(), type, platform.getFileAttributeView(name, type, options));
  }
}
