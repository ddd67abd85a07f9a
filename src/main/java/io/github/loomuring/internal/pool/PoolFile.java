package io.github.loomuring.internal.pool;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Failures;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/** An open file of the pool engine. */
final class PoolFile implements EngineFile {
  private static final LazyLogger LOGGER = new LazyLogger(PoolFile.class);

  /** Pieces in which bytes go to and from a segment that only its own thread may touch. */
  private static final int CONFINED_PIECE_BYTES = 1 << 20;

  /** The most bytes of one call, as on the ring: MAX_RW_COUNT of linux/fs.h. */
  private static final int CALL_BYTES_MAX = 0x7ffff000;

  /** What DIRECT files have buffers aligned to, at the most. */
  private static final int PAGE_BYTES = 4096;

  private final PoolEngine engine;
  private final Path path;
  private final FileChannel channel;
  private final FileChannel writing;
  private final boolean seekable;
  private final boolean regular;
  private final boolean append;
  private final long lockKey;
  private final PoolDescriptors descriptors;

  /**
   * In a file that cannot seek one call a direction runs; the others park here, not in a thread.
   */
  private final ReentrantLock readLock = new ReentrantLock(true);

  private final ReentrantLock writeLock = new ReentrantLock(true);
  private volatile boolean closed;

  PoolFile(
      PoolEngine engine,
      Path path,
      FileChannel channel,
      FileChannel writing,
      boolean seekable,
      boolean regular,
      boolean append,
      long lockKey) {
    this.engine = engine;
    this.path = path;
    this.channel = channel;
    this.writing = writing;
    this.seekable = seekable;
    this.regular = regular;
    this.append = append;
    this.lockKey = lockKey;
    this.descriptors = new PoolDescriptors(path, channel, writing, lockKey);
  }

  @Override
  public int read(ByteBuffer dst, long offset) throws IOException {
    BufferSet.Buffer leased = engine.bufferSets.begin(dst);
    try {
      return readNow(dst, offset);
    } finally {
      BufferSets.end(leased);
    }
  }

  private int readNow(ByteBuffer dst, long offset) throws IOException {
    int n =
        seekable
            ? call(() -> channel.read(dst, offset))
            : inOrder(readLock, () -> channel.read(dst));
    return Math.max(n, 0);
  }

  @Override
  public int write(ByteBuffer src, long offset) throws IOException {
    BufferSet.Buffer leased = engine.bufferSets.begin(src);
    try {
      return writeNow(src, offset);
    } finally {
      BufferSets.end(leased);
    }
  }

  private int writeNow(ByteBuffer src, long offset) throws IOException {
    if (!seekable) {
      return inOrder(writeLock, () -> writing.write(src));
    }
    if (append && regular) {
      return call(() -> writing.write(src, 0)); // the kernel ignores the position
    }
    if (offset == APPEND) {
      // One append at a time; writers elsewhere may still come in between.
      return inOrder(writeLock, () -> writing.write(src, writing.size()));
    }
    return call(() -> writing.write(src, offset));
  }

  @Override
  public long read(MemorySegment dst, long offset) throws IOException {
    if (isShared(dst)) {
      return read(prefix(dst, CALL_BYTES_MAX).asByteBuffer(), offset);
    }
    ByteBuffer piece = piece(dst);
    long done = 0;
    while (done < dst.byteSize()) {
      piece.clear().limit((int) Math.min(piece.capacity(), dst.byteSize() - done));
      int wanted = piece.remaining();
      int n = read(piece, offset + done);
      MemorySegment.copy(MemorySegment.ofBuffer(piece.flip()), 0, dst, done, n);
      done += n;
      if (n < wanted || !seekable) {
        break;
      }
    }
    return done;
  }

  @Override
  public long write(MemorySegment src, long offset) throws IOException {
    if (isShared(src)) {
      return write(prefix(src, CALL_BYTES_MAX).asByteBuffer(), offset);
    }
    boolean divisible = seekable && !append && offset != APPEND;
    ByteBuffer piece =
        divisible
            ? piece(src)
            : aligned((int) Math.min(src.byteSize(), CALL_BYTES_MAX - PAGE_BYTES));
    long done = 0;
    while (done < src.byteSize()) {
      int wanted = (int) Math.min(piece.capacity(), src.byteSize() - done);
      piece.clear().limit(wanted);
      MemorySegment.copy(src, done, MemorySegment.ofBuffer(piece), 0, wanted);
      int n = write(piece, divisible ? offset + done : offset);
      done += n;
      if (n < wanted || !divisible) {
        break;
      }
    }
    return done;
  }

