package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code java.nio.file.Files} for whole files; otherwise {@code FileChannel}. */
final class FilesApi extends FileChannelApi {
  FilesApi() {
    super(false, true);
  }

  @Override
  public int readWhole(Path path, Block block) throws IOException {
    return Files.readAllBytes(path).length;
  }

  @Override
  public int writeWhole(Path path, Block block, byte[] bytes, boolean durable) throws IOException {
    if (durable) {
      Files.write(
          path,
          bytes,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          StandardOpenOption.DSYNC);
    } else {
      Files.write(path, bytes);
    }
    return bytes.length;
  }
}
