package io.github.loomuring.internal.buffers;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reused native memory, through which the bytes of heap buffers go to and from the kernel. Any
 * thread may call.
 *
 * <p>The sizes of buffers are the powers of two from 4 KiB to {@link #MAX_BYTES}. Buffers are
 * page-aligned, as O_DIRECT requires. For each size a bounded number of idle buffers is kept. More
 * than that, and larger buffers, are left to the garbage collector.
 */
public final class Staging {
  /** The largest buffer that is kept for reuse; longer transfers go in pieces of this size. */
  public static final int MAX_BYTES = 1 << 20;

  private static final int MIN_SHIFT = 12;
  private static final int SIZES = 9; // 4 KiB << 8 is 1 MiB
  private static final int IDLE_BYTES_MAX = 16 << 20; // of each size

  private final SpinLock lock = new SpinLock();
  private final Buffer[][] idle = new Buffer[SIZES][]; // guarded by lock
  private final int[] idleCount = new int[SIZES]; // guarded by lock

  public Staging() {
    for (int i = 0; i < SIZES; i++) {
      idle[i] = new Buffer[IDLE_BYTES_MAX >> (MIN_SHIFT + i)];
    }
  }

  /** A buffer of at least {@code bytes} bytes, for the caller until {@link #release}. */
  public Buffer acquire(int bytes) {
    if (bytes > MAX_BYTES) {
      return new Buffer(-1, bytes);
    }
    int size = bytes <= 1 << MIN_SHIFT ? 0 : 32 - Integer.numberOfLeadingZeros(bytes - 1) - 12;
    lock.lock();
    Buffer buffer = idleCount[size] == 0 ? null : idle[size][--idleCount[size]];
    lock.unlock();
    assert buffer == null || buffer.setIdle(false) : "an idle buffer is in use";
    return buffer != null ? buffer : new Buffer(size, 1 << (MIN_SHIFT + size));
  }

  /** Returns a buffer, which the kernel must no longer use. */
  public void release(Buffer buffer) {
    int size = buffer.size;
    assert buffer.setIdle(true) : "the buffer is released twice";
    if (size < 0) {
      return;
    }
    lock.lock();
    if (idleCount[size] < idle[size].length) {
      idle[size][idleCount[size]++] = buffer;
    }
    lock.unlock();
  }

  /** Native memory, also as a byte buffer. */
  public static final class Buffer {
    /** The index of its size; negative if the buffer is not kept for reuse. */
    private final int size;

    private boolean idle; // for assertions; changed by the owner

    public final MemorySegment segment;
    public final ByteBuffer bytes;
    public final long address;

    private Buffer(int size, int length) {
      this.size = size;
      segment = Arena.ofAuto().allocate(length, Math.min(length, Memory.PAGE_BYTES));
      bytes = segment.asByteBuffer();
      address = segment.address();
    }

    /** Returns whether that is a change. */
    private boolean setIdle(boolean value) {
      boolean changed = idle != value;
      idle = value;
      return changed;
    }
  }
}
