package io.github.loomuring;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.spi.Engine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A fixed number of buffers of one size, for files of one {@link Uring}, to be leased in turn.
 *
 * <p>The kernel pins and maps the memory of an ordinary buffer for each transfer; that of these
 * once, when they are made. There is nothing to do for it: a {@link UringFile} recognises by its
 * address memory that is all in one of these buffers, whichever slice, duplicate or view of it, and
 * reads and writes of one buffer, and of ranges, then use it as such. It saves processor time,
 * above all with {@code ExtendedOpenOption.DIRECT}, for which buffers have the alignment that is
 * needed.
 *
 * {@snippet :
 * try (UringBuffers buffers = uring.buffers(64, 16_384);
 *     UringBuffers.Lease lease = buffers.lease()) {
 *   file.readFully(lease.buffer(), offset);
 * }
 * }
 *
 * <p>Where the kernel does not take the memory, on the pool, and by other {@code Uring}s' files,
 * the buffers are used as any others are, with the same results. Why the kernel did not take it is
 * logged once a {@code Uring}, with what to do about it.
 *
 * <p><b>Misuse.</b> A read or write of this {@code Uring} on a buffer that is not leased, a second
 * return, and a return while a read or write uses the buffer, are {@link IllegalStateException}s.
 * What cannot be detected is Java code that keeps a buffer or segment after the return and accesses
 * it, or that uses it for I/O when somebody else has leased it: it sees, and overwrites, what is
 * the other's. Memory is never freed while anything refers to it.
 *
 * <p>Any thread may call any method, and may return what another one has leased.
 */
public final class UringBuffers implements AutoCloseable {
  private static final int COUNT_MAX = 1 << 20;
  private static final int BYTES_MAX = 1 << 30;

  private final Engine engine; // that of the shared Uring may be replaced
  private final BufferSet set;

  UringBuffers(Uring uring, int count, int bytes) throws IOException {
    check("count", count, COUNT_MAX);
    check("bytes", bytes, BYTES_MAX);
    this.engine = uring.engine();
    this.set = engine.buffers(count, bytes);
  }

  private static void check(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(name + "=" + value + " is not from 1 to " + max);
    }
  }

  /**
   * Waits until a buffer is idle and takes it. Threads that wait are served in their order, but one
   * that comes just when a buffer is returned may be quicker.
   *
   * @return what {@link Lease#close} gives back
   * @throws IllegalStateException if these buffers are closed
   * @throws java.nio.channels.ClosedChannelException if the {@code Uring} is closed, or was during
   *     the call
   * @throws java.io.InterruptedIOException if the thread is interrupted before or while it waits;
   *     the interrupt status stays set
   * @throws FileTimeoutException if a {@link Deadline} passes
   * @throws IOException none but these
   */
  public Lease lease() throws IOException {
    return leaseOf(set.lease());
  }

  /**
   * Takes a buffer if one is idle now. An interrupt or deadline changes nothing.
   *
   * @return what {@link Lease#close} gives back; empty if all are leased
   * @throws IllegalStateException if these buffers are closed
   * @throws java.nio.channels.ClosedChannelException if the {@code Uring} is closed
   * @throws IOException none but this
   */
  public Optional<Lease> tryLease() throws IOException {
    BufferSet.Buffer buffer = set.tryLease();
    return buffer == null ? Optional.empty() : Optional.of(leaseOf(buffer));
  }

  private static Lease leaseOf(BufferSet.Buffer buffer) {
    try {
      return new Lease(buffer);
    } catch (Throwable t) { // no memory for it
      buffer.giveBack(buffer.lease());
      throw t;
    }
  }

  /**
   * Whether the kernel took the memory when the buffers were made.
   *
   * @return false if they are used as any others are
   */
  public boolean isRegistered() {
    return set.isRegistered();
  }

  /**
   * How many buffers there are.
   *
   * @return as it was asked for
   */
  public int count() {
    return set.count();
  }

  /**
   * The size of each buffer.
   *
   * @return bytes, as it was asked for
   */
  public int bytes() {
    return set.bytes();
  }

  /**
   * How many buffers are not leased.
   *
   * @return from 0 to {@link #count}, at this moment
   */
  public int idle() {
    return set.idle();
  }

  /**
   * Ends leasing and has the kernel forget the memory, which may wait for it; an interrupt does not
   * end the wait. The memory is freed by the garbage collector. Closing closed ones does nothing.
   *
   * <p>Closing the {@link Uring} has the kernel forget the memory too, and ends the calls that wait
   * for a buffer; what is leased then is still returned.
   *
   * @throws IllegalStateException if a buffer is leased: nothing has changed then
   */
  @Override
  public void close() {
    engine.close(set);
  }

  /** Count, size, and whether the kernel knows the memory, or why not. */
  @Override
  public String toString() {
    return set.toString();
  }

  /**
   * The right to use one of the buffers, until it is closed; if it is forgotten, the buffer is not
   * leased again. What is in the buffer at first is not defined: what was read by others, or zero.
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
     * The memory, which starts at a multiple of 4,096 bytes.
     *
     * @return always the same one, of {@link UringBuffers#bytes} bytes, for all threads
     * @throws IllegalStateException if the buffer was returned
     */
    public MemorySegment segment() {
      checkLeased();
      return segment;
    }

    /**
     * The memory as a direct buffer, whose position and limit are 0 and its capacity at first.
     *
     * @return always the same one
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
     * Returns the buffer.
     *
     * @throws IllegalStateException if it was returned before, or if a read or write uses it: it is
     *     still leased then
     */
    @Override
    public void close() {
      buffer.giveBack(number);
    }

    /** Which buffer, and whether it was returned. */
    @Override
    public String toString() {
      return "Lease of " + buffer + (buffer.isLeased(number) ? "" : ", returned");
    }
  }
}
