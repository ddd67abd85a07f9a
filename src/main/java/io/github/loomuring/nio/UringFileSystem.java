package io.github.loomuring.nio;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.platform.PlatformPaths;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The file system of the platform, with its I/O on io_uring. {@link java.nio.file.Files} and {@link
 * java.nio.channels.FileChannel} do not block the carrier of a virtual thread when they use a path
 * of this file system. It wraps the platform's own file system, and has the same files, names and
 * rules.
 *
 * <p>{@link #of(Path)} makes a path of this file system. A path can be combined with paths of the
 * same file system only. In {@link java.nio.file.Files#copy(Path, Path,
 * java.nio.file.CopyOption...) Files.copy} and {@code Files.move} it can also be combined with a
 * path of the platform. Like the platform's file system, this one cannot be closed: it is open as
 * long as the {@link Uring} that runs its operations.
 *
 * @see UringFileSystemProvider
 */
public final class UringFileSystem extends FileSystem {
  /**
   * The file systems that do not run on the shared ring. The map is static, so that each {@code
   * Uring} has one file system only. A closed one is removed when another one is added.
   */
  private static final ConcurrentHashMap<Uring, UringFileSystem> OWN = new ConcurrentHashMap<>();

  /**
   * The file system on the shared ring, where the default file system is not one of this class;
   * null until it is needed. It is static because the shared ring is.
   */
  private static volatile UringFileSystem besideDefault;

  private final FileSystemProvider provider;
  private final FileSystem platform;
  private final CallDispatcher dispatcher;

  /**
   * Makes a file system.
   *
   * @param own runs the operations; null for the shared {@code Uring}
   */
  UringFileSystem(FileSystemProvider provider, FileSystem platform, Uring own) {
    this.provider = provider;
    this.platform = platform;
    this.dispatcher = new CallDispatcher(own);
  }

  /**
   * Returns the path of the same file in the file system that runs on the {@linkplain
   * Uring#shared() shared} ring.
   *
   * @param path of the platform's file system; a path of a {@code UringFileSystem} is returned
   *     unchanged
   * @return a path
   * @throws java.nio.file.ProviderMismatchException if {@code path} belongs to another file system
   */
  public static Path of(Path path) {
    Objects.requireNonNull(path, "path");
    return path instanceof UringPath ? path : shared().wrap(PlatformPaths.unwrap("path", path));
  }

  /**
   * Returns the path of the same file in the file system that runs on {@code uring}. That file
   * system is open as long as {@code uring} is.
   *
   * @param uring shared or not
   * @param path of the platform's file system, or of a {@code UringFileSystem}
   * @return a path
   * @throws java.nio.file.ProviderMismatchException if {@code path} belongs to another file system
   */
  public static Path of(Uring uring, Path path) {
    Objects.requireNonNull(uring, "uring");
    Objects.requireNonNull(path, "path");
    return on(uring).wrap(PlatformPaths.unwrap("path", path));
  }

  private static UringFileSystem on(Uring uring) {
    UringFileSystem shared = shared();
    if (Access.get().isShared(uring)) {
      return shared;
    }
    UringFileSystem known = OWN.get(uring);
    if (known != null) {
      return known;
    }
    OWN.values().removeIf(fileSystem -> !fileSystem.isOpen());
    return OWN.computeIfAbsent(
        uring, _ -> new UringFileSystem(shared.provider, shared.platform, uring));
  }

  /**
   * Returns the only file system on the shared ring. It is the default file system, if that is one
   * of this class.
   */
  static UringFileSystem shared() {
    if (FileSystems.getDefault() instanceof UringFileSystem uringDefault) {
      return uringDefault;
    }
    UringFileSystem known = besideDefault;
    return known != null ? known : makeBesideDefault();
  }

  private static synchronized UringFileSystem makeBesideDefault() {
    if (besideDefault == null) {
      besideDefault =
          new UringFileSystem(new UringFileSystemProvider(), PlatformPaths.fileSystem(), null);
    }
    return besideDefault;
  }

  UringPath wrap(Path path) {
    return new UringPath(this, dispatcher, path);
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  /**
   * Always throws, like the method of the platform's file system.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public void close() throws IOException {
    platform.close();
  }

  @Override
  public boolean isOpen() {
    return dispatcher.isOpen();
  }

  @Override
  public boolean isReadOnly() {
    return platform.isReadOnly();
  }

  @Override
  public String getSeparator() {
    return platform.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    List<Path> roots = new ArrayList<>();
    platform.getRootDirectories().forEach(root -> roots.add(wrap(root)));
    return List.copyOf(roots);
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return () -> UringFileStore.all(dispatcher, platform);
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return platform.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return wrap(platform.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = platform.getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(path instanceof UringPath that ? that.platformPath() : path);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return new UringUserPrincipalLookupService(
        dispatcher, platform.getUserPrincipalLookupService());
  }

  @Override
  public WatchService newWatchService() throws IOException {
    return new UringWatchService(dispatcher, platform.newWatchService(), this::wrap);
  }
}
