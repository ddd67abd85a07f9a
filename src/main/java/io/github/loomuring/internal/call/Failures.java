package io.github.loomuring.internal.call;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Turns what was thrown while a call ran into what the call throws. */
public final class Failures {
  private Failures() {}

  /**
   * Turns an exception of the JDK's channels, which names no file, into a {@link
   * FileSystemException} that names {@code path}. Exceptions of a more specific type are returned
   * as they are.
   */
  public static IOException withPath(Path path, IOException e) {
    if (e.getClass() != IOException.class) {
      return e;
    }
    FileSystemException named = new FileSystemException(path.toString(), null, e.getMessage());
    named.initCause(e);
    return named;
  }

  /** Throws {@code thrown}, which was kept until the call had come to its end. */
  public static void rethrow(Throwable thrown) throws IOException {
    // No pattern switch: it is linked at its first use, and there may be no memory for that.
    if (thrown instanceof Error e) {
      throw e;
    }
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof IOException e) {
      throw e;
    }
    throw new IOException(thrown);
  }
}
