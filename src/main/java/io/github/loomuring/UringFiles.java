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
 * Operations on paths, like those of {@link java.nio.file.Files}, as static methods. They run on
 * the {@linkplain Uring#shared() shared} {@code Uring}.
 *
 * <p>Every method calls the method of {@link FileOperations} with the same name and parameters.
 * That class describes the operations in detail, with interrupts, closing and exceptions. {@link
 * Uring#files()} has the same operations on another {@code Uring}.
 */
public final class UringFiles {
  private UringFiles() {}

  /**
   * Reads all bytes of a file; see {@link FileOperations#readAllBytes(Path)}.
   *
   * @param path the file
   * @return a new array
   * @throws IOException as described there
   */
  public static byte[] readAllBytes(Path path) throws IOException {
    return files().readAllBytes(path);
  }

  /**
   * Reads a file and decodes it from UTF-8; see {@link FileOperations#readString(Path)}.
   *
   * @param path the file
   * @return the text
   * @throws IOException as described there
   */
  public static String readString(Path path) throws IOException {
    return files().readString(path);
  }

  /**
   * Reads a file and decodes it; see {@link FileOperations#readString(Path, Charset)}.
   *
   * @param path the file
   * @param charset the charset of the text
   * @return the text
   * @throws IOException as described there
   */
  public static String readString(Path path, Charset charset) throws IOException {
    return files().readString(path, charset);
  }

  /**
   * Creates or truncates a file, or opens it as {@code options} say, and writes bytes to it; see
   * {@link FileOperations#write(Path, byte[], OpenOption...)}.
   *
   * @param path the file
   * @param bytes the bytes to write
   * @param options how to open the file
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path write(Path path, byte[] bytes, OpenOption... options) throws IOException {
    return files().write(path, bytes, options);
  }

  /**
   * Creates or truncates a file, or opens it as {@code options} say, writes bytes to it, and writes
   * the file to its device; see {@link FileOperations#write(Path, byte[], Sync, OpenOption...)}.
   *
   * @param path the file
   * @param bytes the bytes to write
   * @param sync the part of the file that is on the device when the call returns
   * @param options how to open the file
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path write(Path path, byte[] bytes, Sync sync, OpenOption... options)
      throws IOException {
    return files().write(path, bytes, sync, options);
  }

  /**
   * Replaces the content of a file atomically, even if the machine crashes, or creates the file;
   * see {@link FileOperations#replace(Path, byte[])}.
   *
   * @param path a regular file, or a file that does not exist
   * @param bytes the new content
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path replace(Path path, byte[] bytes) throws IOException {
    return files().replace(path, bytes);
  }

  /**
   * Creates or truncates a file, or opens it as {@code options} say, and writes text to it in
   * UTF-8; see {@link FileOperations#writeString(Path, CharSequence, OpenOption...)}.
   *
   * @param path the file
   * @param text the text to write
   * @param options how to open the file
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path writeString(Path path, CharSequence text, OpenOption... options)
      throws IOException {
    return files().writeString(path, text, options);
  }

  /**
   * Creates or truncates a file, or opens it as {@code options} say, and writes text to it; see
   * {@link FileOperations#writeString(Path, CharSequence, Charset, OpenOption...)}.
   *
   * @param path the file
   * @param text the text to write
   * @param charset the charset to encode the text in
   * @param options how to open the file
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path writeString(
      Path path, CharSequence text, Charset charset, OpenOption... options) throws IOException {
    return files().writeString(path, text, charset, options);
  }

  /**
   * Deletes a file, an empty directory, or a symbolic link; see {@link
   * FileOperations#delete(Path)}.
   *
   * @param path the file, directory or link
   * @throws IOException as described there
   */
  public static void delete(Path path) throws IOException {
    files().delete(path);
  }

  /**
   * Deletes a file, an empty directory, or a symbolic link, if it exists; see {@link
   * FileOperations#deleteIfExists(Path)}.
   *
   * @param path the file, directory or link
   * @return whether it existed
   * @throws IOException as described there
   */
  public static boolean deleteIfExists(Path path) throws IOException {
    return files().deleteIfExists(path);
  }

  /**
   * Moves or renames a file, directory or symbolic link; see {@link FileOperations#move(Path, Path,
   * CopyOption...)}.
   *
   * @param source the file, directory or link
   * @param target the new path
   * @param options REPLACE_EXISTING, and ATOMIC_MOVE, which implies it
   * @return {@code target}
   * @throws IOException as described there
   */
  public static Path move(Path source, Path target, CopyOption... options) throws IOException {
    return files().move(source, target, options);
  }

  /**
   * Exchanges two files, directories or symbolic links atomically; see {@link
   * FileOperations#exchange(Path, Path)}.
   *
   * @param one a file, directory or symbolic link
   * @param other a file, directory or symbolic link on the same file system
   * @throws IOException as described there
   */
  public static void exchange(Path one, Path other) throws IOException {
    files().exchange(one, other);
  }

  /**
   * Copies a file, an empty directory or a symbolic link; see {@link FileOperations#copy(Path,
   * Path, CopyOption...)}.
   *
   * @param source the file, directory or link
   * @param target the path of the copy
   * @param options as of {@code Files.copy}
   * @return {@code target}
   * @throws IOException as described there
   */
  public static Path copy(Path source, Path target, CopyOption... options) throws IOException {
    return files().copy(source, target, options);
  }

  /**
   * Creates a directory; see {@link FileOperations#createDirectory(Path, FileAttribute...)}.
   *
   * @param directory the directory, whose parent exists
   * @param attributes {@code posix:permissions}
   * @return {@code directory}
   * @throws IOException as described there
   */
  public static Path createDirectory(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    return files().createDirectory(directory, attributes);
  }

  /**
   * Creates a directory, and all parents of it that do not exist; see {@link
   * FileOperations#createDirectories(Path, FileAttribute...)}.
   *
   * @param directory the directory
   * @param attributes {@code posix:permissions} of each directory that is created
   * @return {@code directory}
   * @throws IOException as described there
   */
  public static Path createDirectories(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    return files().createDirectories(directory, attributes);
  }

  /**
   * Creates a symbolic link; see {@link FileOperations#createSymbolicLink(Path, Path)}.
   *
   * @param link the path of the link
   * @param target the target of the link
   * @return {@code link}
   * @throws IOException as described there
   */
  public static Path createSymbolicLink(Path link, Path target) throws IOException {
    return files().createSymbolicLink(link, target);
  }

  /**
   * Creates a hard link; see {@link FileOperations#createLink(Path, Path)}.
   *
   * @param link the path of the link
   * @param existing the file to link to
   * @return {@code link}
   * @throws IOException as described there
   */
  public static Path createLink(Path link, Path existing) throws IOException {
    return files().createLink(link, existing);
  }

  /**
   * Reads the target of a symbolic link; see {@link FileOperations#readSymbolicLink(Path)}.
   *
   * @param link the symbolic link
   * @return the target
   * @throws IOException as described there
   */
  public static Path readSymbolicLink(Path link) throws IOException {
    return files().readSymbolicLink(link);
  }

  /**
   * Returns whether a file exists; see {@link FileOperations#exists(Path, LinkOption...)}.
   *
   * @param path the file
   * @param options NOFOLLOW_LINKS, to ask about a symbolic link and not about its target
   * @return false if the file does not exist, or if that cannot be determined
   * @throws IOException as described there
   */
  public static boolean exists(Path path, LinkOption... options) throws IOException {
    return files().exists(path, options);
  }

  /**
   * Returns the size of a file; see {@link FileOperations#size(Path)}.
   *
   * @param path the file
   * @return the size in bytes
   * @throws IOException as described there
   */
  public static long size(Path path) throws IOException {
    return files().size(path);
  }

  /**
   * Reads the attributes of a file; see {@link FileOperations#attributes(Path, LinkOption...)}.
   *
   * @param path the file
   * @param options NOFOLLOW_LINKS, to read those of a symbolic link and not those of its target
   * @return a snapshot of the attributes
   * @throws IOException as described there
   */
  public static UringAttributes attributes(Path path, LinkOption... options) throws IOException {
    return files().attributes(path, options);
  }

  /**
   * Sets the times of the last modification and the last access; see {@link
   * FileOperations#setTimes(Path, FileTime, FileTime)}.
   *
   * @param path the file
   * @param lastModified the time of the last modification; null leaves it unchanged
   * @param lastAccess the time of the last access; null leaves it unchanged
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path setTimes(Path path, FileTime lastModified, FileTime lastAccess)
      throws IOException {
    return files().setTimes(path, lastModified, lastAccess);
  }

  /**
   * Sets the permissions of a file; see {@link FileOperations#setPermissions(Path, Set)}.
   *
   * @param path the file
   * @param permissions the complete new permissions
   * @return {@code path}
   * @throws IOException as described there
   */
  public static Path setPermissions(Path path, Set<PosixFilePermission> permissions)
      throws IOException {
    return files().setPermissions(path, permissions);
  }

  /**
   * Lists the entries of a directory; see {@link FileOperations#list(Path)}.
   *
   * @param directory the directory
   * @return the entries, each resolved against {@code directory}
   * @throws IOException as described there
   */
  public static List<Path> list(Path directory) throws IOException {
    return files().list(directory);
  }

  private static FileOperations files() {
    return Uring.shared().files();
  }
}
