package io.github.loomuring;

import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.replace.Replacement;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Operations on paths, like those of {@link java.nio.file.Files}, which run on one {@link Uring}.
 * While an operation waits, it parks the calling thread; a virtual thread does not block its
 * carrier.
 *
 * <p>All paths must belong to the default file system; otherwise a {@link
 * java.nio.file.ProviderMismatchException} is thrown. If the thread is interrupted before or during
 * a call, the call throws an {@link java.io.InterruptedIOException}, and the interrupt status stays
 * set; the operation may happen nevertheless. On a closed {@link Uring} every call throws a {@link
 * java.nio.channels.ClosedChannelException}. A null argument causes a {@link NullPointerException}.
 * Other failures are {@link FileSystemException}s, of the same subclass that {@code Files} throws
 * in that case.
 *
 * @see Uring#files()
 * @see UringFiles
 */
public final class FileOperations {
  private static final OpenSpec CREATE_OR_TRUNCATE =
      OpenSpec.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);

  private final Engine engine;

  FileOperations(Engine engine) {
    this.engine = engine;
  }

  /**
   * Reads all bytes of a file. The file need not report its size; those in /proc do not.
   *
   * @param path the file
   * @return a new array
   * @throws FileSystemException if the file is too large for an array
   * @throws IOException if the file cannot be read
   */
  public byte[] readAllBytes(Path path) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    return engine.readAll(platformPath);
  }

  /**
   * Reads a file and decodes it from UTF-8.
   *
   * @param path the file
   * @return the text
   * @throws java.nio.charset.CharacterCodingException if the bytes are not valid UTF-8
   * @throws IOException if the file cannot be read
   */
  public String readString(Path path) throws IOException {
    return readString(path, StandardCharsets.UTF_8);
  }

  /**
   * Reads a file and decodes it.
   *
   * @param path the file
   * @param charset the charset of the text
   * @return the text
   * @throws java.nio.charset.CharacterCodingException if the bytes are not valid in {@code charset}
   * @throws IOException if the file cannot be read
   */
  public String readString(Path path, Charset charset) throws IOException {
    Objects.requireNonNull(charset, "charset");
    ByteBuffer bytes = ByteBuffer.wrap(readAllBytes(path));
    return charset.newDecoder().decode(bytes).toString();
  }

  /**
   * Opens a file, writes bytes to it and closes it. Without options, a file that does not exist is
   * created, and an existing one is truncated first.
   *
   * @param path the file
   * @param bytes the bytes to write
   * @param options as of {@link UringFile#open(Path, OpenOption...)}; they replace CREATE,
   *     TRUNCATE_EXISTING and WRITE
   * @return {@code path}
   * @throws IllegalArgumentException if {@code options} contain READ
   * @throws IOException if the file cannot be written; it may have been created, and may contain
   *     some of the bytes
   */
  public Path write(Path path, byte[] bytes, OpenOption... options) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    Objects.requireNonNull(bytes, "bytes");
    engine.write(platformPath, writeSpec(options), bytes, Sync.NONE);
    return path;
  }

  /**
   * Opens a file, writes bytes to it, writes the file to its device and closes it. Apart from the
   * device, it does the same as {@link #write(Path, byte[], OpenOption...)}.
   *
   * @param path the file
   * @param bytes the bytes to write
   * @param sync the part of the file that is on the device when the call returns
   * @param options as of {@link #write(Path, byte[], OpenOption...)}
   * @return {@code path}
   * @throws IllegalArgumentException if {@code options} contain READ
   * @throws IOException if the file cannot be written, or the device cannot store it; it may have
   *     been created, and may contain some of the bytes
   */
  public Path write(Path path, byte[] bytes, Sync sync, OpenOption... options) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    Objects.requireNonNull(bytes, "bytes");
    Objects.requireNonNull(sync, "sync");
    engine.write(platformPath, writeSpec(options), bytes, sync);
    return path;
  }

  /**
   * Replaces the content of a file atomically, or creates the file. If the process or the machine
   * crashes during the call, the file has either all of the old content or all of the new content.
   * When the call has returned, it has the new content, even after a crash.
   *
   * <p>The call writes a temporary file in the same directory, forces it, renames it to the file,
   * and forces the directory. Once it has started, an interrupt or a deadline does not end it.
   *
   * <p>The file keeps its permissions, and its owner and group if the process may set them. It does
   * not keep other attributes, and other hard links still lead to the old content. If the path is a
   * symbolic link, the link stays and its target is replaced.
   *
   * <p>If the call fails, it removes the temporary file. A process that is killed may leave one,
   * whose name is {@code .loom-uring-} and 16 hexadecimal digits. At a time when no process
   * replaces files in a directory, {@code Files.newDirectoryStream(directory,
   * ".loom-uring-????????????????")} finds the files that were left.
   *
   * <p>Owner and permissions are set by the descriptor of the temporary file and not by its name,
   * because another process with write access to the directory could give that name to another
   * file. If one does so, the call fails. If the process may not call libc, and on other systems
   * than Linux, the new file has the owner and group of the process, and the umask reduces its
   * permissions.
   *
   * @param path a regular file, or a file that does not exist
   * @param bytes the new content
   * @return {@code path}
   * @throws FileSystemException if the path leads to something other than a regular file
   * @throws IOException if the file cannot be replaced; its content is then unchanged, unless only
   *     forcing the directory failed
   */
  public Path replace(Path path, byte[] bytes) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    Objects.requireNonNull(bytes, "bytes");
    engine.call(new Replacement(platformPath, bytes));
    return path;
  }

  /**
   * Writes text in UTF-8, as {@link #write(Path, byte[], OpenOption...)} writes bytes.
   *
   * @param path the file
   * @param text the text to write
   * @param options as of {@link #write(Path, byte[], OpenOption...)}
   * @return {@code path}
   * @throws java.nio.charset.CharacterCodingException if the text contains an unpaired surrogate;
   *     the file is not opened then
   * @throws IOException if the file cannot be written
   */
  public Path writeString(Path path, CharSequence text, OpenOption... options) throws IOException {
    return writeString(path, text, StandardCharsets.UTF_8, options);
  }

  /**
   * Writes text, as {@link #write(Path, byte[], OpenOption...)} writes bytes.
   *
   * @param path the file
   * @param text the text to write
   * @param charset the charset to encode the text in
   * @param options as of {@link #write(Path, byte[], OpenOption...)}
   * @return {@code path}
   * @throws java.nio.charset.CharacterCodingException if the text cannot be encoded in {@code
   *     charset}; the file is not opened then
   * @throws IOException if the file cannot be written
   */
  public Path writeString(Path path, CharSequence text, Charset charset, OpenOption... options)
      throws IOException {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(charset, "charset");
    ByteBuffer bytes = charset.newEncoder().encode(CharBuffer.wrap(text));
    byte[] exact = new byte[bytes.remaining()];
    bytes.get(exact);
    return write(path, exact, options);
  }

  /**
   * Deletes a file, an empty directory, or a symbolic link (but not its target).
   *
   * @param path the file, directory or link
   * @throws NoSuchFileException if it does not exist
   * @throws java.nio.file.DirectoryNotEmptyException if it is a directory that is not empty
   * @throws IOException if it cannot be deleted
   */
  public void delete(Path path) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    engine.delete(platformPath);
  }

  /**
   * Deletes a file, an empty directory, or a symbolic link, if it exists.
   *
   * @param path the file, directory or link
   * @return true if it existed and was deleted; false if it did not exist
   * @throws java.nio.file.DirectoryNotEmptyException if it is a directory that is not empty
   * @throws IOException if it cannot be deleted
   */
  public boolean deleteIfExists(Path path) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    try {
      engine.delete(platformPath);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Moves or renames a file, directory or symbolic link, as {@link java.nio.file.Files#move} does.
   *
   * <p>Within one file system the move is atomic, even without ATOMIC_MOVE. Without
   * REPLACE_EXISTING it does not replace a target that another process creates meanwhile. Between
   * file systems a file is copied, and the move is not atomic. On the JDK's channels (see {@link
   * Uring}), and on file systems that do not support RENAME_NOREPLACE, {@code Files} checks whether
   * the target exists and then moves.
   *
   * @param source the file, directory or link
   * @param target the new path
   * @param options REPLACE_EXISTING, and ATOMIC_MOVE, which implies it
   * @return {@code target}
   * @throws UnsupportedOperationException if an option is not supported
   * @throws FileAlreadyExistsException if the target exists and is not to be replaced
   * @throws java.nio.file.DirectoryNotEmptyException if the target is a directory that is not
   *     empty, or the source is a directory that is not empty and would have to be copied
   * @throws java.nio.file.AtomicMoveNotSupportedException if ATOMIC_MOVE is given and the target is
   *     on another file system
   * @throws IOException if it cannot be moved
   */
  public Path move(Path source, Path target, CopyOption... options) throws IOException {
    Path platformSource = PlatformPaths.unwrap("source", source);
    Path platformTarget = PlatformPaths.unwrap("target", target);
    Set<CopyOption> set = new HashSet<>();
    for (CopyOption option : options) {
      switch (option) {
        case null -> throw new NullPointerException("options contains null");
        case StandardCopyOption.ATOMIC_MOVE -> set.add(option);
        case StandardCopyOption.REPLACE_EXISTING -> set.add(option);
        case LinkOption.NOFOLLOW_LINKS -> {} // a move never follows links
        default ->
            throw new UnsupportedOperationException("option=" + option + " is not supported");
      }
    }
    engine.move(platformSource, platformTarget, set);
    return target;
  }

  /**
   * Exchanges two files, directories or symbolic links atomically: each path then leads to what the
   * other one led to before (RENAME_EXCHANGE of rename(2)).
   *
   * @param one a file, directory or symbolic link
   * @param other a file, directory or symbolic link on the same file system
   * @throws UnsupportedOperationException on the JDK's channels (see {@link Uring}), or if the file
   *     system does not support it
   * @throws NoSuchFileException if one of them does not exist
   * @throws IOException if they cannot be exchanged
   */
  public void exchange(Path one, Path other) throws IOException {
    Path platformOne = PlatformPaths.unwrap("one", one);
    Path platformOther = PlatformPaths.unwrap("other", other);
    if (!engine.isOpen()) {
      throw new ClosedChannelException();
    }
    engine.exchange(platformOne, platformOther);
  }

  /**
   * Copies a file, an empty directory or a symbolic link, as {@link java.nio.file.Files#copy(Path,
   * Path, CopyOption...)} does. An interrupt does not end a copy that has started.
   *
   * @param source the file, directory or link
   * @param target the path of the copy
   * @param options as of {@code Files.copy}
   * @return {@code target}
   * @throws FileAlreadyExistsException if the target exists and is not to be replaced
   * @throws IOException if it cannot be copied
   */
  public Path copy(Path source, Path target, CopyOption... options) throws IOException {
    Path platformSource = PlatformPaths.unwrap("source", source);
    Path platformTarget = PlatformPaths.unwrap("target", target);
    engine.copy(platformSource, platformTarget, options);
    return target;
  }

  /**
   * Creates a directory.
   *
   * @param directory the directory, whose parent exists
   * @param attributes {@code posix:permissions}, reduced by the umask of the process
   * @return {@code directory}
   * @throws UnsupportedOperationException if an attribute is not supported
   * @throws FileAlreadyExistsException if a file of that name exists
   * @throws NoSuchFileException if the parent does not exist
   * @throws IOException if the directory cannot be created
   */
  public Path createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    Path platformDirectory = PlatformPaths.unwrap("directory", directory);
    engine.createDirectory(platformDirectory, attributes);
    return directory;
  }

  /**
   * Creates a directory, and all parents of it that do not exist.
   *
   * @param directory the directory; it may exist, also as a symbolic link to a directory
   * @param attributes the attributes of each directory that is created
   * @return {@code directory}
   * @throws FileAlreadyExistsException if a file of that name exists that is not a directory
   * @throws IOException if a directory cannot be created
   */
  public Path createDirectories(Path directory, FileAttribute<?>... attributes) throws IOException {
    createWithParents(PlatformPaths.unwrap("directory", directory), attributes);
    return directory;
  }

  /**
   * Creates a symbolic link.
   *
   * @param link the path of the link
   * @param target the target of the link, which need not exist; a relative one is relative to the
   *     directory of the link
   * @return {@code link}
   * @throws FileAlreadyExistsException if a file of that name exists
   * @throws IOException if the link cannot be created
   */
  public Path createSymbolicLink(Path link, Path target) throws IOException {
    Path platformLink = PlatformPaths.unwrap("link", link);
    Path platformTarget = PlatformPaths.unwrap("target", target);
    engine.createSymbolicLink(platformLink, platformTarget);
    return link;
  }

  /**
   * Creates a hard link.
   *
   * @param link the path of the link
   * @param existing the file to link to, on the same file system
   * @return {@code link}
   * @throws FileAlreadyExistsException if a file of that name exists
   * @throws IOException if the link cannot be created
   */
  public Path createLink(Path link, Path existing) throws IOException {
    Path platformLink = PlatformPaths.unwrap("link", link);
    Path platformExisting = PlatformPaths.unwrap("existing", existing);
    engine.createLink(platformLink, platformExisting);
    return link;
  }

  /**
   * Reads the target of a symbolic link.
   *
   * @param link the symbolic link
   * @return the target, as it was given when the link was created
   * @throws java.nio.file.NotLinkException if the file is not a symbolic link
   * @throws IOException if the link cannot be read
   */
  public Path readSymbolicLink(Path link) throws IOException {
    Path platformLink = PlatformPaths.unwrap("link", link);
    return PlatformPaths.like(link, engine.readSymbolicLink(platformLink));
  }

  /**
   * Returns whether a file exists.
   *
   * @param path the file
   * @param options NOFOLLOW_LINKS, to ask about a symbolic link and not about its target
   * @return true if the file exists; false if it does not exist, or if that cannot be determined,
   *     for example because the process lacks a permission
   * @throws java.io.InterruptedIOException if the thread is interrupted
   * @throws IOException if the {@link Uring} is closed
   */
  public boolean exists(Path path, LinkOption... options) throws IOException {
    try {
      attributes(path, options);
      return true;
    } catch (FileSystemException e) {
      return false;
    }
  }

  /**
   * Returns the size of a file.
   *
   * @param path the file
   * @return the size in bytes
   * @throws NoSuchFileException if the file does not exist
   * @throws IOException if the size cannot be read
   */
  public long size(Path path) throws IOException {
    return attributes(path).size();
  }

  /**
   * Reads the attributes of a file.
   *
   * @param path the file
   * @param options NOFOLLOW_LINKS, to read those of a symbolic link and not those of its target
   * @return a snapshot of the attributes
   * @throws NoSuchFileException if the file does not exist
   * @throws IOException if the attributes cannot be read
   */
  public UringAttributes attributes(Path path, LinkOption... options) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    boolean followLinks = true;
    for (LinkOption option : options) {
      Objects.requireNonNull(option, "options contains null");
      followLinks = false; // NOFOLLOW_LINKS is the only constant
    }
    return new UringAttributes(engine.status(platformPath, followLinks));
  }

  /**
   * Sets the times of the last modification and the last access, as {@link
   * java.nio.file.attribute.BasicFileAttributeView#setTimes} does: a time before 1970 is replaced
   * by 1970. If the path is a symbolic link, the times of its target are set.
   *
   * @param path the file
   * @param lastModified the time of the last modification; null leaves it unchanged
   * @param lastAccess the time of the last access; null leaves it unchanged
   * @return {@code path}
   * @throws NoSuchFileException if the file does not exist
   * @throws IOException if the times cannot be set, for example because the process does not own
   *     the file
   */
  public Path setTimes(Path path, FileTime lastModified, FileTime lastAccess) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    engine.setTimes(platformPath, lastModified, lastAccess);
    return path;
  }

  /**
   * Sets the permissions of a file, as {@link java.nio.file.Files#setPosixFilePermissions} does. If
   * the path is a symbolic link, the permissions of its target are set.
   *
   * @param path the file
   * @param permissions the complete new permissions
   * @return {@code path}
   * @throws UnsupportedOperationException if the file system does not support POSIX permissions
   * @throws NoSuchFileException if the file does not exist
   * @throws IOException if the permissions cannot be set, for example because the process does not
   *     own the file
   */
  public Path setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    engine.setPermissions(platformPath, Arguments.copyOfPermissions(permissions));
    return path;
  }

  /**
   * Lists the entries of a directory. The whole directory is read before the call returns.
   *
   * @param directory the directory
   * @return the entries, each resolved against {@code directory}, in no particular order
   * @throws java.nio.file.NotDirectoryException if the file is not a directory
   * @throws IOException if the directory cannot be read
   */
  public List<Path> list(Path directory) throws IOException {
    Path platformDirectory = PlatformPaths.unwrap("directory", directory);
    List<Path> found = engine.list(platformDirectory);
    return directory == platformDirectory
        ? found
        : found.stream().map(path -> PlatformPaths.like(directory, path)).toList();
  }

  private static OpenSpec writeSpec(OpenOption... options) {
    Objects.requireNonNull(options, "options");
    if (options.length == 0) {
      return CREATE_OR_TRUNCATE;
    }
    Set<OpenOption> all = new HashSet<>();
    for (OpenOption option : options) {
      if (option == StandardOpenOption.READ) {
        throw new IllegalArgumentException("READ not allowed");
      }
      all.add(Objects.requireNonNull(option, "options contains null"));
    }
    all.add(StandardOpenOption.WRITE);
    return OpenSpec.of(all);
  }

  private void createWithParents(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    try {
      createUnlessDirectory(directory, attributes);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException e) {
      Path parent = directory.toAbsolutePath().getParent();
      boolean parentMayBeMissing = e instanceof NoSuchFileException || directory.endsWith(".");
      if (parent == null || !parentMayBeMissing) {
        throw e;
      }
      createWithParents(parent, attributes);
      createUnlessDirectory(directory, attributes);
    }
  }

  private void createUnlessDirectory(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    try {
      engine.createDirectory(directory, attributes);
    } catch (FileAlreadyExistsException e) {
      if (!isDirectory(directory)) {
        throw e;
      }
    }
  }

  private boolean isDirectory(Path path) throws IOException {
    try {
      return attributes(path).isDirectory();
    } catch (FileSystemException e) {
      return false; // a symbolic link whose target does not exist
    }
  }
}
