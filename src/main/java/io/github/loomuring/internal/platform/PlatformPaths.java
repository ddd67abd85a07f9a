package io.github.loomuring.internal.platform;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.Objects;

/**
 * The file system of the platform, and its paths behind those of a file system that wraps it.
 *
 * <p>The engines know paths of the platform only. The default file system is the platform's, unless
 * the JVM was started with one of ours in its place: then that one has said so by {@link #use}.
 */
public final class PlatformPaths {
  /** A path of a file system that wraps the platform's. */
  public interface Wrapper extends Path {
    Path platformPath();

    /** {@code path} of the platform, as one of this path's file system. */
    Path wrap(Path path);
  }

  private static volatile FileSystem inPlaceOfDefault;

  private PlatformPaths() {}

  /** Names the platform's file system, before any path is seen, where it is not the default. */
  public static void use(FileSystem platform) {
    inPlaceOfDefault = platform;
  }

  public static FileSystem fileSystem() {
    FileSystem named = inPlaceOfDefault;
    return named != null ? named : FileSystems.getDefault();
  }

  /**
   * The platform's path that {@code path} is or wraps.
   *
   * @param name of the argument
   * @throws ProviderMismatchException if it is a path of something else
   */
  public static Path unwrap(String name, Path path) {
    Objects.requireNonNull(path, name);
    Path unwrapped = path instanceof Wrapper wrapper ? wrapper.platformPath() : path;
    if (unwrapped.getFileSystem() != fileSystem()) {
      throw new ProviderMismatchException(name + "=" + path + " is not of the default file system");
    }
    return unwrapped;
  }

  /** A path of the platform that an operation on {@code origin} has found, of origin's kind. */
  public static Path like(Path origin, Path found) {
    return origin instanceof Wrapper wrapper ? wrapper.wrap(found) : found;
  }
}
