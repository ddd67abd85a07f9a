package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;

/**
 * A lock that a {@link UringFileChannel} holds by one of a JDK's channel of the same file.
 *
 * <p>It becomes invalid when it is released, and when its channel is closed. Threads may share it.
 */
final class UringFileLock extends FileLock {
  private final UringFileChannel channel;
  private final ChannelLocks locks;

  /** The lock of the JDK's channel, to be used on the pool. */
  final FileLock plain;

  private volatile boolean released;

  UringFileLock(UringFileChannel channel, ChannelLocks locks, FileLock plain) {
    super(channel, plain.position(), plain.size(), plain.isShared());
    this.channel = channel;
    this.locks = locks;
    this.plain = plain;
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
    locks.release(this);
    released = true;
  }
}
