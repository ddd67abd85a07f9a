package io.github.loomuring.internal.pool;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.platform.PosixLocks;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.spi.WholeFile;
import java.io.IOException;
import java.io.InterruptedIOException;
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
 * The engine for where there is no io_uring: the JDK's {@link FileChannel} on a bounded pool of
 * platform threads, whose callers park.
 *
 * <p>Pool threads are never interrupted, so an interrupt closes no channel here either.
 */
public final class PoolEngine implements Engine {
  private final int threadsMax;
  private final Offload offload;

  /** Closing must not queue behind the very operations that it ends. */
  private final Offload closers = new Offload(4);

  final BufferSets bufferSets = new BufferSets();
  private final Set<PoolFile> files = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** An engine of at most {@code threadsMax} threads. */
  public PoolEngine(int threadsMax) {
    this.threadsMax = threadsMax;
    this.offload = new Offload(threadsMax);
  }

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (Interrupts.pending()) {
      throw new InterruptedIOException(path + ": the thread was interrupted before the operation");
    }
    Deadlines.check(path);
    PoolFile file = offload.callOrLeave(() -> openNow(path, spec), PoolFile::closeQuietly);
    try {
      files.add(file);
    } catch (Throwable t) { // no memory for it
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
    // Before the open, because with DELETE_ON_CLOSE there is no name after it.
    int type = type(path);
    boolean seekable = isSeekable(type);
    FileChannel channel = FileChannel.open(path, spec.options(), spec.attributes());
    FileChannel writing = channel;
    try {
      if (!seekable && spec.read() && spec.write()) {
        // A channel has one position, under a lock that a blocked read would hold against writes.
        writing = FileChannel.open(path, StandardOpenOption.WRITE);
      }
      // With DELETE_ON_CLOSE the name is gone.
      long key = spec.deleteOnClose() ? PosixLocks.UNKNOWN : PoolDescriptors.keyOf(path);
      return new PoolFile(
          this, path, channel, writing, seekable, seekable && type != S_IFBLK, spec.append(), key);
    } catch (Throwable t) {
      try (channel) {
        writing.close();
      }
      throw t;
    }
  }

  /** What cannot be looked at counts as a file: it is missing, or the open says what is wrong. */
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
        callOrLeave(
            () -> {
              if (!Files.isRegularFile(path)) {
                return null; // it may block: the one that opens it can be left
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

  /** Runs work that opens and closes the file; null if that might drop a lock on it. */
  private static <T> T unlessLocked(Path path, Callable<T> work) throws Exception {
    long key = PoolDescriptors.keyOf(path);
    if (key == PosixLocks.NONE || key == PosixLocks.UNKNOWN) { // there is no such file yet
      return PosixLocks.areHeld() ? null : work.call();
    }
    int place = PosixLocks.begin(key);
    if (place == PosixLocks.REFUSED) {
      return null;
    }
    try {
      return work.call();
    } finally {
      PosixLocks.end(place);
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
  public <T> T callOrLeave(Callable<T> work) throws IOException {
    checkOpen();
    return offload.callOrLeave(work, _ -> {});
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

  Offload offload() {
    return offload;
  }

  Offload closers() {
    return closers;
  }

  void forget(PoolFile file) {
    files.remove(file);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
    bufferSets.close();
    for (PoolFile file : files) {
      file.closeQuietly(); // ends what blocks in it
    }
    offload.close();
    closers.close();
  }

  @Override
  public String toString() {
    return "pool, threadsMax=" + threadsMax;
  }
}
