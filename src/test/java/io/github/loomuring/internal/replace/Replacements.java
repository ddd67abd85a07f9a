package io.github.loomuring.internal.replace;

import io.github.loomuring.internal.linux.Kernel;
import java.io.IOException;
import java.nio.file.Path;

/** Replaces files by a kernel of the test, for tests in other packages. */
public final class Replacements {
  private Replacements() {}

  public static void replace(Kernel kernel, Path path, byte[] bytes) throws IOException {
    new Replacement(kernel, path, bytes).call();
  }
}
