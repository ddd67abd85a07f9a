package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/** {@code java.nio.channels.FileChannel}. */
class FileChannelApi implements FileApi<FileChannel> {
  private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

  private final boolean platformThreads;
  private final boolean sharesFile;

  FileChannelApi(boolean platformThreads, boolean sharesFile) {
    this.platformThreads = platformThreads;
    this.sharesFile = sharesFile;
  }

  static FileChannelApi shared() {
    return new FileChannelApi(false, true);
  }

  static FileChannelApi oneEach() {
    return new FileChannelApi(false, false);
  }

  static FileChannelApi onPlatformThreads() {
    return new FileChannelApi(true, true);
  }

  @Override
  public FileChannel open(Path path, Set<? extends OpenOption> options) throws IOException {
    return FileChannel.open(path, options, NO_ATTRIBUTES);
  }

  @Override
  public int read(FileChannel file, Block block, long offset) throws IOException {
    return file.read(block.whole(), offset);
  }

  @Override
  public int write(FileChannel file, Block block, long offset) throws IOException {
    return file.write(block.whole(), offset);
  }

  @Override
  public int append(FileChannel file, Block block) throws IOException {
    return file.write(block.whole());
  }

  @Override
  public void force(FileChannel file) throws IOException {
    file.force(false);
  }

  @Override
  public void close(FileChannel file) throws IOException {
    file.close();
  }

  @Override
  public Thread.Builder threads() {
    return platformThreads ? Thread.ofPlatform() : Thread.ofVirtual();
  }

  @Override
  public boolean sharesFile() {
    return sharesFile;
  }
}
