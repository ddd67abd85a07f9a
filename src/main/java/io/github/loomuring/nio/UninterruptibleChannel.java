package io.github.loomuring.nio;

import io.github.loomuring.Uring;
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
 * A channel that ignores interrupts: an interrupt neither closes it nor ends its calls, except
 * {@link #lock}. The interrupt status of the thread does not change. The streams of {@link
 * java.nio.file.Files} use such a channel, as they do in the JDK. Any thread may use it.
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
        CallDispatcher.open(() -> UringFileChannel.open(uring, path, keepingOpen, attributes)));
  }

  /**
   * Returns the channel that an input stream reads. The JDK's stream treats a {@link
   * java.nio.channels.SeekableByteChannel} as a file: it skips and transfers up to the size. A
   * device or a FIFO has no size that would allow this, so its stream reads a channel without
   * positions.
   */
  static ReadableByteChannel forStream(FileChannel channel) throws IOException {
    boolean isFile =
        !(channel instanceof UninterruptibleChannel uninterruptible)
            || !(uninterruptible.channel instanceof UringFileChannel file)
            || file.isRegular()
            || uninterruptible.size() > 0;
    return isFile ? channel : new UnseekableChannel(channel);
  }

  /** A channel without positions. */
  private record UnseekableChannel(FileChannel channel) implements ReadableByteChannel {
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
    // Unwrapped: the kernel copies only between two channels that are UringFileChannels.
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
    return channel.lock(position, size, shared); // an interrupt ends it, as it may wait forever
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
