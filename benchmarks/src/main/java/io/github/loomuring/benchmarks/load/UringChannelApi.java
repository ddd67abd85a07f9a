package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Uring;
import io.github.loomuring.nio.UringFileChannel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;

/** {@code UringFileChannel}: the library as a {@code FileChannel}. */
final class UringChannelApi extends FileChannelApi {
  private final Uring uring;

  /** {@link #close()} also closes {@code uring}. */
  UringChannelApi(Uring uring) {
    super(false, true);
    this.uring = uring;
  }

  @Override
  public FileChannel open(Path path, Set<? extends OpenOption> options) throws IOException {
    return UringFileChannel.open(uring, path, options);
  }

  @Override
  public void close() {
    uring.close();
  }
}
