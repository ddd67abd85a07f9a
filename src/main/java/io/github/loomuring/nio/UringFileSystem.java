package io.github.loomuring.nio;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.platform.PlatformPaths;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
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
 * The files of the platform, by io_uring: what {@link java.nio.file.Files} and {@link
 * java.nio.channels.FileChannel} do with a path of this file system holds no carrier of a virtual
 * thread. It has the same files, names and rules as the platform's own, which it wraps.
 *
 * <p>{@link #of(Path)} makes a path of it. A path works with those of the same file system only,
 * and with the platform's in {@link java.nio.file.Files#copy(Path, Path,
 * java.nio.file.CopyOption...) Files.copy} and {@code Files.move}. It cannot be closed: as the
 * platform's, it is there as long as what it runs on.
 *
 * @see UringFileSystemProvider
 */
public final class UringFileSystem extends FileSystem {
  /** Those that do not run on the shared ring; the closed ones go when there is another one. */
  private static final ConcurrentHashMap<Uring, UringFileSystem> OWN = new ConcurrentHashMap<>();

  /** The one beside the default file system; null until it is asked for. */
  private static volatile UringFileSystem installed;

  private final UringFileSystemProvider provider;
  private final FileSystem platform;
  private final Uring own; // null: the shared one

  UringFileSystem(UringFileSystemProvider provider, FileSystem platform, Uring own) {
    this.provider = provider;
    this.platform = platform;
    this.own = own;
  }

  /**
   * The path of the file that {@code path} leads to, in the file system that runs on the
   * {@linkplain Uring#shared() shared} ring.
   *
   * @param path of the platform's file system; one of ours is returned as it is
   * @return a path
   * @throws java.nio.file.ProviderMismatchException if it is a path of something else
   */
  public static Path of(Path path) {
    Objects.requireNonNull(path, "path");
    return path instanceof UringPath ? path : shared().wrap(PlatformPaths.unwrap("path", path));
  }

  /**
   * The path of the file that {@code path} leads to, in the file system that runs on {@code uring},
   * which is open as long as {@code uring} is.
   *
   * @param uring shared or not
   * @param path of the platform's file system, or of ours
   * @return a path
   * @throws java.nio.file.ProviderMismatchException if it is a path of something else
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

  /** The only one on the shared ring: the default file system, if that is one of ours. */
  static UringFileSystem shared() {
    if (FileSystems.getDefault() instanceof UringFileSystem ours) {
      return ours;
    }
    UringFileSystem known = installed;
    return known != null ? known : install();
  }

  private static synchronized UringFileSystem install() {
    if (installed == null) {
      installed =
          new UringFileSystem(new UringFileSystemProvider(), PlatformPaths.fileSystem(), null);
    }
    return installed;
  }

  /**
   * What it runs on. Null while the ring of the shared one is being made by the calling thread,
   * which may need files for that, a logger's configuration for one: then the platform has to do.
   */
  Uring uring() {
    if (own != null) {
      return own;
    }
    Uring shared = Uring.shared();
    return Access.get().isBeingOpenedByCallingThread(shared) ? null : shared;
  }

  FileSystem platform() {
    return platform;
  }

  UringPath wrap(Path path) {
    return new UringPath(this, path);
  }

  void checkOpen() {
    if (!isOpen()) {
      throw new ClosedFileSystemException();
    }
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  /**
   * Throws, as that of the platform's file system does.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public void close() throws IOException {
    platform.close();
  }

  @Override
  public boolean isOpen() {
    return own == null || own.isOpen();
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
    return () -> UringFileStore.all(this);
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
    return path -> matcher.matches(path instanceof UringPath ours ? ours.platformPath() : path);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return new PrincipalLookup(this, platform.getUserPrincipalLookupService());
  }

  @Override
  public WatchService newWatchService() throws IOException {
    return new UringWatchService(this, platform.newWatchService());
  }
}