  private static boolean isShared(MemorySegment segment) {
    return segment.isAccessibleBy(POOL_THREAD);
  }

  /** Stands for a pool thread where a segment is asked who may touch it. */
  private static final Thread POOL_THREAD = Thread.ofPlatform().unstarted(() -> {});

  private static MemorySegment prefix(MemorySegment segment, int bytesMax) {
    return segment.asSlice(0, Math.min(segment.byteSize(), bytesMax));
  }

  private static ByteBuffer piece(MemorySegment segment) {
    return aligned((int) Math.min(segment.byteSize(), CONFINED_PIECE_BYTES));
  }

  private static ByteBuffer aligned(int bytes) {
    return ByteBuffer.allocateDirect(bytes + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, bytes);
  }

  @Override
  public long read(ByteBuffer[] dsts, long offset) throws IOException {
    BufferSet.Buffer[] leased = engine.bufferSets.begin(dsts);
    try {
      if (!seekable) {
        return Math.max(inOrder(readLock, () -> channel.read(dsts)), 0);
      }
      return call(() -> eachInTurn(dsts, (dst, at) -> channel.read(dst, offset + at)));
    } finally {
      BufferSets.end(leased);
    }
  }

  @Override
  public long write(ByteBuffer[] srcs, long offset) throws IOException {
    BufferSet.Buffer[] leased = engine.bufferSets.begin(srcs);
    try {
      if (!seekable) {
        return inOrder(writeLock, () -> writing.write(srcs));
      }
      if (append && regular) {
        return call(() -> writing.write(srcs)); // in one piece
      }
      return call(() -> eachInTurn(srcs, (src, at) -> writing.write(src, offset + at)));
    } finally {
      BufferSets.end(leased);
    }
  }

  /** One transfer, so many bytes after the first. */
  private interface Step {
    int run(ByteBuffer buffer, long at) throws IOException;
  }

  private static long eachInTurn(ByteBuffer[] buffers, Step step) throws IOException {
    long done = 0;
    for (ByteBuffer buffer : buffers) {
      while (buffer.hasRemaining()) {
        int n;
        try {
          n = step.run(buffer, done);
        } catch (IOException e) {
          if (done > 0) {
            return done; // a lasting error comes with the next call
          }
          throw e;
        }
        if (n <= 0) {
          return done;
        }
        done += n;
      }
    }
    return done;
  }

  @Override
  public void readRanges(List<RangeTransfer> ranges) throws IOException {
    each(ranges, range -> readNow(range.buffer, range.offset));
  }

  @Override
  public void writeRanges(List<RangeTransfer> ranges) throws IOException {
    each(ranges, range -> writeNow(range.buffer, range.offset));
  }

  /** What transfers one range. */
  private interface RangeStep {
    int run(RangeTransfer range) throws IOException;
  }

  private void each(List<RangeTransfer> ranges, RangeStep step) {
    ByteBuffer[] buffers = ranges.stream().map(r -> r.buffer).toArray(ByteBuffer[]::new);
    BufferSet.Buffer[] leased = engine.bufferSets.begin(buffers); // all, before any is moved
    try {
      for (RangeTransfer range : ranges) {
        try {
          range.bytes = range.buffer.hasRemaining() ? step.run(range) : 0;
        } catch (IOException e) {
          range.failure = e;
        }
      }
    } finally {
      BufferSets.end(leased);
    }
  }

  @Override
  public void force(boolean metaData) throws IOException {
    call(
        () -> {
          channel.force(metaData);
          return null;
        });
  }

  @Override
  public long size() throws IOException {
    return call(channel::size);
  }

  @Override
  public boolean isRegular() {
    return regular;
  }

  @Override
  public long seek(long position) throws IOException {
    return call(() -> seekNow(position));
  }

  private long seekNow(long position) throws IOException {
    try {
      channel.position(position);
      return append ? position : channel.position(); // the JDK would say the size
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      if (seekable) {
        throw e;
      }
      return NO_POSITION;
    }
  }

