package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.Engine;
import io.github.loomuring.internal.EngineFile;
import io.github.loomuring.internal.OpenSpec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine for where there is no io_uring: the JDK's {@link FileChannel} on a bounded pool of
 * platform threads, whose callers park.
 *
 * <p>Pool threads are never interrupted, so an interrupt closes no channel here either.
 */
public final class PoolEngine implements Engine {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFBLK = 0060000;
  private static final int S_IFDIR = 0040000;

  private final int threadsMax;
  private final Offload offload;

  /** Closing must not queue behind the very operations that it ends. */
  private final Offload closers = new Offload(4);

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
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException(path + ": the thread was interrupted before the operation");
    }
    PoolFile file = offload.callOrLeave(() -> openNow(path, spec), PoolFile::closeQuietly);
    files.add(file);
    if (closed) {
      file.close();
      throw new ClosedChannelException();
    }
    return file;
  }

  private PoolFile openNow(Path path, OpenSpec spec) throws IOException {
    FileAttribute<?>[] attributes = spec.attributes().toArray(new FileAttribute<?>[0]);
    // The JDK unlinks at once for DELETE_ON_CLOSE, so the type is asked for while there is a name.
    FileChannel channel =
        FileChannel.open(path, without(spec, StandardOpenOption.DELETE_ON_CLOSE), attributes);
    FileChannel writing = channel;
    try {
      boolean seekable = isSeekable(path);
      if (!seekable && spec.read() && spec.write()) {
        // A channel has one position, under a lock that a blocked read would hold against writes.
        writing = FileChannel.open(path, StandardOpenOption.WRITE);
      }
      if (spec.deleteOnClose()) {
        Files.deleteIfExists(path);
      }
      return new PoolFile(this, path, channel, writing, seekable, spec.append());
    } catch (Throwable t) {
      channel.close();
      if (writing != channel) {
        writing.close();
      }
      throw t;
    }
  }

  private static Set<? extends java.nio.file.OpenOption> without(
      OpenSpec spec, StandardOpenOption option) {
    if (!spec.options().contains(option)) {
      return spec.options();
    }
    Set<java.nio.file.OpenOption> rest = new HashSet<>(spec.options());
    rest.remove(option);
    rest.add(java.nio.file.LinkOption.NOFOLLOW_LINKS); // as the JDK does for DELETE_ON_CLOSE
    return rest;
  }

  private static boolean isSeekable(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return !Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class)
          .isOther();
    }
    int type = (int) Files.getAttribute(path, "unix:mode") & S_IFMT;
    return type == S_IFREG || type == S_IFBLK || type == S_IFDIR;
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
