package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/**
 * A lock of a {@link UringFileChannel}. It wraps the lock that a channel of the JDK, opened on the
 * same file, has acquired.
 *
 * <p>It is valid until it is released or its channel is closed. Any thread may use it.
 */
final class UringFileLock extends FileLock {
  /** Releases locks through the JDK's channel. */
  interface Releaser {
    void release(UringFileLock lock) throws IOException;
  }

  private final FileChannel channel;
  private final Releaser releaser;
  private final FileLock platform;
  private volatile boolean released;

  /**
   * Wraps a lock of the JDK's channel.
   *
   * @param channel the channel whose user holds the lock
   */
  UringFileLock(FileChannel channel, Releaser releaser, FileLock platform) {
    super(channel, platform.position(), platform.size(), platform.isShared());
    this.channel = channel;
    this.releaser = releaser;
    this.platform = platform;
  }

  /** Returns the lock of the JDK's channel; only threads of the pool may use it. */
  FileLock platform() {
    return platform;
  }

  @Override
  public boolean isValid() {
    return !released && channel.isOpen();
  }

  @Override
  public void release() throws IOException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    releaser.release(this);
    released = true;
  }
}
