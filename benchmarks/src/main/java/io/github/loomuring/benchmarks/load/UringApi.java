package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Range;
import io.github.loomuring.Sync;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code UringFile} and {@code UringFiles}, the API of the library. */
final class UringApi implements FileApi<UringFile> {
  private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

  private final Uring uring;

  /** {@link #close()} also closes {@code uring}. */
  UringApi(Uring uring) {
    this.uring = uring;
  }

  @Override
  public UringFile open(Path path, Set<? extends OpenOption> options) throws IOException {
    return uring.openFile(path, options, NO_ATTRIBUTES);
  }

  @Override
  public int read(UringFile file, Block block, long offset) throws IOException {
    return file.read(block.whole(), offset);
  }

  @Override
  public int write(UringFile file, Block block, long offset) throws IOException {
    return file.write(block.whole(), offset);
  }

  @Override
  public int append(UringFile file, Block block) throws IOException {
    return file.append(block.whole());
  }

  @Override
  public void force(UringFile file) throws IOException {
    file.force(false);
  }

  @Override
  public void close(UringFile file) throws IOException {
    file.close();
  }

  @Override
  public int readRanges(UringFile file, Block[] blocks, long[] offsets) throws IOException {
    List<Range> ranges = new ArrayList<>(blocks.length);
    for (int i = 0; i < blocks.length; i++) {
      ranges.add(new Range(blocks[i].whole(), offsets[i]));
    }
    int bytes = 0;
    for (Range.Outcome outcome : file.readRanges(ranges)) {
      bytes += outcome.bytesOrThrow();
    }
    return bytes;
  }

  @Override
  public int readWhole(Path path, Block block) throws IOException {
    return uring.files().readAllBytes(path).length;
  }

  @Override
  public int writeWhole(Path path, Block block, byte[] bytes, boolean durable) throws IOException {
    uring.files().write(path, bytes, durable ? Sync.DATA : Sync.NONE);
    return bytes.length;
  }

  @Override
  public long stat(Path path) throws IOException {
    return uring.files().attributes(path).size();
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    uring.files().move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void link(Path link, Path existing) throws IOException {
    uring.files().createLink(link, existing);
  }

  @Override
  public void makeDirectory(Path path) throws IOException {
    uring.files().createDirectory(path);
  }

  @Override
  public void delete(Path path) throws IOException {
    uring.files().delete(path);
  }

  @Override
  public void close() {
    uring.close();
  }
}
