package io.github.loomuring;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.CopyOption;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * The {@link FileOperations} of the {@linkplain Uring#shared() shared} ring, as static methods:
 * what {@link java.nio.file.Files} does, and no carrier is held. Interrupts, closing and failures
 * are as described there.
 */
public final class UringFiles {
  private UringFiles() {}

  /**
   * All bytes of a file, also of one that does not say its size, such as those of /proc.
   *
   * @param path of the default file system
   * @return a new array
   * @throws java.nio.file.FileSystemException if the file does not fit an array
   * @throws IOException if the file cannot be read
   */
  public static byte[] readAllBytes(Path path) throws IOException {
    return files().readAllBytes(path);
  }

  /**
   * The text of a file in UTF-8.
   *
   * @param path of the default file system
   * @return the text
   * @throws java.nio.charset.CharacterCodingException if the bytes are not UTF-8
   * @throws IOException if the file cannot be read
   */
  public static String readString(Path path) throws IOException {
    return files().readString(path);
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
  public static String readString(Path path, Charset charset) throws IOException {
    return files().readString(path, charset);
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
  public static Path write(Path path, byte[] bytes, OpenOption... options) throws IOException {
    return files().write(path, bytes, options);
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
  public static Path write(Path path, byte[] bytes, Sync sync, OpenOption... options)
      throws IOException {
    return files().write(path, bytes, sync, options);
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
   * @throws java.nio.file.FileSystemException if there is something other than a regular file
   * @throws IOException if it cannot be replaced; unless it was the directory that could not be
   *     forced, the file is as it was
   */
  public static Path replace(Path path, byte[] bytes) throws IOException {
    return files().replace(path, bytes);
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
  public static Path writeString(Path path, CharSequence text, OpenOption... options)
      throws IOException {
    return files().writeString(path, text, options);
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
  public static Path writeString(
      Path path, CharSequence text, Charset charset, OpenOption... options) throws IOException {
    return files().writeString(path, text, charset, options);
  }

  /**
   * Deletes a file, a symbolic link (not what it leads to), or an empty directory.
   *
   * @param path of the default file system
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws java.nio.file.DirectoryNotEmptyException if it is a directory that is not empty
   * @throws IOException if it cannot be deleted
   */
  public static void delete(Path path) throws IOException {
    files().delete(path);
  }

  /**
   * Deletes a file, a symbolic link or an empty directory, if there is one.
   *
   * @param path of the default file system
   * @return whether there was one
   * @throws java.nio.file.DirectoryNotEmptyException if it is a directory that is not empty
   * @throws IOException if it cannot be deleted
   */
  public static boolean deleteIfExists(Path path) throws IOException {
    return files().deleteIfExists(path);
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
  public static Path move(Path source, Path target, CopyOption... options) throws IOException {
    return files().move(source, target, options);
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
  public static void exchange(Path one, Path other) throws IOException {
    files().exchange(one, other);
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
  public static Path copy(Path source, Path target, CopyOption... options) throws IOException {
    return files().copy(source, target, options);
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
  public static Path createDirectory(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    return files().createDirectory(directory, attributes);
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
  public static Path createDirectories(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    return files().createDirectories(directory, attributes);
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
  public static Path createSymbolicLink(Path link, Path target) throws IOException {
    return files().createSymbolicLink(link, target);
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
  public static Path createLink(Path link, Path existing) throws IOException {
    return files().createLink(link, existing);
  }

  /**
   * What a symbolic link leads to.
   *
   * @param link of the default file system
   * @return the target, as it was given
   * @throws java.nio.file.NotLinkException if it is no symbolic link
   * @throws IOException if it cannot be read
   */
  public static Path readSymbolicLink(Path link) throws IOException {
    return files().readSymbolicLink(link);
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
  public static boolean exists(Path path, LinkOption... options) throws IOException {
    return files().exists(path, options);
  }

  /**
   * The size of a file.
   *
   * @param path of the default file system
   * @return bytes
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the file system does not say
   */
  public static long size(Path path) throws IOException {
    return files().size(path);
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
  public static UringAttributes attributes(Path path, LinkOption... options) throws IOException {
    return files().attributes(path, options);
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
  public static Path setTimes(Path path, FileTime lastModified, FileTime lastAccess)
      throws IOException {
    return files().setTimes(path, lastModified, lastAccess);
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
  public static Path setPermissions(Path path, Set<PosixFilePermission> permissions)
      throws IOException {
    return files().setPermissions(path, permissions);
  }

  /**
   * What is in a directory, all of it at once.
   *
   * @param directory of the default file system
   * @return the entries, each resolved against {@code directory}, in no order
   * @throws java.nio.file.NotDirectoryException if it is no directory
   * @throws IOException if it cannot be read
   */
  public static List<Path> list(Path directory) throws IOException {
    return files().list(directory);
  }

  private static FileOperations files() {
    return Uring.shared().files();
  }
}
