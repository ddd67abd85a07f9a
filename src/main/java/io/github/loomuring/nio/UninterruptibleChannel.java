package io.github.loomuring.nio;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Interrupts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;

/**
 * A channel that no interrupt closes, and whose operations none ends: what the JDK has beneath the
 * streams of {@link java.nio.file.Files}. The interrupt status stays as it is.
 */
final class UninterruptibleChannel extends FileChannel {
  private final FileChannel channel;

  private UninterruptibleChannel(FileChannel channel) {
    this.channel = channel;
  }

  static FileChannel open(
      Uring uring, Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Set<OpenOption> keepingOpen = new HashSet<>(options);
    keepingOpen.add(UringOpenOption.INTERRUPT_KEEPS_OPEN);
    return new UninterruptibleChannel(
        Calls.opened(() -> UringFileChannel.open(uring, path, keepingOpen, attributes)));
  }

  /**
   * What a stream is to read of {@code channel}. It takes a channel with positions for a file, and
   * skips and transfers up to the size; a device or a FIFO has none that means anything.
   */
  static ReadableByteChannel forStream(FileChannel channel) throws IOException {
    boolean isFile =
        !(channel instanceof UninterruptibleChannel ours)
            || !(ours.channel instanceof UringFileChannel file)
            || Access.get().engineFile(file.file).isRegular()
            || ours.size() > 0;
    return isFile ? channel : new Bytes(channel);
  }

  /** A channel without positions. */
  private record Bytes(FileChannel channel) implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer dst) throws IOException {
      return channel.read(dst);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    return Interrupts.ignored(() -> channel.read(dst));
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    return Interrupts.ignored(() -> channel.read(dsts, offset, length));
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    return Interrupts.ignored(() -> channel.read(dst, position));
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    return Interrupts.ignored(() -> channel.write(src));
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    return Interrupts.ignored(() -> channel.write(srcs, offset, length));
  }

  @Override
  public int write(ByteBuffer src, long position) throws IOException {
    return Interrupts.ignored(() -> channel.write(src, position));
  }

  @Override
  public long position() throws IOException {
    return Interrupts.ignored(channel::position);
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    Interrupts.ignored(() -> channel.position(newPosition));
    return this;
  }

  @Override
  public long size() throws IOException {
    return Interrupts.ignored(channel::size);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    Interrupts.ignored(() -> channel.truncate(size));
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    Interrupts.ignored(
        () -> {
          channel.force(metaData);
          return null;
        });
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    // The kernel copies between two of those that do the work.
    WritableByteChannel to = target instanceof UninterruptibleChannel that ? that.channel : target;
    return Interrupts.ignored(() -> channel.transferTo(position, count, to));
  }

  @Override
  public long transferFrom(ReadableByteChannel src, long position, long count) throws IOException {
    ReadableByteChannel from = src instanceof UninterruptibleChannel that ? that.channel : src;
    return Interrupts.ignored(() -> channel.transferFrom(from, position, count));
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return Interrupts.ignored(() -> channel.map(mode, position, size));
  }

  @Override
  public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    return Interrupts.ignored(() -> channel.map(mode, offset, size, arena));
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return channel.lock(position, size, shared); // may wait for ever: an interrupt ends it
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return Interrupts.ignored(() -> channel.tryLock(position, size, shared));
  }

  @Override
  protected void implCloseChannel() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
