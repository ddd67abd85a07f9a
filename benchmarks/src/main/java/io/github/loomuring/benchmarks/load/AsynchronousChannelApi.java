package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** {@code AsynchronousFileChannel} on its own pool. The virtual thread waits for the future. */
final class AsynchronousChannelApi implements FileApi<AsynchronousFileChannel> {
  private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

  @Override
  public AsynchronousFileChannel open(Path path, Set<? extends OpenOption> options)
      throws IOException {
    return AsynchronousFileChannel.open(path, options, null, NO_ATTRIBUTES);
  }

  @Override
  public int read(AsynchronousFileChannel file, Block block, long offset) throws IOException {
    return result(file.read(block.whole(), offset));
  }

  @Override
  public int write(AsynchronousFileChannel file, Block block, long offset) throws IOException {
    return result(file.write(block.whole(), offset));
  }

  @Override
  public int append(AsynchronousFileChannel file, Block block) {
    throw new UnsupportedOperationException("AsynchronousFileChannel cannot append");
  }

  @Override
  public void force(AsynchronousFileChannel file) throws IOException {
    file.force(false);
  }

  @Override
  public void close(AsynchronousFileChannel file) throws IOException {
    file.close();
  }

  private static int result(Future<Integer> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptedIOException("nothing interrupts the threads of a measurement");
    }
  }
}
