package io.github.loomuring.nio;

import io.github.loomuring.internal.platform.PlatformPaths;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Objects;

/**
 * A path of a {@link UringFileSystem}, which wraps a path of the platform. The platform's path does
 * everything that concerns names. Two paths are equal only if they belong to the same file system.
 */
final class UringPath implements PlatformPaths.Wrapper {
  private final FileSystem fileSystem;
  private final CallDispatcher dispatcher;
  private final Path platform;

  /**
   * Makes a path.
   *
   * @param dispatcher of the file system; runs the calls of this path
   */
  UringPath(FileSystem fileSystem, CallDispatcher dispatcher, Path platform) {
    this.fileSystem = fileSystem;
    this.dispatcher = dispatcher;
    this.platform = platform;
  }

  /**
   * Casts a path.
   *
   * @throws ProviderMismatchException if it is not a path of a {@link UringFileSystem}
   */
  static UringPath toUringPath(Path path) {
    if (Objects.requireNonNull(path, "path") instanceof UringPath uringPath) {
      return uringPath;
    }
    throw new ProviderMismatchException("path=" + path + " is not a path of a UringFileSystem");
  }

  /**
   * Returns the platform's path that {@code path} wraps.
   *
   * @throws ProviderMismatchException if it is not a path of a {@link UringFileSystem}
   */
  static Path toPlatformPath(Path path) {
    return toUringPath(path).platform;
  }

  /** Returns the dispatcher for the calls of this path. */
  CallDispatcher dispatcher() {
    return dispatcher;
  }

  @Override
  public Path platformPath() {
    return platform;
  }

  @Override
  public UringPath wrap(Path path) {
    return new UringPath(fileSystem, dispatcher, path);
  }

  private Path wrapOrNull(Path path) {
    return path == null ? null : wrap(path);
  }

  @Override
  public FileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return platform.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return wrapOrNull(platform.getRoot());
  }

  @Override
  public Path getFileName() {
    return wrapOrNull(platform.getFileName());
  }

  @Override
  public Path getParent() {
    return wrapOrNull(platform.getParent());
  }

  @Override
  public int getNameCount() {
    return platform.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return wrap(platform.getName(index));
  }

  @Override
  public Path subpath(int beginIndex, int endIndex) {
    return wrap(platform.subpath(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return isOfSameFileSystem(other) && platform.startsWith(toPlatformPath(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return isOfSameFileSystem(other) && platform.endsWith(toPlatformPath(other));
  }

  private boolean isOfSameFileSystem(Path other) {
    return Objects.requireNonNull(other, "other") instanceof UringPath that
        && that.fileSystem == fileSystem;
  }

  @Override
  public Path normalize() {
    return wrap(platform.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return wrap(platform.resolve(toPlatformPath(other)));
  }

  @Override
  public Path resolve(String other) {
    return wrap(platform.resolve(other));
  }

  @Override
  public Path relativize(Path other) {
    return wrap(platform.relativize(toPlatformPath(other)));
  }

  /** Asks the platform, which checks whether the file is a directory: its URI then ends in "/". */
  @Override
  public URI toUri() {
    URI uri = dispatcher.callUnchecked(platform::toUri);
    String scheme = fileSystem.provider().getScheme();
    return scheme.equals(uri.getScheme())
        ? uri
        : URI.create(scheme + uri.toString().substring(uri.getScheme().length()));
  }

  @Override
  public Path toAbsolutePath() {
    return platform.isAbsolute() ? this : wrap(platform.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return wrap(dispatcher.call(() -> platform.toRealPath(options)));
  }

  /** Uses the text: the platform's path throws if its file system is not the default one. */
  @Override
  public File toFile() {
    return new File(platform.toString());
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers)
      throws IOException {
    if (Objects.requireNonNull(watcher, "watcher") instanceof UringWatchService service) {
      return service.register(this, events, modifiers);
    }
    throw new ProviderMismatchException(
        "watcher=" + watcher + " is not a watch service of a UringFileSystem");
  }

  @Override
  public int compareTo(Path other) {
    return platform.compareTo(((UringPath) other).platform);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UringPath that
        && fileSystem == that.fileSystem
        && platform.equals(that.platform);
  }

  @Override
  public int hashCode() {
    return platform.hashCode();
  }

  @Override
  public String toString() {
    return platform.toString();
  }
}