  @Override
  public FileStatus status() throws IOException {
    return engine.status(path, true); // the JDK's channels do not say
  }

  @Override
  public void truncate(long size) throws IOException {
    call(() -> writing.truncate(size));
  }

  // The JDK's channels set neither.

  @Override
  public void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException {
    checkMayBegin();
    engine.setTimes(path, lastModified, lastAccess);
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    checkMayBegin();
    engine.setPermissions(path, permissions);
  }

  // ---- space; without fallocate(2) it is made, and emptied, by writing zeros

  @Override
  public void change(Space change, long offset, long length) throws IOException {
    checkMayBegin();
    // What is written to a file opened with APPEND goes to its end.
    boolean possible = change == Space.ALLOCATE || (!append && !change.movesBytes());
    if (!seekable || !possible) {
      throw new UnsupportedOperationException(
          path
              + ": "
              + change
              + " at offset="
              + offset
              + " of length="
              + length
              + (seekable ? ": this needs io_uring" : ": this is no regular file"));
    }
    if (change == Space.ALLOCATE) {
      while (inOrder(writeLock, () -> growBy(offset + length - writing.size()))) {}
      return;
    }
    for (long at = offset; at < offset + length; ) {
      long from = at;
      int n = call(() -> zero(from, Math.min(offset + length, writing.size())));
      if (n == 0) {
        return;
      }
      at += n;
    }
  }

  /** Writes some of {@code missing} bytes at the end as it is now; false if none is missing. */
  private boolean growBy(long missing) throws IOException {
    if (missing <= 0) {
      return false;
    }
    writing.write(Zeros.upTo(missing), append ? 0 : writing.size());
    return true;
  }

  /** Writes some zeros at {@code from}; none at {@code end}. */
  private int zero(long from, long end) throws IOException {
    return from >= end ? 0 : writing.write(Zeros.upTo(end - from), from);
  }

  /** Made when they are first needed, at a later call if there was no memory for them. */
  private static final class Zeros {
    private static volatile ByteBuffer all;

    static ByteBuffer upTo(long bytes) {
      ByteBuffer known = all;
      if (known == null) {
        known = aligned(CONFINED_PIECE_BYTES).asReadOnlyBuffer();
        all = known; // whoever else makes them at once has the like
      }
      return known.slice(0, (int) Math.min(bytes, known.capacity()));
    }
  }

  private <T> T inOrder(ReentrantLock lock, Callable<T> work) throws IOException {
    Interrupts.lock(lock, path);
    try {
      return call(work);
    } finally {
      lock.unlock();
    }
  }

  private void checkMayBegin() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (Interrupts.pending()) {
      throw new InterruptedIOException(path + ": the thread was interrupted before the operation");
    }
    Deadlines.check(path);
  }

  private <T> T call(Callable<T> work) throws IOException {
    checkMayBegin();
    try {
      return engine.offload().call(work);
    } catch (AsynchronousCloseException e) {
      throw e;
    } catch (ClosedChannelException e) {
      throw new AsynchronousCloseException(); // it was open when this call began
    } catch (IOException e) {
      throw Failures.withPath(path, e);
    }
  }

  // ---- the channel itself

  @Override
  public <T> T withPlainChannel(PlainUse use, PlainWork<T> work) throws IOException {
    return switch (use) {
      case POOL -> call(() -> work.run(writing));
      case POOL_ALWAYS -> {
        if (closed) {
          throw new ClosedChannelException();
        }
        yield engine.offload().callUninterruptibly(() -> work.run(writing));
      }
      case CALLER -> onCaller(work);
    };
  }

  private <T> T onCaller(PlainWork<T> work) throws IOException {
    checkMayBegin();
    try {
      return work.run(writing);
    } finally {
      if (!writing.isOpen()) {
        closeQuietly(); // an interrupt has closed it
      }
    }
  }

  @Override
  public long lockKey() {
    return lockKey;
  }

  @Override
  public boolean isCancellable() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    engine.forget(this);
    engine.closers().callAlways(descriptors); // nothing is made for that: there may be no memory
  }

  void closeQuietly() {
    try {
      close();
    } catch (IOException | RuntimeException e) {
      LOGGER.get().log(System.Logger.Level.WARNING, path + " could not be closed", e);
    }
  }

  @Override
  public String toString() {
    return "PoolFile[path=" + path + "]";
  }
}
