package io.github.loomuring.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The copy of the example {@link TreeCopy}, for the benchmarks: the sources of the examples are
 * compiled with them, so that they measure that very program. It is in this package because the
 * parts of the example are package-private.
 */
public final class TimedTreeCopy {
  private TimedTreeCopy() {}

  /**
   * Copies a tree, and reports failures of single files on the standard error.
   *
   * @param engine name of an engine of the example: ring, pool or jdk
   * @param source the tree
   * @param target a directory that does not exist yet
   * @return number of regular files
   * @throws IOException if something could not be copied
   */
  public static long copy(String engine, Path source, Path target) throws IOException {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    CopyEngine.Kind kind = CopyEngine.Kind.valueOf(engine.toUpperCase(Locale.ROOT));
    try (TreeCopier copier = new TreeCopier(kind, err)) {
      copier.copy(source, target);
      CopyResult result = copier.result();
      if (result.failed() > 0) {
        throw new IOException(result.toString());
      }
      return result.files();
    }
  }
}
