package io.github.loomuring.internal.platform;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.Objects;

/**
 * The platform's file system, and the conversion of paths of file systems that wrap it.
 *
 * <p>The engines know only paths of the platform's file system. That is the default file system,
 * unless the JVM was started with the library's provider as the default one. The library's file
 * system then names the platform's by {@link #use}.
 */
public final class PlatformPaths {
  /** A path of a file system that wraps the platform's file system. */
  public interface Wrapper extends Path {
    Path platformPath();

    /**
     * Converts {@code path}, of the platform's file system, to a path of this one's file system.
     */
    Path wrap(Path path);
  }

  // Static, because the JVM has one default file system.
  private static volatile FileSystem notDefault;

  private PlatformPaths() {}

  /**
   * Sets the platform's file system if it is not the default one; called before any path is used.
   */
  public static void use(FileSystem platform) {
    notDefault = platform;
  }

  public static FileSystem fileSystem() {
    FileSystem set = notDefault;
    return set != null ? set : FileSystems.getDefault();
  }

  /**
   * The path of the platform's file system that {@code path} is or wraps.
   *
   * @param name the name of the argument, for messages
   * @throws ProviderMismatchException if it is a path of another file system
   */
  public static Path unwrap(String name, Path path) {
    Objects.requireNonNull(path, name);
    Path unwrapped = path instanceof Wrapper wrapper ? wrapper.platformPath() : path;
    if (unwrapped.getFileSystem() != fileSystem()) {
      throw new ProviderMismatchException(name + "=" + path + " is not of the default file system");
    }
    return unwrapped;
  }

  /**
   * Converts a path of the platform's file system to a path of the file system of {@code origin}.
   */
  public static Path like(Path origin, Path found) {
    return origin instanceof Wrapper wrapper ? wrapper.wrap(found) : found;
  }
}
