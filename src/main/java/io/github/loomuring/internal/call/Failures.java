package io.github.loomuring.internal.call;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** What the JDK's channels throw, as people expect it of files. */
public final class Failures {
  private Failures() {}

  /** The JDK's channels say neither which file it was nor, by the type, that it was one. */
  public static IOException withPath(Path path, IOException e) {
    if (e.getClass() != IOException.class) {
      return e;
    }
    FileSystemException named = new FileSystemException(path.toString(), null, e.getMessage());
    named.initCause(e);
    return named;
  }

  /** Throws {@code thrown}, which a call that has come to its end was to throw before. */
  public static void rethrow(Throwable thrown) throws IOException {
    // No switch over patterns: it is linked at its first use, and there may be no memory for that.
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
