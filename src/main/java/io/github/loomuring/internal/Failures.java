package io.github.loomuring.internal;

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
}
