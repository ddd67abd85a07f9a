package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Uring;
import io.github.loomuring.UringBuffers;
import io.github.loomuring.UringFile;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code UringFile} with registered buffers: each thread keeps one leased buffer. */
final class RegisteredBuffersApi implements FileApi<UringFile> {
  private final Uring uring;
  private final UringApi files;
  private UringBuffers buffers;
  private final List<UringBuffers.Lease> leases = new ArrayList<>();

  /** {@link #close()} also closes {@code uring}. */
  RegisteredBuffersApi(Uring uring) {
    this.uring = uring;
    this.files = new UringApi(uring);
  }

  @Override
  public Block block(Site site, int thread, int threads, int bytes) throws IOException {
    if (buffers == null || buffers.bytes() != bytes || buffers.count() < threads) {
      closeBuffers();
      buffers = uring.buffers(threads, bytes);
      if (!buffers.isRegistered()) {
        throw new IOException(buffers.toString());
      }
      for (int i = 0; i < threads; i++) {
        UringBuffers.Lease lease = buffers.lease();
        lease.segment().copyFrom(site.block(i, bytes).segment());
        leases.add(lease);
      }
    }
    UringBuffers.Lease lease = leases.get(thread);
    return new Block(lease.buffer(), lease.segment());
  }

  private void closeBuffers() {
    leases.forEach(UringBuffers.Lease::close);
    leases.clear();
    if (buffers != null) {
      buffers.close();
      buffers = null;
    }
  }

  @Override
  public UringFile open(Path path, Set<? extends OpenOption> options) throws IOException {
    return files.open(path, options);
  }

  @Override
  public int read(UringFile file, Block block, long offset) throws IOException {
    return files.read(file, block, offset);
  }

  @Override
  public int write(UringFile file, Block block, long offset) throws IOException {
    return files.write(file, block, offset);
  }

  @Override
  public int append(UringFile file, Block block) throws IOException {
    return files.append(file, block);
  }

  @Override
  public void force(UringFile file) throws IOException {
    files.force(file);
  }

  @Override
  public void close(UringFile file) throws IOException {
    files.close(file);
  }

  @Override
  public void close() {
    closeBuffers();
    files.close();
  }
}
