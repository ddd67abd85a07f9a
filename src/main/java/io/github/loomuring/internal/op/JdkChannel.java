package io.github.loomuring.internal.op;

import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.platform.PosixLocks;
import io.github.loomuring.internal.spi.EngineFile.ChannelUse;
import io.github.loomuring.internal.spi.EngineFile.ChannelWork;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * A channel of the JDK on a file of the ring, for mappings and locks, which only the JDK has.
 *
 * <p>It is opened when it is first needed, through the descriptor, so that it is of the same file
 * whatever has become of the path. Whoever calls holds a reference to the file.
 */
final class JdkChannel extends PosixLocks.Descriptor implements Callable<Void> {
  private final Handle handle;
  private volatile FileChannel channel;

  JdkChannel(Handle handle) {
    this.handle = handle;
  }

  <T> T run(ChannelUse use, ChannelWork<T> work) throws IOException {
    if (!handle.kind.seekable()) {
      throw new FileSystemException(
          handle.path.toString(), null, "only a regular file can be mapped or locked");
    }
    if (use == ChannelUse.POOL) {
      return handle.context.pool.call(() -> work.run(channel()));
    }
    return use == ChannelUse.POOL_ALWAYS
        ? handle.context.pool.callAlways(() -> work.run(channel()))
        : onCaller(work);
  }

  /** With a channel of its own, which an interrupt may close. */
  private <T> T onCaller(ChannelWork<T> work) throws IOException {
    JdkChannel own = new JdkChannel(handle);
    try {
      return work.run(handle.context.pool.call(own::channel));
    } finally {
      own.end();
    }
  }

  /** Called by threads of the pool, which may wait. */
  private synchronized FileChannel channel() throws IOException {
    if (channel == null) {
      channel = open();
    }
    return channel;
  }

  private FileChannel open() throws IOException {
    Set<OpenOption> access = new HashSet<>();
    if (handle.kind.readable()) {
      access.add(StandardOpenOption.READ);
    }
    if (handle.kind.writable()) {
      access.add(StandardOpenOption.WRITE);
    }
    return PlatformPaths.fileSystem().provider().newFileChannel(handle.descriptorPath(), access);
  }

  /** Closes the channel, if there is one, as soon as no lock stands against it. */
  void end() throws IOException {
    if (channel != null) {
      handle.context.pool.callAlways(this); // nothing is made for that: there may be no memory
    }
  }

  /** Closes it, by a thread of the pool. */
  @Override
  public Void call() throws IOException {
    PosixLocks.close(this);
    return null;
  }

  @Override
  public long key() {
    return handle.kind.lockKey();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return "the JDK's channel of " + handle.path;
  }
}
