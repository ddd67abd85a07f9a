package io.github.loomuring.internal.buffers;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
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
 * Buffers of one size in one piece of native memory, which the kernel may know, and who has them.
 *
 * <p>Any thread leases, uses and gives back. The memory is never freed by hand: it stays as long as
 * a segment of it, this object, or an operation that was given one, can be reached.
 */
public final class BufferSet {
  /** Buffers start at multiples of this, in bytes: what O_DIRECT wants at the most. */
  public static final int ALIGNMENT = 4096;

  /**
   * The most bytes that are registered by one call, if a buffer is not larger: the ring takes no
   * requests meanwhile.
   */
  private static final long PART_BYTES = 16 << 20;

  /** Who makes memory known to the kernel. */
  public interface Registrar {
    /** Makes {@code memory} known, cut into parts of {@code partBytes}, the last one shorter. */
    Registration register(MemorySegment memory, long partBytes);
  }

  /**
   * What became of that.
   *
   * @param firstIndex of the first part; those of the others follow
   * @param parts that memory was cut into
   * @param refusal why the kernel does not know the memory; null if it does
   */
  public record Registration(int firstIndex, int parts, String refusal) {
    /** The kernel does not know the memory. */
    public static Registration refused(String why) {
      return new Registration(-1, 0, why);
    }
  }

  private static final int OPEN = 0;
  private static final int CLOSED = 1;

  /** The engine was closed. */
  private static final int GONE = 2;

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
      idle[i] = count - 1 - i; // the last is taken first
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

  /** The buffer that {@code address} is in; null if it is in none of this set. */
  Buffer at(long address) {
    long offset = address - this.address;
    return offset < 0 || offset >= memory.byteSize() ? null : buffers[(int) (offset / stride)];
  }

  // ---- leases

  /** Waits for an idle buffer, until the deadline or an interrupt. */
  public Buffer lease() throws IOException {
    StackReserve.ensure();
    if (Interrupts.pending()) {
      throw new InterruptedIOException(this + ": the thread was interrupted before the operation");
    }
    Deadlines.check(this);
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

  /** An idle buffer; null if there is none now. */
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
      if (state == GONE) {
        throw new AsynchronousCloseException();
      }
      checkOpen();
    }
  }

  private void checkOpen() throws ClosedChannelException {
    if (state == CLOSED) {
      throw new IllegalStateException(this + " is closed");
    }
    if (state == GONE) {
      throw new ClosedChannelException();
    }
  }

  private Buffer take() {
    Buffer buffer = buffers[idle[--idleCount]];
    buffer.lend();
    return buffer;
  }

  /** Ends {@code lease} of {@code buffer}. A thread that cannot wait for the lock may try again. */
  private void putBack(Buffer buffer, long lease) {
    StackReserve.ensure();
    lock.lock();
    try {
      buffer.endLease(lease);
      idle[idleCount++] = buffer.number;
      returned.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Buffers that nobody has, at this moment. */
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
   * @return false if it has ended
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

  /** The engine was closed: leasing ends, and what is leased is still given back. */
  void engineClosed() {
    lock.lock();
    try {
      state = state == OPEN ? GONE : state;
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

  /** One buffer, who has it, and how many operations use it. */
  public static final class Buffer {
    /*
     * state: lease number (31 bits) | LEASED (1 bit) | operations in flight (32 bits)
     *
     * An operation counts itself only while the bit is set, and a return clears the bit only while
     * the count is zero, each with a CAS on the whole word: so neither misses the other, and a
     * return with the number of an earlier lease finds that out.
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
     * The kernel's index of the registered memory that it is part of; negative if there is none.
     */
    public int index() {
      return index;
    }

    /** Whether all of {@code length} bytes at {@code address} are in it. */
    public boolean contains(long address, long length) {
      return address >= this.address && address + length <= this.address + set.bytes;
    }

    private void lend() {
      state = (state & LEASE_MASK) + LEASE_ONE | LEASED; // nobody else touches it when it is idle
    }

    /** What {@link #giveBack} wants to know of the present lease. */
    public long lease() {
      return state & ~IN_FLIGHT_MASK;
    }

    /** Whether the lease has not been given back. */
    public boolean isLeased(long lease) {
      return lease() == lease;
    }

    /** Ends the lease, which must last, and use the buffer no more. */
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

    /** An operation is going to use it; {@link #end} must follow. */
    void begin() {
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

    /** The kernel is done with it. */
    public void end() {
      STATE.getAndAdd(this, -1L);
    }

    @Override
    public String toString() {
      return "buffer " + number + " of " + set;
    }
  }
}
