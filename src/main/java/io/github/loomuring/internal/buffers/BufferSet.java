package io.github.loomuring.internal.buffers;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.jvm.StackReserve;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Buffers of one size in one piece of native memory, and their leases. The memory may be registered
 * with the kernel.
 *
 * <p>Any thread may lease, use and return buffers. The garbage collector frees the memory: when
 * neither a segment of it, nor this object, nor an operation that uses one of them is reachable.
 */
public final class BufferSet {
  /** The alignment of buffers, in bytes: the largest that O_DIRECT needs. */
  public static final int ALIGNMENT = 4096;

  /**
   * The most bytes that one call registers, unless one buffer is larger: the ring accepts no
   * requests during the call.
   */
  private static final long PART_BYTES = 16 << 20;

  /** Registers memory with the kernel. */
  public interface Registrar {
    /** Registers {@code memory} in parts of {@code partBytes}; the last one may be shorter. */
    Registration register(MemorySegment memory, long partBytes);
  }

  /**
   * The result of a registration.
   *
   * @param firstIndex the kernel's index of the first part; the others follow
   * @param parts the number of parts
   * @param refusal why the memory is not registered; null if it is
   */
  public record Registration(int firstIndex, int parts, String refusal) {
    public Registration {
      assert refusal != null || (firstIndex >= 0 && parts > 0) : "firstIndex=" + firstIndex;
    }

    /** The result for memory that is not registered. */
    public static Registration refused(String why) {
      return new Registration(-1, 0, why);
    }
  }

  private static final int OPEN = 0;
  private static final int CLOSED = 1;

  /** The engine was closed before the set. */
  private static final int ENGINE_CLOSED = 2;

  private final int bytes;
  private final long stride;
  private final MemorySegment memory;
  private final long address;
  private final Registration registration;
  private final Buffer[] buffers;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition returned = lock.newCondition();
  private final int[] idle; // guarded by lock
  private int idleCount; // guarded by lock
  private int state; // guarded by lock

