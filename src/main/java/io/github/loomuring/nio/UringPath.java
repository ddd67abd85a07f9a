package io.github.loomuring.nio;

import io.github.loomuring.internal.platform.PlatformPaths;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Objects;

/**
 * A path of the platform, in a file system of ours. All that is said of names the platform's path
 * says; equal are only paths of the same file system.
 */
final class UringPath implements PlatformPaths.Wrapper {
  private final UringFileSystem fileSystem;
  private final Path platform;

  UringPath(UringFileSystem fileSystem, Path platform) {
    this.fileSystem = fileSystem;
    this.platform = platform;
  }

  /**
   * {@code path} as one of ours.
   *
   * @throws ProviderMismatchException if it is not
   */
  static UringPath ours(Path path) {
    if (Objects.requireNonNull(path, "path") instanceof UringPath ours) {
      return ours;
    }
    throw new ProviderMismatchException("path=" + path + " is not of a file system of io_uring");
  }

  /** The platform's path of one of ours. */
  static Path unwrap(Path path) {
    return ours(path).platform;
  }

  @Override
  public Path platformPath() {
    return platform;
  }

  @Override
  public UringPath wrap(Path path) {
    return new UringPath(fileSystem, path);
  }

  private Path wrapIfThere(Path path) {
    return path == null ? null : wrap(path);
  }

  @Override
  public UringFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return platform.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return wrapIfThere(platform.getRoot());
  }

  @Override
  public Path getFileName() {
    return wrapIfThere(platform.getFileName());
  }

  @Override
  public Path getParent() {
    return wrapIfThere(platform.getParent());
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
    return isOfThis(other) && platform.startsWith(unwrap(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return isOfThis(other) && platform.endsWith(unwrap(other));
  }

  private boolean isOfThis(Path other) {
    return Objects.requireNonNull(other, "other") instanceof UringPath ours
        && ours.fileSystem == fileSystem;
  }

  @Override
  public Path normalize() {
    return wrap(platform.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return wrap(platform.resolve(unwrap(other)));
  }

  @Override
  public Path resolve(String other) {
    return wrap(platform.resolve(other));
  }

  @Override
  public Path relativize(Path other) {
    return wrap(platform.relativize(unwrap(other)));
  }

  /** The platform looks whether it is a directory, whose URI ends in a slash. */
  @Override
  public URI toUri() {
    URI uri = Calls.quiet(fileSystem, platform::toUri);
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
    return wrap(Calls.blocking(fileSystem, () -> platform.toRealPath(options)));
  }

  /** Not by the platform's path, which would refuse where its file system is not the default. */
  @Override
  public File toFile() {
    return new File(platform.toString());
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers)
      throws IOException {
    if (Objects.requireNonNull(watcher, "watcher") instanceof UringWatchService ours) {
      return ours.register(this, events, modifiers);
    }
    throw new ProviderMismatchException(
        "watcher=" + watcher + " is not of a file system of io_uring");
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
