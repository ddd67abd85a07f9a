package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** An open file of the pool engine. Any thread may call. */
final class PoolFile implements EngineFile {
  private static final LazyLogger LOGGER = new LazyLogger(PoolFile.class);

  private final PoolHandle handle;
  private final PoolTransfers transfers;
  private final PoolSegments segments;
  private final PoolSpace space;
  private final Engine engine;
  private final Set<PoolFile> openFiles;
  private final Offload closers;
  private final long lockKey;
  private final PoolDescriptors descriptors; // made early: there may be no memory at the close

  /**
   * Makes a file.
   *
   * @param engine does what the JDK's channels cannot do, by the path
   * @param openFiles of the engine; the file removes itself when it is closed
   * @param closers runs the close
   */
  PoolFile(
      PoolHandle handle,
      Engine engine,
      BufferSets bufferSets,
      Set<PoolFile> openFiles,
      Offload closers,
      long lockKey) {
    this.handle = handle;
    this.transfers = new PoolTransfers(handle, bufferSets);
    this.segments = new PoolSegments(handle, transfers);
    this.space = new PoolSpace(handle);
    this.engine = engine;
    this.openFiles = openFiles;
    this.closers = closers;
    this.lockKey = lockKey;
    this.descriptors = new PoolDescriptors(handle.path, handle.channel, handle.writing, lockKey);
  }

  // ---- transfers

  @Override
  public int read(ByteBuffer dst, long offset) throws IOException {
    return transfers.read(dst, offset);
  }

  @Override
  public int write(ByteBuffer src, long offset) throws IOException {
    return transfers.write(src, offset);
  }

  @Override
  public long read(MemorySegment dst, long offset) throws IOException {
    return segments.read(dst, offset);
  }

  @Override
  public long write(MemorySegment src, long offset) throws IOException {
    return segments.write(src, offset);
  }

  @Override
  public long read(ByteBuffer[] dsts, long offset) throws IOException {
    return transfers.read(dsts, offset);
  }

  @Override
  public long write(ByteBuffer[] srcs, long offset) throws IOException {
    return transfers.write(srcs, offset);
  }

  @Override
  public void readRanges(List<RangeTransfer> ranges) throws IOException {
    transfers.readRanges(ranges);
  }

  @Override
  public void writeRanges(List<RangeTransfer> ranges) throws IOException {
    transfers.writeRanges(ranges);
  }

  // ---- the file as a whole

  @Override
  public void force(boolean metaData) throws IOException {
    handle.call(
        () -> {
          handle.channel.force(metaData);
          return null;
        });
  }

  @Override
  public long size() throws IOException {
    return handle.call(handle.channel::size);
  }

  @Override
  public boolean isRegular() {
    return handle.regular;
  }

  @Override
  public long seek(long position) throws IOException {
    return handle.call(() -> seekNow(position));
  }

  private long seekNow(long position) throws IOException {
    try {
      handle.channel.position(position);
      // With APPEND the JDK's channel returns the size as its position.
      return handle.append ? position : handle.channel.position();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      if (handle.seekable) {
        throw e;
      }
      return NO_POSITION;
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    handle.call(() -> handle.writing.truncate(size));
  }

  @Override
  public void change(Space change, long offset, long length) throws IOException {
    space.change(change, offset, length);
  }

  // ---- attributes: the JDK's channels neither return nor set them

  @Override
  public FileStatus status() throws IOException {
    return engine.status(handle.path, true);
  }

  @Override
  public void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException {
    handle.checkMayStart();
    engine.setTimes(handle.path, lastModified, lastAccess);
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    handle.checkMayStart();
    engine.setPermissions(handle.path, permissions);
  }

  // ---- the JDK's channel

  @Override
  public <T> T withJdkChannel(ChannelUse use, ChannelWork<T> work) throws IOException {
    return switch (use) {
      case POOL -> handle.call(() -> work.run(handle.writing));
      case POOL_ALWAYS -> handle.callUninterruptibly(() -> work.run(handle.writing));
      case CALLER -> onCaller(work);
    };
  }

  private <T> T onCaller(ChannelWork<T> work) throws IOException {
    handle.checkMayStart();
    try {
      return work.run(handle.writing);
    } finally {
      if (!handle.writing.isOpen()) {
        closeQuietly(); // an interrupt has closed the channel
      }
    }
  }

  @Override
  public long lockKey() {
    return lockKey;
  }

  @Override
  public boolean isCancellable() {
    return false;
  }

  // ---- the end

  @Override
  public boolean isOpen() {
    return handle.isOpen();
  }

  @Override
  public void close() throws IOException {
    if (handle.beginClose()) {
      openFiles.remove(this);
      closers.callAlways(descriptors); // which exists already: there may be no memory now
    }
  }

  void closeQuietly() {
    try {
      close();
    } catch (IOException | RuntimeException e) {
      LOGGER.get().log(Level.WARNING, handle.path + " could not be closed", e);
    }
  }

  @Override
  public String toString() {
    return "PoolFile[path=" + handle.path + "]";
  }
}
