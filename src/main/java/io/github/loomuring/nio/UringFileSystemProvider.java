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
 * The provider of {@link UringFileSystem}: for programs that know nothing of io_uring.
 *
 * <p>There are three ways to use it. {@link UringFileSystem#of(Path)} makes a path of it. A URI
 * such as {@code uring:///var/log} is one, in {@link Path#of(URI)}. And with {@code
 * -Djava.nio.file.spi.DefaultFileSystemProvider=io.github.loomuring.nio.UringFileSystemProvider}
 * the JVM takes it in place of its own, so that all paths of an unmodified program are of it. The
 * program needs the library on its class path or module path; without io_uring, the pool does the
 * work.
 *
 * <p>Files are opened, read and written by the ring. Names are changed and attributes read by the
 * ring where the kernel has an opcode for it, and otherwise on the pool, by the platform. On a
 * platform thread, which holds no carrier, the platform does that at once. As with the JDK's own
 * provider an interrupt ends the use of channels only, not of streams, nor any other operation.
 *
 * <p>In place of the JVM's own provider this one takes {@link java.net.UnixDomainSocketAddress}
 * away: the JDK makes addresses of paths of its own default file system only, and throws an {@link
 * IllegalArgumentException} for all others, also for those of a text. A program that needs such
 * sockets uses {@code uring:} paths instead of the flag; {@code
 * UnixDomainSocketAddress.of(path.toString())} takes one of these.
 */
public final class UringFileSystemProvider extends FileSystemProvider {
  private static final String SCHEME = "uring";

  private final String scheme;
  private final FileSystemProvider platform; // null: that of the platform's file system
  private final UringFileSystem fileSystem; // null: the one on the shared ring

  /** For {@link java.util.ServiceLoader}: the provider of URIs whose scheme is {@code uring}. */
  public UringFileSystemProvider() {
    // Neither the default file system nor io_uring: these may not be there yet.
    this.scheme = SCHEME;
    this.platform = null;
    this.fileSystem = null;
  }

  /**
   * For the JVM, when it is told to use this provider in place of its own.
   *
   * @param platform the JVM's own
   * @throws IllegalArgumentException if {@code platform} is another one: what it does to files
   *     would be passed by
   */
  public UringFileSystemProvider(FileSystemProvider platform) {
    if (platform.getClass().getModule() != Object.class.getModule()
        || !platform.getScheme().equals("file")) {
      throw new IllegalArgumentException("platform=" + platform + " is not the JVM's own");
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

  /** {@code uri} as the platform would have it. */
  private URI platformUri(URI uri) {
    String given = uri.getScheme();
    if (!scheme.equalsIgnoreCase(given)) {
      throw new IllegalArgumentException("uri=" + uri + " is not of the scheme " + scheme);
    }
    return scheme.equals(SCHEME)
        ? URI.create("file" + uri.toString().substring(given.length()))
        : uri;
  }

  /**
   * Throws, as the platform's: there is one, and it exists.
   *
   * @throws java.nio.file.FileSystemAlreadyExistsException if {@code uri} is valid
   */
  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
    return platform().newFileSystem(platformUri(uri), env);
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    platform().getFileSystem(platformUri(uri)); // checks the rest of it
    return fileSystem();
  }

  @Override
  public Path getPath(URI uri) {
    // The platform has java.io make a path of a URI with one slash: one of the default file system.
    Path path = platform().getPath(platformUri(uri));
    return fileSystem().wrap(path instanceof UringPath ours ? ours.platformPath() : path);
  }

  // ---- files

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    UringPath file = UringPath.ours(path);
    file.getFileSystem().checkOpen();
    Uring uring = file.getFileSystem().uring();
    return uring == null
        ? platform().newFileChannel(file.platformPath(), options, attributes)
        : Calls.opened(() -> UringFileChannel.open(uring, file, options, attributes));
  }

  /**
   * A {@link FileChannel}. One that only reads, and will not wait long for bytes, is not closed by
   * interrupts: {@link java.nio.file.Files#readAllBytes} reads by it, and with the JVM's own
   * channel no interrupt ends that.
   */
  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return options.contains(StandardOpenOption.WRITE)
            || options.contains(StandardOpenOption.APPEND)
            || isSpecial(UringPath.ours(path))
        ? newFileChannel(path, options, attributes)
        : newUninterruptibleChannel(path, options, attributes);
  }

  /** Whether it is a FIFO, a device or the like. */
  private static boolean isSpecial(UringPath path) {
    try {
      BasicFileAttributes attributes = Attributes.readIfExists(path, BasicFileAttributes.class);
      return attributes != null && attributes.isOther();
    } catch (IOException e) {
      return false; // the open will say what is wrong
    }
  }

  private FileChannel newUninterruptibleChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    UringPath file = UringPath.ours(path);
    file.getFileSystem().checkOpen();
    Uring uring = file.getFileSystem().uring();
    return uring == null
        ? platform().newFileChannel(file.platformPath(), options, attributes)
        : UninterruptibleChannel.open(uring, file, options, attributes);
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      ExecutorService executor,
      FileAttribute<?>... attributes)
      throws IOException {
    UringPath file = UringPath.ours(path);
    return Calls.blocking(
        file.getFileSystem(),
        () ->
            platform()
                .newAsynchronousFileChannel(file.platformPath(), options, executor, attributes));
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
    UringPath directory = UringPath.ours(path);
    Objects.requireNonNull(filter, "filter");
    DirectoryStream<Path> entries =
        Calls.blocking(
            directory.getFileSystem(),
            () -> platform().newDirectoryStream(directory.platformPath(), _ -> true));
    return entries instanceof SecureDirectoryStream<Path> secure
        ? new UringSecureDirectoryStream(directory, secure, filter)
        : new UringDirectoryStream(directory, entries, filter);
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    UringPath directory = UringPath.ours(path);
    Path there = directory.platformPath();
    Calls.either(
        directory.getFileSystem(),
        files -> files.createDirectory(there, attributes),
        () -> {
          platform().createDirectory(there, attributes);
          return there;
        });
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    UringPath name = UringPath.ours(link);
    Path there = name.platformPath();
    Path text = UringPath.unwrap(target);
    Calls.Work<Path> byPlatform =
        () -> {
          platform().createSymbolicLink(there, text, attributes);
          return there;
        };
    if (attributes.length > 0) {
      Calls.blocking(name.getFileSystem(), byPlatform); // fails, and says why
    } else {
      Calls.either(
          name.getFileSystem(), files -> files.createSymbolicLink(there, text), byPlatform);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    UringPath name = UringPath.ours(link);
    Path there = name.platformPath();
    Path file = UringPath.unwrap(existing);
    Calls.either(
        name.getFileSystem(),
        files -> files.createLink(there, file),
        () -> {
          platform().createLink(there, file);
          return there;
        });
  }

  @Override
  public Path readSymbolicLink(Path path) throws IOException {
    UringPath link = UringPath.ours(path);
    return link.wrap(
        Calls.blocking(
            link.getFileSystem(), () -> platform().readSymbolicLink(link.platformPath())));
  }

  @Override
  public void delete(Path path) throws IOException {
    UringPath file = UringPath.ours(path);
    Path there = file.platformPath();
    Calls.either(
        file.getFileSystem(),
        files -> {
          files.delete(there);
          return true;
        },
        () -> {
          platform().delete(there);
          return true;
        });
  }

  @Override
  public boolean deleteIfExists(Path path) throws IOException {
    UringPath file = UringPath.ours(path);
    return Calls.either(
        file.getFileSystem(),
        files -> files.deleteIfExists(file.platformPath()),
        () -> platform().deleteIfExists(file.platformPath()));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    UringPath file = UringPath.ours(source);
    Path to = UringPath.unwrap(target);
    Calls.blocking(file.getFileSystem(), () -> platform().copy(file.platformPath(), to, options));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    UringPath file = UringPath.ours(source);
    Path to = UringPath.unwrap(target);
    Calls.either(
        file.getFileSystem(),
        files -> files.move(file.platformPath(), to, options),
        () -> {
          platform().move(file.platformPath(), to, options);
          return to;
        });
  }

  // ---- what is known of files

  @Override
  public boolean exists(Path path, LinkOption... options) {
    UringPath file = UringPath.ours(path);
    try {
      return Calls.either(
          file.getFileSystem(),
          files -> files.exists(file.platformPath(), options),
          () -> platform().exists(file.platformPath(), options));
    } catch (IOException e) {
      return false; // the deadline passed
    }
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    UringPath one = UringPath.ours(path);
    if (one.equals(other)) {
      return true;
    }
    if (!(Objects.requireNonNull(other, "other") instanceof UringPath two)) {
      return false;
    }
    Calls.Work<Boolean> byPlatform =
        () -> platform().isSameFile(one.platformPath(), two.platformPath());
    try {
      return Calls.either(one.getFileSystem(), files -> isSameFile(files, one, two), byPlatform);
    } catch (NoSuchFileException e) {
      // The platform tells a missing file from one below something that is no directory.
      return Calls.blocking(one.getFileSystem(), byPlatform);
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
    UringPath file = UringPath.ours(path);
    return Calls.blocking(file.getFileSystem(), () -> platform().isHidden(file.platformPath()));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    UringPath file = UringPath.ours(path);
    return new UringFileStore(
        file.getFileSystem(),
        Calls.blocking(file.getFileSystem(), () -> platform().getFileStore(file.platformPath())));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    UringPath file = UringPath.ours(path);
    Calls.blocking(file.getFileSystem(), () -> platform().checkAccess(file.platformPath(), modes));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    UringPath file = UringPath.ours(path);
    return AttributeViews.wrap(
        file.getFileSystem(),
        type,
        platform().getFileAttributeView(file.platformPath(), type, options));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return Attributes.read(UringPath.ours(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributesIfExists(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return Attributes.readIfExists(UringPath.ours(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return Attributes.read(UringPath.ours(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    UringPath file = UringPath.ours(path);
    Calls.blocking(
        file.getFileSystem(),
        () -> platform().setAttribute(file.platformPath(), name, value, options));
  }
}
