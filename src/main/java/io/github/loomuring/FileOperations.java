package io.github.loomuring;

import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.replace.Replacement;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.Flush;
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
 * Operations on files by their paths, as those of {@link java.nio.file.Files}, on one {@link
 * Uring}. Each parks the calling thread as long as it has to wait; none holds a carrier.
 *
 * <p>Paths are of the default file system, otherwise a {@link
 * java.nio.file.ProviderMismatchException} is thrown. An interrupt ends every call in an {@link
 * java.io.InterruptedIOException}, with the interrupt status still set; what was begun may then
 * still happen. On a closed {@link Uring} every call ends in a {@link
 * java.nio.channels.ClosedChannelException}. A null argument is a {@link NullPointerException}.
 * Other failures are {@link FileSystemException}s, or the subclass that {@code Files} throws in
 * such a case.
 *
 * @see UringFiles
 */
public final class FileOperations {
  private static final OpenSpec CREATE =
      OpenSpec.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);

  private final Engine engine;

  FileOperations(Engine engine) {
    this.engine = engine;
  }

  /**
   * All bytes of a file, also of one that does not say its size, such as those of /proc.
   *
   * @param path of the default file system
   * @return a new array
   * @throws java.nio.file.FileSystemException if the file does not fit an array
   * @throws IOException if the file cannot be read
   */
  public byte[] readAllBytes(Path path) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    return engine.readAll(platformPath);
  }

  /**
   * The text of a file in UTF-8.
   *
   * @param path of the default file system
   * @return the text
   * @throws java.nio.charset.CharacterCodingException if the bytes are not UTF-8
   * @throws IOException if the file cannot be read
   */
  public String readString(Path path) throws IOException {
    return readString(path, StandardCharsets.UTF_8);
  }

  /**
   * The text of a file.
   *
   * @param path of the default file system
   * @param charset of the text
   * @return the text
   * @throws java.nio.charset.CharacterCodingException if the bytes are not text in {@code charset}
   * @throws IOException if the file cannot be read
   */
  public String readString(Path path, Charset charset) throws IOException {
    Objects.requireNonNull(charset, "charset");
    ByteBuffer bytes = ByteBuffer.wrap(readAllBytes(path));
    return charset.newDecoder().decode(bytes).toString();
  }

  /**
   * Writes a file: opens it, writes all bytes, closes it. Without options it is created, or cut to
   * nothing first.
   *
   * @param path of the default file system
   * @param bytes all that is to be written
   * @param options as of {@link UringFile#open(Path, OpenOption...)}, instead of CREATE,
   *     TRUNCATE_EXISTING and WRITE
   * @return {@code path}
   * @throws IllegalArgumentException if {@code options} contain READ
   * @throws IOException if the file cannot be written; it may exist then, and hold a part
   */
  public Path write(Path path, byte[] bytes, OpenOption... options) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    Objects.requireNonNull(bytes, "bytes");
    engine.write(platformPath, writing(options), bytes, Flush.NONE);
    return path;
  }

  /**
   * Writes a file and has the device store it, as {@link #write(Path, byte[], OpenOption...)} does
   * without that.
   *
   * @param path of the default file system
   * @param bytes all that is to be written
   * @param sync what is to be on the device when the call returns
   * @param options as of {@link #write(Path, byte[], OpenOption...)}
   * @return {@code path}
   * @throws IllegalArgumentException if {@code options} contain READ
   * @throws IOException if the file cannot be written or stored; it may exist then, and hold a part
   */
  public Path write(Path path, byte[] bytes, Sync sync, OpenOption... options) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    Objects.requireNonNull(bytes, "bytes");
    Objects.requireNonNull(sync, "sync");
    engine.write(platformPath, writing(options), bytes, sync.flush);
    return path;
  }

  /**
   * Replaces what a file holds in one step, or creates it: after a crash at any moment, of the
   * process or the machine, it holds the old bytes or the new ones, whole; and when this has
   * returned, the new ones. A temporary file in the same directory is written, forced and renamed,
   * and the directory is forced.
   *
   * <p>Permissions stay, and owner and group where the process may set them; other attributes, and
   * other links to the file, do not come along. A symbolic link stays, and what it leads to is
   * replaced. Once it has begun, an interrupt or a deadline no longer ends it.
   *
   * <p>No temporary file is left if this fails. A process that is killed can leave one: {@code
   * .loom-uring-} and 16 hexadecimal digits. While no process replaces a file there, {@code
   * Files.newDirectoryStream(directory, ".loom-uring-????????????????")} finds what was left.
   *
   * <p>Owner and permissions are set by the temporary file's descriptor, never by its name: others
   * may give that to another file, where they may write the directory. If they have, this fails.
   * Where the process may not call libc, and on other systems than Linux, owner and group become
   * the process's, and the umask applies to the permissions.
   *
   * @param path of the default file system; a regular file, or none yet
   * @param bytes all that it is to hold
   * @return {@code path}
   * @throws FileSystemException if there is something other than a regular file
   * @throws IOException if it cannot be replaced; unless it was the directory that could not be
   *     forced, the file is as it was
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
   * @param path of the default file system
   * @param text all that is to be written
   * @param options as of {@link #write(Path, byte[], OpenOption...)}
   * @return {@code path}
   * @throws java.nio.charset.CharacterCodingException if the text has half of a surrogate pair;
   *     nothing is done then
   * @throws IOException if the file cannot be written
   */
  public Path writeString(Path path, CharSequence text, OpenOption... options) throws IOException {
    return writeString(path, text, StandardCharsets.UTF_8, options);
  }

  /**
   * Writes text, as {@link #write(Path, byte[], OpenOption...)} writes bytes.
   *
   * @param path of the default file system
   * @param text all that is to be written
   * @param charset to write it in
   * @param options as of {@link #write(Path, byte[], OpenOption...)}
   * @return {@code path}
   * @throws java.nio.charset.CharacterCodingException if {@code charset} cannot express the text;
   *     nothing is done then
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
   * Deletes a file, a symbolic link (not what it leads to), or an empty directory.
   *
   * @param path of the default file system
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws java.nio.file.DirectoryNotEmptyException if it is a directory that is not empty
   * @throws IOException if it cannot be deleted
   */
  public void delete(Path path) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    engine.delete(platformPath);
  }

  /**
   * Deletes a file, a symbolic link or an empty directory, if there is one.
   *
   * @param path of the default file system
   * @return whether there was one
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
   * Gives a file, directory or symbolic link another name, as {@link java.nio.file.Files#move}
   * does: on the same file system in one step, also without ATOMIC_MOVE, and without replacing what
   * another process creates meanwhile; a file goes to another file system as a copy, which is no
   * longer in one step. On the pool, and on file systems without RENAME_NOREPLACE, {@code Files}
   * looks first and moves then.
   *
   * @param source of the default file system
   * @param target of the default file system
   * @param options REPLACE_EXISTING; ATOMIC_MOVE, which replaces too
   * @return {@code target}
   * @throws UnsupportedOperationException for an option that is not known here
   * @throws java.nio.file.FileAlreadyExistsException if there is a target, and it is not to be
   *     replaced
   * @throws java.nio.file.DirectoryNotEmptyException if the target is a directory that is not
   *     empty, or the source is one that would have to be copied
   * @throws java.nio.file.AtomicMoveNotSupportedException if ATOMIC_MOVE was given, and the target
   *     is on another file system
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
        case LinkOption.NOFOLLOW_LINKS -> {} // a link is moved, never followed
        default ->
            throw new UnsupportedOperationException("option=" + option + " is not supported");
      }
    }
    engine.move(platformSource, platformTarget, set);
    return target;
  }

  /**
   * Has each of two names mean what the other did, in one step (RENAME_EXCHANGE of rename(2)).
   *
   * @param one a file, directory or symbolic link
   * @param other another one, on the same file system
   * @throws UnsupportedOperationException on the pool, or if the file system cannot
   * @throws java.nio.file.NoSuchFileException if one of them is missing
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
   * Path, CopyOption...)} does. A copy that has begun is not ended by an interrupt.
   *
   * @param source of the default file system
   * @param target of the default file system
   * @param options as of {@code Files.copy}
   * @return {@code target}
   * @throws java.nio.file.FileAlreadyExistsException if there is a target, and it is not to be
   *     replaced
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
   * @param directory whose parent exists
   * @param attributes {@code posix:permissions}, to which the process's umask is applied
   * @return {@code directory}
   * @throws UnsupportedOperationException for an attribute that is not known here
   * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
   * @throws java.nio.file.NoSuchFileException if the parent is missing
   * @throws IOException if it cannot be created
   */
  public Path createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    Path platformDirectory = PlatformPaths.unwrap("directory", directory);
    engine.createDirectory(platformDirectory, attributes);
    return directory;
  }

  /**
   * Creates a directory and those above it that are missing.
   *
   * @param directory which may exist, also as a link to a directory
   * @param attributes of each one that is created
   * @return {@code directory}
   * @throws java.nio.file.FileAlreadyExistsException if there is something else of that name
   * @throws IOException if one cannot be created
   */
  public Path createDirectories(Path directory, FileAttribute<?>... attributes) throws IOException {
    createOrFindAll(PlatformPaths.unwrap("directory", directory), attributes);
    return directory;
  }

  /**
   * Creates a symbolic link.
   *
   * @param link the name of the link
   * @param target what it leads to, if relative from where the link is; need not exist
   * @return {@code link}
   * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
   * @throws IOException if it cannot be created
   */
  public Path createSymbolicLink(Path link, Path target) throws IOException {
    Path platformLink = PlatformPaths.unwrap("link", link);
    Path platformTarget = PlatformPaths.unwrap("target", target);
    engine.createSymbolicLink(platformLink, platformTarget);
    return link;
  }

  /**
   * Gives a file one more name.
   *
   * @param link the new name
   * @param existing a file on the same file system
   * @return {@code link}
   * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
   * @throws IOException if it cannot be created
   */
  public Path createLink(Path link, Path existing) throws IOException {
    Path platformLink = PlatformPaths.unwrap("link", link);
    Path platformExisting = PlatformPaths.unwrap("existing", existing);
    engine.createLink(platformLink, platformExisting);
    return link;
  }

  /**
   * What a symbolic link leads to.
   *
   * @param link of the default file system
   * @return the target, as it was given
   * @throws java.nio.file.NotLinkException if it is no symbolic link
   * @throws IOException if it cannot be read
   */
  public Path readSymbolicLink(Path link) throws IOException {
    Path platformLink = PlatformPaths.unwrap("link", link);
    return PlatformPaths.like(link, engine.readSymbolicLink(platformLink));
  }

  /**
   * Whether there is a file.
   *
   * @param path of the default file system
   * @param options NOFOLLOW_LINKS, to ask about a link and not what it leads to
   * @return false also if that cannot be found out, for example for lack of a permission
   * @throws java.io.InterruptedIOException on an interrupt
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
   * The size of a file.
   *
   * @param path of the default file system
   * @return bytes
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the file system does not say
   */
  public long size(Path path) throws IOException {
    return attributes(path).size();
  }

  /**
   * What the file system says of a file.
   *
   * @param path of the default file system
   * @param options NOFOLLOW_LINKS, to ask about a link and not what it leads to
   * @return a snapshot
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the file system does not say
   */
  public UringAttributes attributes(Path path, LinkOption... options) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    boolean followLinks = true;
    for (LinkOption option : options) {
      Objects.requireNonNull(option, "options contains null");
      followLinks = false; // there is only this one
    }
    return new UringAttributes(engine.status(platformPath, followLinks));
  }

  /**
   * Sets when a file was modified and accessed last, of what the path leads to, as {@link
   * java.nio.file.attribute.BasicFileAttributeView#setTimes} does: a time before 1970 becomes 1970.
   *
   * @param path of the default file system
   * @param lastModified null to leave it
   * @param lastAccess null to leave it
   * @return {@code path}
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the process may not, which only the file's owner may
   */
  public Path setTimes(Path path, FileTime lastModified, FileTime lastAccess) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    engine.setTimes(platformPath, lastModified, lastAccess);
    return path;
  }

  /**
   * Sets the permissions of what the path leads to, as {@link
   * java.nio.file.Files#setPosixFilePermissions} does.
   *
   * @param path of the default file system
   * @param permissions all that there are to be
   * @return {@code path}
   * @throws UnsupportedOperationException if the file system has no such permissions
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the process may not, which only the file's owner may
   */
  public Path setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    engine.setPermissions(platformPath, Arguments.copyOf(permissions));
    return path;
  }

  /**
   * What is in a directory, all of it at once.
   *
   * @param directory of the default file system
   * @return the entries, each resolved against {@code directory}, in no order
   * @throws java.nio.file.NotDirectoryException if it is no directory
   * @throws IOException if it cannot be read
   */
  public List<Path> list(Path directory) throws IOException {
    Path platformDirectory = PlatformPaths.unwrap("directory", directory);
    List<Path> found = engine.list(platformDirectory);
    return directory == platformDirectory
        ? found
        : found.stream().map(path -> PlatformPaths.like(directory, path)).toList();
  }

  private static OpenSpec writing(OpenOption... options) {
    Objects.requireNonNull(options, "options");
    if (options.length == 0) {
      return CREATE;
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

  private void createOrFindAll(Path directory, FileAttribute<?>... attributes) throws IOException {
    try {
      createOrFind(directory, attributes);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException e) {
      Path parent = directory.toAbsolutePath().getParent();
      boolean mayHelp = e instanceof NoSuchFileException || directory.endsWith(".");
      if (parent == null || !mayHelp) {
        throw e;
      }
      createOrFindAll(parent, attributes);
      createOrFind(directory, attributes);
    }
  }

  private void createOrFind(Path directory, FileAttribute<?>... attributes) throws IOException {
    try {
      engine.createDirectory(directory, attributes);
    } catch (FileAlreadyExistsException e) {
      if (!leadsToDirectory(directory)) {
        throw e;
      }
    }
  }

  private boolean leadsToDirectory(Path path) throws IOException {
    try {
      return attributes(path).isDirectory();
    } catch (FileSystemException e) {
      return false; // a link to nothing
    }
  }
}
