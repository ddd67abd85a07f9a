package io.github.loomuring.internal.pool;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.platform.PosixLocks;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.spi.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine for processes without io_uring: the JDK's {@link FileChannel} on a bounded pool of
 * platform threads, while the callers park.
 *
 * <p>Any thread may call. Pool threads are never interrupted, so an interrupt of the caller does
 * not close the channel.
 */
public final class PoolEngine implements Engine {
  private final int threadsMax;
  private final Offload offload;

  /** Closes files. A close must not queue behind the operations that it ends. */
  private final Offload closers = new Offload(4);

  private final BufferSets bufferSets = new BufferSets();
  private final Set<PoolFile> openFiles = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Makes an engine with at most {@code threadsMax} threads. */
  public PoolEngine(int threadsMax) {
    this.threadsMax = threadsMax;
    this.offload = new Offload(threadsMax);
  }

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    checkOpen();
    Cancellation.check(path);
    PoolFile file = offload.callOrAbandon(() -> openNow(path, spec), PoolFile::closeQuietly);
    try {
      openFiles.add(file);
    } catch (Throwable t) { // no memory for the entry
      file.closeQuietly();
      throw t;
    }
    if (closed) {
      file.close();
      throw new ClosedChannelException();
    }
    return file;
  }

  private PoolFile openNow(Path path, OpenSpec spec) throws IOException {
    // Before the open, because with DELETE_ON_CLOSE the name is gone after it.
    int type = type(path);
    boolean seekable = isSeekable(type);
    FileChannel channel = FileChannel.open(path, spec.options(), spec.attributes());
    FileChannel writing = channel;
    try {
      if (!seekable && spec.read() && spec.write()) {
        // A channel reads and writes at its position under one lock. A read that blocks would keep
        // that lock from writes.
        writing = FileChannel.open(path, StandardOpenOption.WRITE);
      }
      long key = spec.deleteOnClose() ? PosixLocks.UNKNOWN : PoolDescriptors.keyOf(path);
      boolean regular = seekable && type != S_IFBLK;
      PoolHandle handle =
          new PoolHandle(offload, path, channel, writing, seekable, regular, spec.append());
      return new PoolFile(handle, this, bufferSets, openFiles, closers, key);
    } catch (Throwable t) {
      try (channel) {
        writing.close();
      }
      throw t;
    }
  }

  /**
   * The type of a file. A file whose attributes cannot be read counts as regular: it does not exist
   * yet, or the open fails and says why.
   */
  private static int type(Path path) {
    try {
      if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        boolean other = Files.readAttributes(path, BasicFileAttributes.class).isOther();
        return other ? S_IFCHR : S_IFREG;
      }
      return (int) Files.getAttribute(path, "unix:mode") & S_IFMT;
    } catch (IOException e) {
      return S_IFREG;
    }
  }

  private static boolean isSeekable(int type) {
    return type == S_IFREG || type == S_IFBLK || type == S_IFDIR;
  }

  @Override
  public byte[] readAll(Path path) throws IOException {
    byte[] bytes =
        callOrAbandon(
            () -> {
              if (!Files.isRegularFile(path)) {
                return null; // the open may block: Engine.readAll opens with a call that can be
                // left
              }
              return unlessLocked(
                  path,
                  () -> {
                    WholeFile.checkFits(path, Files.size(path));
                    return Files.readAllBytes(path);
                  });
            });
    return bytes != null ? bytes : Engine.super.readAll(path);
  }

  @Override
  public void write(Path path, OpenSpec spec, byte[] bytes, Sync sync) throws IOException {
    Boolean written =
        call(
            () -> {
              if (!isSeekable(type(path)) || spec.direct()) {
                return null;
              }
              return unlessLocked(
                  path,
                  () -> {
                    writeNow(path, spec, bytes, sync);
                    return true;
                  });
            });
    if (written == null) {
      Engine.super.write(path, spec, bytes, sync);
    }
  }

  /** Runs work that opens and closes the file; returns null if that might drop a lock on it. */
  private static <T> T unlessLocked(Path path, Callable<T> work) throws Exception {
    long key = PoolDescriptors.keyOf(path);
    if (key == PosixLocks.NONE || key == PosixLocks.UNKNOWN) { // the file does not exist yet
      return PosixLocks.areHeld() ? null : work.call();
    }
    int place = PosixLocks.beginClose(key);
    if (place == PosixLocks.REFUSED) {
      return null;
    }
    try {
      return work.call();
    } finally {
      PosixLocks.endClose(place);
    }
  }

  private static void writeNow(Path path, OpenSpec spec, byte[] bytes, Sync sync)
      throws IOException {
    try (FileChannel channel = FileChannel.open(path, spec.options(), spec.attributes())) {
      ByteBuffer src = ByteBuffer.wrap(bytes);
      while (src.hasRemaining()) {
        channel.write(src);
      }
      if (sync != Sync.NONE) {
        channel.force(sync == Sync.FULL);
      }
    } catch (IOException e) {
      throw Failures.withPath(path, e);
    }
  }

  @Override
  public <T> T call(Callable<T> work) throws IOException {
    checkOpen();
    return offload.call(work);
  }

  @Override
  public <T> T callOrAbandon(Callable<T> work) throws IOException {
    checkOpen();
    return offload.callOrAbandon(work, _ -> {});
  }

  private void checkOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public BufferSet buffers(int count, int bytes) throws IOException {
    checkOpen();
    BufferSet.Registration none = BufferSet.Registration.refused("there is no io_uring");
    return offload.callUninterruptibly(() -> bufferSets.make(count, bytes, (_, _) -> none));
  }

  @Override
  public void close(BufferSet buffers) {
    bufferSets.close(buffers);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
    bufferSets.close();
    for (PoolFile file : openFiles) {
      file.closeQuietly(); // ends the calls that block in it
    }
    offload.close();
    closers.close();
  }

  @Override
  public String toString() {
    return "pool, threadsMax=" + threadsMax;
  }
}
