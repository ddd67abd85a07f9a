package io.github.loomuring.internal;

import io.github.loomuring.UringFile;
import io.github.loomuring.internal.spi.EngineFile;
import java.util.function.Function;

/** The engine's file of a file of the API, for the other packages of the library. */
public final class FileAccess {
  private static volatile Function<UringFile, EngineFile> way;

  private FileAccess() {}

  /** Called by the initialiser of {@link UringFile}, which has access. */
  public static void show(Function<UringFile, EngineFile> engineFile) {
    way = engineFile;
  }

  public static EngineFile engineFile(UringFile file) {
    return way.apply(file);
  }
}
