package io.github.loomuring.benchmarks.targets;

import io.github.loomuring.benchmarks.report.TargetMatrix;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system to measure, as the command line names it.
 *
 * @param name name in the results
 * @param directory an existing directory on it; null if the file system is still to be found or
 *     made
 */
record FileSystemChoice(String name, Path directory) {
  /**
   * Parses {@code NAME} or {@code NAME=DIRECTORY}.
   *
   * @throws IllegalArgumentException if the name is unknown and there is no directory, or the
   *     directory does not exist
   */
  static FileSystemChoice of(String text) {
    int equals = text.indexOf('=');
    if (equals > 0) {
      Path directory = Path.of(text.substring(equals + 1));
      if (!Files.isDirectory(directory)) {
        throw new IllegalArgumentException(text + ": there is no such directory");
      }
      return new FileSystemChoice(text.substring(0, equals), directory);
    }
    if (!TargetMatrix.FILE_SYSTEMS.contains(text)) {
      throw new IllegalArgumentException(
          text + " is none of " + TargetMatrix.FILE_SYSTEMS + ", and has no =DIRECTORY");
    }
    return new FileSystemChoice(text, null);
  }
}
