package io.github.loomuring.internal.buffers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@link BufferSet}s of an engine, whose files find by the address whether memory is of one.
 *
 * <p>Any thread may call. A set stays here until it is closed: another one's memory could be at the
 * same address.
 */
public final class BufferSets {
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed; // guarded by lock

  /** Null while there are none, which is all that most operations look at. */
  private volatile BufferSet[] sets; // written under lock

  /** Makes a set, which takes a while. */
  public BufferSet make(int count, int bytes, BufferSet.Registrar registrar) throws IOException {
    BufferSet set = new BufferSet(count, bytes, registrar);
    lock.lock();
    try {
      if (closed) {
        throw new ClosedChannelException(); // the ring is gone, and with it what it knew
      }
      BufferSet[] old = sets;
      BufferSet[] more = old == null ? new BufferSet[1] : Arrays.copyOf(old, old.length + 1);
      more[more.length - 1] = set;
      sets = more;
    } finally {
      lock.unlock();
    }
    return set;
  }

  /**
   * Closes a set, of which no buffer may be leased.
   *
   * @return what is to be taken back from the kernel; null if nothing is
   */
  public BufferSet.Registration close(BufferSet set) {
    if (!set.close()) {
      return null;
    }
    lock.lock();
    try {
      BufferSet[] old = sets;
      if (old != null) {
        BufferSet[] fewer = Arrays.stream(old).filter(s -> s != set).toArray(BufferSet[]::new);
        sets = fewer.length == 0 ? null : fewer;
      }
    } finally {
      lock.unlock();
    }
    return set.isRegistered() ? set.registration() : null;
  }

  /** The engine is closed. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (BufferSet set : sets == null ? new BufferSet[0] : sets) {
        set.engineClosed();
      }
      sets = null; // no operation begins any more
    } finally {
      lock.unlock();
    }
  }

  /**
   * An operation is going to use memory at {@code address}; {@link #end} must follow.
   *
   * @return the buffer that it starts in; null if that is none
   * @throws IllegalStateException if that buffer is not leased
   */
  public BufferSet.Buffer begin(long address) {
    BufferSet[] all = sets;
    if (all == null) {
      return null;
    }
    for (BufferSet set : all) {
      BufferSet.Buffer buffer = set.at(address);
      if (buffer != null) {
        buffer.begin();
        return buffer;
      }
    }
    return null;
  }

  /** As {@link #begin(long)}, for the memory from the position of {@code buffer} on. */
  public BufferSet.Buffer begin(ByteBuffer buffer) {
    return sets == null || !buffer.isDirect() ? null : begin(addressOf(buffer));
  }

  /** As {@link #begin(long)} for each; null if there are no sets. */
  public BufferSet.Buffer[] begin(ByteBuffer[] buffers) {
    if (sets == null) {
      return null;
    }
    BufferSet.Buffer[] begun = new BufferSet.Buffer[buffers.length];
    try {
      for (int i = 0; i < buffers.length; i++) {
        begun[i] = buffers[i].hasRemaining() ? begin(buffers[i]) : null;
      }
      return begun;
    } catch (Throwable t) {
      end(begun);
      throw t;
    }
  }

  private static long addressOf(ByteBuffer buffer) {
    return java.lang.foreign.MemorySegment.ofBuffer(buffer).address();
  }

  /** The operation has ended. */
  public static void end(BufferSet.Buffer begun) {
    if (begun != null) {
      begun.end();
    }
  }

  /** The operation has ended. */
  public static void end(BufferSet.Buffer[] begun) {
    if (begun != null) {
      for (BufferSet.Buffer buffer : begun) {
        end(buffer);
      }
    }
  }
}
