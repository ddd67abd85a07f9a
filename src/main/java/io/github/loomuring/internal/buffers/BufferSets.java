package io.github.loomuring.internal.buffers;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@link BufferSet}s of an engine. Its files look up here, by the address, whether memory
 * belongs to one of them.
 *
 * <p>Any thread may call. A set stays here until it is closed, so that its memory is not freed, and
 * no other set gets the same address.
 */
public final class BufferSets {
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed; // guarded by lock

  /** Null while there are no sets: most operations look at nothing else. */
  private volatile BufferSet[] sets; // written under lock

  /** Makes a set. This blocks while the memory is registered. */
  public BufferSet make(int count, int bytes, BufferSet.Registrar registrar) throws IOException {
    BufferSet set = new BufferSet(count, bytes, registrar);
    lock.lock();
    try {
      if (closed) {
        throw new ClosedChannelException(); // the ring is closed, and its registrations are gone
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
   * Closes a set; none of its buffers may be leased.
   *
   * @return the registration to undo; null if there is none
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

  /** Closes all sets, because the engine is closed. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (BufferSet set : sets == null ? new BufferSet[0] : sets) {
        set.engineClosed();
      }
      sets = null; // no operation starts any more
    } finally {
      lock.unlock();
    }
  }

  /**
   * Marks the start of an operation that uses memory at {@code address}; {@link #release} must
   * follow.
   *
   * @return the buffer that contains the address; null if none does
   * @throws IllegalStateException if that buffer is not leased
   */
  public BufferSet.Buffer retain(long address) {
    BufferSet[] all = sets;
    if (all == null) {
      return null;
    }
    for (BufferSet set : all) {
      BufferSet.Buffer buffer = set.at(address);
      if (buffer != null) {
        buffer.retain();
        return buffer;
      }
    }
    return null;
  }

  /** As {@link #retain(long)}, for the memory of {@code buffer} at its position. */
  public BufferSet.Buffer retain(ByteBuffer buffer) {
    return sets == null || !buffer.isDirect() ? null : retain(addressOf(buffer));
  }

  /** As {@link #retain(long)} for each buffer; null if there are no sets. */
  public BufferSet.Buffer[] retain(ByteBuffer[] buffers) {
    if (sets == null) {
      return null;
    }
    BufferSet.Buffer[] retained = new BufferSet.Buffer[buffers.length];
    try {
      for (int i = 0; i < buffers.length; i++) {
        retained[i] = buffers[i].hasRemaining() ? retain(buffers[i]) : null;
      }
      return retained;
    } catch (Throwable t) {
      release(retained);
      throw t;
    }
  }

  private static long addressOf(ByteBuffer buffer) {
    return MemorySegment.ofBuffer(buffer).address();
  }

  /** Marks the end of an operation; null is ignored. */
  public static void release(BufferSet.Buffer retained) {
    if (retained != null) {
      retained.release();
    }
  }

  /** Marks the end of an operation; null is ignored, as an array and in it. */
  public static void release(BufferSet.Buffer[] retained) {
    if (retained != null) {
      for (BufferSet.Buffer buffer : retained) {
        release(buffer);
      }
    }
  }
}
