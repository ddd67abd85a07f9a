package io.github.loomuring.nio;

import io.github.loomuring.FileOperations;
import io.github.loomuring.Uring;
import io.github.loomuring.internal.platform.PlatformPaths;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * The provider of {@link UringFileSystem}, for programs that use the interfaces of the JDK.
 *
 * <p>A program can get a path of this file system in three ways. {@link UringFileSystem#of(Path)}
 * makes one. {@link Path#of(URI)} makes one of a URI such as {@code uring:///var/log}. And with
 * {@code
 * -Djava.nio.file.spi.DefaultFileSystemProvider=io.github.loomuring.nio.UringFileSystemProvider}
 * the JVM uses this provider in place of its own, so that all paths of an unmodified program are
 * paths of this file system. The program needs the library on its class path or module path. If
 * io_uring is not available, the thread pool does the I/O.
 *
 * <p>The ring opens, reads and writes files. It also changes names and reads attributes where the
 * kernel has an opcode for that. For all other calls the platform's file system does the work: on
 * the pool for a virtual thread, and on the calling thread for a platform thread, which has no
 * carrier that could block. As with the JDK's own provider, an interrupt affects channels only. It
 * ends neither the use of a stream nor any other operation.
 *
 * <p>If this provider replaces the JVM's own, {@link java.net.UnixDomainSocketAddress} cannot be
 * used. The JDK makes such addresses only of paths of its own default file system; for all others
 * it throws an {@link IllegalArgumentException}, also for an address of a string. A program that
 * needs such sockets can use {@code uring:} paths instead of the system property, and {@code
 * UnixDomainSocketAddress.of(path.toString())} for the address.
 */
public final class UringFileSystemProvider extends FileSystemProvider {
  private static final String SCHEME = "uring";

  private final String scheme;
  private final FileSystemProvider platform; // null: that of the platform's file system
  private final UringFileSystem fileSystem; // null: the one on the shared ring

  /**
   * Makes the provider for URIs with the scheme {@code uring}. {@link java.util.ServiceLoader}
   * calls this constructor.
   */
  public UringFileSystemProvider() {
    // Uses neither the default file system nor io_uring, which may not be initialised yet.
    this.scheme = SCHEME;
    this.platform = null;
    this.fileSystem = null;
  }

  /**
   * Makes the provider that replaces the JVM's own. The JVM calls this constructor if the system
   * property names this class.
   *
   * @param platform the JVM's own
   * @throws IllegalArgumentException if {@code platform} is another provider, which the ring would
   *     bypass
   */
  public UringFileSystemProvider(FileSystemProvider platform) {
    if (platform.getClass().getModule() != Object.class.getModule()
        || !platform.getScheme().equals("file")) {
      throw new IllegalArgumentException("platform=" + platform + " is not the JVM's own provider");
    }
    this.scheme = platform.getScheme();
    this.platform = platform;
    FileSystem files = platform.getFileSystem(URI.create("file:///"));
    PlatformPaths.use(files);
    this.fileSystem = new UringFileSystem(this, files, null);
  }

  private FileSystemProvider platform() {
    return platform != null ? platform : PlatformPaths.fileSystem().provider();
  }

  private UringFileSystem fileSystem() {
    return fileSystem != null ? fileSystem : UringFileSystem.shared();
  }

  // ---- URIs

  @Override
  public String getScheme() {
    return scheme;
  }

  /** Returns the URI with the scheme of the platform's provider. */
  private URI platformUri(URI uri) {
    String given = uri.getScheme();
    if (!scheme.equalsIgnoreCase(given)) {
      throw new IllegalArgumentException("uri=" + uri + " does not have the scheme " + scheme);
    }
    return scheme.equals(SCHEME)
        ? URI.create("file" + uri.toString().substring(given.length()))
        : uri;
  }

  /**
   * Always throws, like the method of the platform's provider: the only file system exists already.
   *
   * @throws java.nio.file.FileSystemAlreadyExistsException if {@code uri} is valid
   */
  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
    return platform().newFileSystem(platformUri(uri), env);
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    platform().getFileSystem(platformUri(uri)); // checks the rest of the URI
    return fileSystem();
  }

  @Override
  public Path getPath(URI uri) {
    Path path = platform().getPath(platformUri(uri));
    // The platform makes the path of a URI with one slash by java.io.File. It then belongs to the
    // default file system, which may be a UringFileSystem.
    return fileSystem().wrap(path instanceof UringPath that ? that.platformPath() : path);
  }

  // ---- files

  /** Opens a channel on a {@code Uring}. */
  private interface ChannelOpener {
    FileChannel open(
        Uring uring, Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException;
  }

  /** Opens a channel by {@code opener}; by the platform if there is no {@code Uring} yet. */
  private FileChannel open(
      ChannelOpener opener,
      Path path,
      Set<? extends OpenOption> options,
      FileAttribute<?>... attributes)
      throws IOException {
    UringPath file = UringPath.toUringPath(path);
    file.dispatcher().checkOpen();
    Uring uring = file.dispatcher().uring();
    return uring == null
        ? platform().newFileChannel(file.platformPath(), options, attributes)
        : opener.open(uring, file, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    ChannelOpener opener =
        (uring, file, fileOptions, fileAttributes) ->
            CallDispatcher.open(
                () -> UringFileChannel.open(uring, file, fileOptions, fileAttributes));
    return open(opener, path, options, attributes);
  }

  private FileChannel newUninterruptibleChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return open(UninterruptibleChannel::open, path, options, attributes);
  }

  /**
   * Opens a {@link FileChannel}. If the channel only reads a file that is not a FIFO or a device,
   * an interrupt does not close it. {@link java.nio.file.Files#readAllBytes} reads such a channel,
   * and an interrupt does not end that call with the JVM's own provider either.
   */
  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return options.contains(StandardOpenOption.WRITE)
            || options.contains(StandardOpenOption.APPEND)
            || isSpecial(UringPath.toUringPath(path))
        ? newFileChannel(path, options, attributes)
        : newUninterruptibleChannel(path, options, attributes);
  }

  /** Returns whether the file is a FIFO, a device or the like. */
  private static boolean isSpecial(UringPath path) {
    try {
      BasicFileAttributes attributes =
          AttributeReader.readIfExists(path, BasicFileAttributes.class);
      return attributes != null && attributes.isOther();
    } catch (IOException e) {
      return false; // the open throws the exception
    }
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      ExecutorService executor,
      FileAttribute<?>... attributes)
      throws IOException {
    UringPath file = UringPath.toUringPath(path);
    return file.dispatcher()
        .call(
            () ->
                platform()
                    .newAsynchronousFileChannel(
                        file.platformPath(), options, executor, attributes));
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    for (OpenOption option : options) {
      if (option == StandardOpenOption.APPEND || option == StandardOpenOption.WRITE) {
        throw new UnsupportedOperationException("option=" + option + " is not allowed");
      }
    }
    return Channels.newInputStream(
        UninterruptibleChannel.forStream(newUninterruptibleChannel(path, setOf(options))));
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    Set<OpenOption> all = setOf(options);
    if (all.contains(StandardOpenOption.READ)) {
      throw new IllegalArgumentException("option=READ is not allowed");
    }
    if (all.isEmpty()) {
      all.addAll(List.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING));
    }
    all.add(StandardOpenOption.WRITE);
    return Channels.newOutputStream(newUninterruptibleChannel(path, all));
  }

  private static Set<OpenOption> setOf(OpenOption... options) {
    Set<OpenOption> set = new HashSet<>();
    for (OpenOption option : options) {
      set.add(Objects.requireNonNull(option, "options contains null"));
    }
    return set;
  }

  // ---- names

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    UringPath directory = UringPath.toUringPath(path);
    Objects.requireNonNull(filter, "filter");
    DirectoryStream<Path> entries =
        directory
            .dispatcher()
            .call(() -> platform().newDirectoryStream(directory.platformPath(), _ -> true));
    return entries instanceof SecureDirectoryStream<Path> secure
        ? new UringSecureDirectoryStream(directory, secure, filter)
        : new UringDirectoryStream(directory, entries, filter);
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    UringPath directory = UringPath.toUringPath(path);
    Path platformPath = directory.platformPath();
    directory
        .dispatcher()
        .callOnRing(
            files -> files.createDirectory(platformPath, attributes),
            () -> {
              platform().createDirectory(platformPath, attributes);
              return platformPath;
            });
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    UringPath name = UringPath.toUringPath(link);
    Path platformPath = name.platformPath();
    Path text = UringPath.toPlatformPath(target);
    CallDispatcher.PlatformCall<Path> byPlatform =
        () -> {
          platform().createSymbolicLink(platformPath, text, attributes);
          return platformPath;
        };
    if (attributes.length > 0) {
      name.dispatcher().call(byPlatform); // throws, as the platform supports no attributes here
    } else {
      name.dispatcher()
          .callOnRing(files -> files.createSymbolicLink(platformPath, text), byPlatform);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    UringPath name = UringPath.toUringPath(link);
    Path platformPath = name.platformPath();
    Path file = UringPath.toPlatformPath(existing);
    name.dispatcher()
        .callOnRing(
            files -> files.createLink(platformPath, file),
            () -> {
              platform().createLink(platformPath, file);
              return platformPath;
            });
  }

  @Override
  public Path readSymbolicLink(Path path) throws IOException {
    UringPath link = UringPath.toUringPath(path);
    return link.wrap(
        link.dispatcher().call(() -> platform().readSymbolicLink(link.platformPath())));
  }

  @Override
  public void delete(Path path) throws IOException {
    UringPath file = UringPath.toUringPath(path);
    Path platformPath = file.platformPath();
    file.dispatcher()
        .callOnRing(
            files -> {
              files.delete(platformPath);
              return true;
            },
            () -> {
              platform().delete(platformPath);
              return true;
            });
  }

  @Override
  public boolean deleteIfExists(Path path) throws IOException {
    UringPath file = UringPath.toUringPath(path);
    return file.dispatcher()
        .callOnRing(
            files -> files.deleteIfExists(file.platformPath()),
            () -> platform().deleteIfExists(file.platformPath()));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    UringPath file = UringPath.toUringPath(source);
    Path to = UringPath.toPlatformPath(target);
    file.dispatcher().run(() -> platform().copy(file.platformPath(), to, options));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    UringPath file = UringPath.toUringPath(source);
    Path to = UringPath.toPlatformPath(target);
    file.dispatcher()
        .callOnRing(
            files -> files.move(file.platformPath(), to, options),
            () -> {
              platform().move(file.platformPath(), to, options);
              return to;
            });
  }

  // ---- attributes

  @Override
  public boolean exists(Path path, LinkOption... options) {
    UringPath file = UringPath.toUringPath(path);
    try {
      return file.dispatcher()
          .callOnRing(
              files -> files.exists(file.platformPath(), options),
              () -> platform().exists(file.platformPath(), options));
    } catch (IOException e) {
      return false; // the deadline has passed
    }
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    UringPath one = UringPath.toUringPath(path);
    if (one.equals(other)) {
      return true;
    }
    if (!(Objects.requireNonNull(other, "other") instanceof UringPath two)) {
      return false;
    }
    CallDispatcher.PlatformCall<Boolean> byPlatform =
        () -> platform().isSameFile(one.platformPath(), two.platformPath());
    try {
      return one.dispatcher().callOnRing(files -> isSameFile(files, one, two), byPlatform);
    } catch (NoSuchFileException e) {
      // The platform distinguishes a missing file from one below a file that is not a directory.
      return one.dispatcher().call(byPlatform);
    }
  }

  private static boolean isSameFile(FileOperations files, UringPath one, UringPath other)
      throws IOException {
    return one.platformPath().equals(other.platformPath())
        || files
            .attributes(one.platformPath())
            .fileKey()
            .equals(files.attributes(other.platformPath()).fileKey());
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    UringPath file = UringPath.toUringPath(path);
    return file.dispatcher().call(() -> platform().isHidden(file.platformPath()));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    UringPath file = UringPath.toUringPath(path);
    return new UringFileStore(
        file.dispatcher(),
        file.dispatcher().call(() -> platform().getFileStore(file.platformPath())));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    UringPath file = UringPath.toUringPath(path);
    file.dispatcher().run(() -> platform().checkAccess(file.platformPath(), modes));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    UringPath file = UringPath.toUringPath(path);
    return AttributeViews.wrap(
        file.dispatcher(),
        type,
        platform().getFileAttributeView(file.platformPath(), type, options));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return AttributeReader.read(UringPath.toUringPath(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributesIfExists(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return AttributeReader.readIfExists(UringPath.toUringPath(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return AttributeReader.read(UringPath.toUringPath(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    UringPath file = UringPath.toUringPath(path);
    file.dispatcher().run(() -> platform().setAttribute(file.platformPath(), name, value, options));
  }
}