  BufferSet(int count, int bytes, Registrar registrar) {
    this.bytes = bytes;
    this.stride = (bytes + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
    this.memory = Arena.ofAuto().allocate(stride * count, ALIGNMENT);
    this.address = memory.address();
    long buffersOfPart = Math.max(1, PART_BYTES / stride);
    this.registration = registrar.register(memory, buffersOfPart * stride);
    this.buffers = new Buffer[count];
    this.idle = new int[count];
    for (int i = 0; i < count; i++) {
      int index =
          registration.refusal() == null
              ? registration.firstIndex() + (int) (i / buffersOfPart)
              : -1;
      buffers[i] = new Buffer(this, i, index);
      idle[i] = count - 1 - i; // a stack: buffer 0 is leased first
    }
    idleCount = count;
  }

  public int count() {
    return buffers.length;
  }

  public int bytes() {
    return bytes;
  }

  public boolean isRegistered() {
    return registration.refusal() == null;
  }

  Registration registration() {
    return registration;
  }

  /** The buffer that contains {@code address}; null if none of this set does. */
  Buffer at(long address) {
    long offset = address - this.address;
    return offset < 0 || offset >= memory.byteSize() ? null : buffers[(int) (offset / stride)];
  }

  // ---- leases

  /** Leases an idle buffer, or waits for one until the deadline or an interrupt. */
  public Buffer lease() throws IOException {
    StackReserve.ensure();
    Cancellation.check(this);
    try {
      lock.lockInterruptibly();
      try {
        checkOpen();
        awaitIdle();
        return take();
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(this + ": interrupted while waiting for a buffer");
    }
  }

  /** Leases an idle buffer; null if there is none now. */
  public Buffer tryLease() throws IOException {
    StackReserve.ensure();
    lock.lock();
    try {
      checkOpen();
      return idleCount == 0 ? null : take();
    } finally {
      lock.unlock();
    }
  }

  private void awaitIdle() throws IOException, InterruptedException {
    boolean isLimited = Deadlines.isSet();
    while (idleCount == 0) {
      if (!isLimited) {
        returned.await();
      } else {
        long leftNanos = Deadlines.atNanos() - System.nanoTime();
        if (leftNanos <= 0) {
          throw Deadlines.timeout(this + ": the wait for a buffer");
        }
        returned.awaitNanos(leftNanos);
      }
      if (state == ENGINE_CLOSED) {
        throw new AsynchronousCloseException();
      }
      checkOpen();
    }
  }

  private void checkOpen() throws ClosedChannelException {
    if (state == CLOSED) {
      throw new IllegalStateException(this + " is closed");
    }
    if (state == ENGINE_CLOSED) {
      throw new ClosedChannelException();
    }
  }

  private Buffer take() {
    assert lock.isHeldByCurrentThread() && state == OPEN && idleCount > 0;
    Buffer buffer = buffers[idle[--idleCount]];
    buffer.lend();
    return buffer;
  }

  /** Ends {@code lease} of {@code buffer}. If this throws an Error, the caller may try again. */
  private void putBack(Buffer buffer, long lease) {
    StackReserve.ensure();
    lock.lock();
    try {
      buffer.endLease(lease);
      assert idleCount < idle.length : "more buffers are returned than there are";
      idle[idleCount++] = buffer.number;
      returned.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The number of buffers that are not leased, at this moment. */
  public int idle() {
    lock.lock();
    try {
      return idleCount;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends leasing; no buffer may be leased.
   *
   * @return false if it had ended before
   */
  boolean close() {
    lock.lock();
    try {
      int leased = buffers.length - idleCount;
      if (leased > 0) {
        throw new IllegalStateException(
            this + " cannot be closed: leased=" + leased + " of its buffers are not returned");
      }
      boolean isFirst = state == OPEN;
      state = CLOSED;
      returned.signalAll();
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  /** Ends leasing because the engine was closed; leased buffers can still be returned. */
  void engineClosed() {
    lock.lock();
    try {
      state = state == OPEN ? ENGINE_CLOSED : state;
      returned.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "UringBuffers[count="
        + buffers.length
        + ", bytes="
        + bytes
        + (isRegistered() ? ", registered]" : ", not registered: " + registration.refusal() + "]");
  }

  /** One buffer, its lease, and the number of operations that use it. */
  public static final class Buffer {
    /*
     * state: lease number (31 bits) | LEASED (1 bit) | operations in flight (32 bits)
     *
     * An operation counts itself only while the bit is set. A return clears the bit only while the
     * count is zero. Each is a CAS on the whole word, so neither misses the other, and a return
     * with the number of an earlier lease fails.
     */
    private static final long LEASED = 1L << 32;
    private static final long LEASE_ONE = 1L << 33;
    private static final long LEASE_MASK = -LEASE_ONE;
    private static final long IN_FLIGHT_MASK = LEASED - 1;
    private static final VarHandle STATE;

    static {
      try {
        STATE = MethodHandles.lookup().findVarHandle(Buffer.class, "state", long.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final BufferSet set;
    private final int number;
    private final int index;
    private final long address;
    private volatile long state;

    private Buffer(BufferSet set, int number, int index) {
      this.set = set;
      this.number = number;
      this.index = index;
      this.address = set.address + number * set.stride;
    }

    /** Its memory. */
    public MemorySegment segment() {
      return set.memory.asSlice(number * set.stride, set.bytes);
    }

    /**
     * The kernel's index of the registered memory that contains the buffer; negative if it is not
     * registered.
     */
    public int index() {
      return index;
    }

    /** Whether the buffer contains all of {@code length} bytes at {@code address}. */
    public boolean contains(long address, long length) {
      return address >= this.address && address + length <= this.address + set.bytes;
    }

    private void lend() {
      long s = state; // only the thread that takes an idle buffer changes its state
      assert (s & ~LEASE_MASK) == 0 : this + " is leased, or in use";
      state = (s & LEASE_MASK) + LEASE_ONE | LEASED;
    }

    /** Identifies the present lease, for {@link #giveBack}. */
    public long lease() {
      return state & ~IN_FLIGHT_MASK;
    }

    /** Whether {@code lease} has not ended. */
    public boolean isLeased(long lease) {
      return lease() == lease;
    }

    /** Ends {@code lease}, which must be the present one; no operation may use the buffer. */
    public void giveBack(long lease) {
      set.putBack(this, lease);
    }

    private void endLease(long lease) {
      for (; ; ) {
        long s = state;
        if ((s & ~IN_FLIGHT_MASK) != lease) {
          throw new IllegalStateException(this + " was returned before");
        }
        if (s != lease) {
          throw new IllegalStateException(
              this
                  + " cannot be returned while operations use it: inFlight="
                  + (s & IN_FLIGHT_MASK));
        }
        if (STATE.compareAndSet(this, s, s & LEASE_MASK)) {
          return;
        }
      }
    }

    /** Marks the start of an operation that uses the buffer; {@link #release} must follow. */
    void retain() {
      for (; ; ) {
        long s = state;
        if ((s & LEASED) == 0) {
          throw new IllegalStateException(this + " is used though it is not leased");
        }
        if (STATE.compareAndSet(this, s, s + 1)) {
          return;
        }
      }
    }

    /** Marks the end of an operation: the kernel no longer uses the buffer. */
    public void release() {
      long before = (long) STATE.getAndAdd(this, -1L);
      assert (before & IN_FLIGHT_MASK) != 0 && (before & LEASED) != 0 : this + " was not in use";
    }

    @Override
    public String toString() {
      return "buffer " + number + " of " + set;
    }
  }
}
