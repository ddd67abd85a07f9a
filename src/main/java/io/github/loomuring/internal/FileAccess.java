package io.github.loomuring.internal;

import io.github.loomuring.UringFile;
import io.github.loomuring.internal.spi.EngineFile;
import java.util.function.Function;

/** The way from a file of the API to that of its engine, for the library's other packages. */
public final class FileAccess {
  private static volatile Function<UringFile, EngineFile> way;

  private FileAccess() {}

  /** Shows the way; by the class that knows it, before there is a file. */
  public static void show(Function<UringFile, EngineFile> engineFile) {
    way = engineFile;
  }

  public static EngineFile engineFile(UringFile file) {
    return way.apply(file);
  }
}
