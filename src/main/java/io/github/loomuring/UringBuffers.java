package io.github.loomuring;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.spi.Engine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A fixed number of buffers of one size, which callers lease and return, for files of one {@link
 * Uring}.
 *
 * <p>The kernel pins and maps the memory of an ordinary buffer for each transfer. It does so only
 * once for these buffers, when they are made and registered. This saves processor time, most of all
 * with {@code ExtendedOpenOption.DIRECT}, for which the buffers have the required alignment.
 *
 * <p>Callers pass the buffers to the ordinary methods. A {@link UringFile} recognises the memory by
 * its address, in any slice, duplicate or view that lies within one buffer. Reads and writes of a
 * single buffer, and of ranges, then use it as registered memory.
 *
 * {@snippet :
 * try (UringBuffers buffers = uring.buffers(64, 16_384);
 *     UringBuffers.Lease lease = buffers.lease()) {
 *   file.readFully(lease.buffer(), offset);
 * }
 * }
 *
 * <p>If the kernel does not accept the memory, and on the pool and with files of other {@code
 * Uring}s, the buffers are used like ordinary buffers, with the same results. If the kernel does
 * not accept the memory, one log line for each {@code Uring} names the cause and the remedy.
 *
 * <p><b>Misuse.</b> The library throws an {@link IllegalStateException} if a buffer that is not
 * leased is used by a read or write of this {@code Uring}, if a buffer is returned twice, and if a
 * buffer is returned while a read or write uses it. It cannot detect code that keeps a buffer or
 * segment after the return and accesses its bytes, or uses it for I/O while another caller has
 * leased it; such code reads and overwrites the data of that caller. Memory is never freed while a
 * buffer or segment refers to it.
 *
 * <p>Any thread may call any method, and may return a buffer that another thread has leased.
 */
public final class UringBuffers implements AutoCloseable {
  static final int COUNT_MAX = 1 << 20;
  static final int BYTES_MAX = 1 << 30;

  private final Engine engine; // the one that made the set; the shared Uring may have another later
  private final BufferSet set;

  /** Makes buffers on {@code engine}; {@code count} and {@code bytes} are within their limits. */
  UringBuffers(Engine engine, int count, int bytes) throws IOException {
    this.engine = engine;
    this.set = engine.buffers(count, bytes);
  }

  /**
   * Leases a buffer. If all buffers are leased, the call waits until one is returned. Waiting
   * threads are served in the order of their calls, but a call that is made at the moment of a
   * return may overtake them.
   *
   * @return the lease, to be closed by the caller
   * @throws IllegalStateException if these buffers are closed
   * @throws java.nio.channels.ClosedChannelException if the {@code Uring} is closed, or is closed
   *     during the call
   * @throws java.io.InterruptedIOException if the thread is interrupted before or during the wait;
   *     the interrupt status stays set
   * @throws FileTimeoutException if a {@link Deadline} passes
   * @throws IOException never for another reason
   */
  public Lease lease() throws IOException {
    return leaseOf(set.lease());
  }

  /**
   * Leases a buffer if one is available, without waiting. Interrupts and deadlines have no effect.
   *
   * @return the lease, to be closed by the caller; empty if all buffers are leased
   * @throws IllegalStateException if these buffers are closed
   * @throws java.nio.channels.ClosedChannelException if the {@code Uring} is closed
   * @throws IOException never for another reason
   */
  public Optional<Lease> tryLease() throws IOException {
    BufferSet.Buffer buffer = set.tryLease();
    return buffer == null ? Optional.empty() : Optional.of(leaseOf(buffer));
  }

  private static Lease leaseOf(BufferSet.Buffer buffer) {
    try {
      return new Lease(buffer);
    } catch (Throwable t) { // no memory for the lease
      buffer.giveBack(buffer.lease());
      throw t;
    }
  }

  /**
   * Returns whether the memory was registered with the kernel when the buffers were made.
   *
   * @return false if the buffers are used like ordinary buffers
   */
  public boolean isRegistered() {
    return set.isRegistered();
  }

  /**
   * Returns the number of buffers.
   *
   * @return the number that was given to {@link Uring#buffers}
   */
  public int count() {
    return set.count();
  }

  /**
   * Returns the size of each buffer.
   *
   * @return the size in bytes that was given to {@link Uring#buffers}
   */
  public int bytes() {
    return set.bytes();
  }

  /**
   * Returns the number of buffers that are not leased at present.
   *
   * @return a number from 0 to {@link #count}
   */
  public int idle() {
    return set.idle();
  }

  /**
   * Ends leasing and unregisters the memory, which may have to wait for the kernel; an interrupt
   * does not end the wait. The garbage collector frees the memory. Closing closed buffers has no
   * effect.
   *
   * <p>Closing the {@link Uring} also unregisters the memory, and ends the calls that wait for a
   * buffer. Buffers that are leased at that time are still to be returned.
   *
   * @throws IllegalStateException if a buffer is leased; the buffers then stay open
   */
  @Override
  public void close() {
    engine.close(set);
  }

  /** Returns count, size, and whether the memory is registered or why not, for messages. */
  @Override
  public String toString() {
    return set.toString();
  }

  /**
   * The right to use one of the buffers until the lease is closed. A buffer whose lease is never
   * closed is not leased again. The initial content of the buffer is undefined: zeros, or data of
   * an earlier lease.
   */
  public static final class Lease implements AutoCloseable {
    private final BufferSet.Buffer buffer;
    private final long number;
    private final MemorySegment segment;
    private final ByteBuffer bytes;

    private Lease(BufferSet.Buffer buffer) {
      this.buffer = buffer;
      this.number = buffer.lease();
      this.segment = buffer.segment();
      this.bytes = segment.asByteBuffer();
    }

    /**
     * Returns the memory of the buffer, whose address is a multiple of 4,096.
     *
     * @return a segment of {@link UringBuffers#bytes} bytes, the same one at every call, which any
     *     thread may access
     * @throws IllegalStateException if the buffer was returned
     */
    public MemorySegment segment() {
      checkLeased();
      return segment;
    }

    /**
     * Returns the memory as a direct buffer. Initially its position is 0 and its limit is its
     * capacity.
     *
     * @return the same buffer at every call
     * @throws IllegalStateException if the buffer was returned
     */
    public ByteBuffer buffer() {
      checkLeased();
      return bytes;
    }

    private void checkLeased() {
      if (!buffer.isLeased(number)) {
        throw new IllegalStateException(buffer + " was returned");
      }
    }

    /**
     * Returns the buffer to the set.
     *
     * @throws IllegalStateException if the buffer was returned before, or if a read or write is
     *     using it, in which case it stays leased
     */
    @Override
    public void close() {
      buffer.giveBack(number);
    }

    /** Names the buffer and says whether it was returned, for messages. */
    @Override
    public String toString() {
      return "Lease of " + buffer + (buffer.isLeased(number) ? "" : ", returned");
    }
  }
}
