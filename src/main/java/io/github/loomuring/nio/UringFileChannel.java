package io.github.loomuring.nio;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * A {@link FileChannel} whose operations are those of a {@link UringFile}: a virtual thread parks
 * in them, and holds no carrier.
 *
 * <p>Any number of threads may use a channel. Reads and writes that name their position, and those
 * of a channel opened with APPEND, run at the same time; the others follow each other.
 *
 * <p><b>Interrupts.</b> A thread that is interrupted in a call, or was before it, closes the
 * channel and gets a {@link ClosedByInterruptException}, its interrupt status set: as {@link
 * FileChannel} promises, and also if the call has moved bytes. A channel opened with {@link
 * UringOpenOption#INTERRUPT_KEEPS_OPEN} stays open instead: the call ends in an {@link
 * InterruptedIOException}, or returns what it did by then, as the same one of {@link UringFile}
 * does. On the pool of threads such a call ends no sooner than what it waits for.
 *
 * <p><b>Deadlines.</b> A call that is ended by a {@link io.github.loomuring.Deadline} throws a
 * {@link io.github.loomuring.FileTimeoutException}; the channel stays open.
 *
 * <p><b>Closing.</b> A call that runs when another thread closes the channel ends in an {@link
 * AsynchronousCloseException}. A channel of a {@link Uring} that has been closed is closed when
 * that is noticed.
 *
 * <p><b>Locks.</b> A process loses its locks on a file (fcntl(2)) when it closes any descriptor of
 * it. The library's own descriptors, of channels and of other files, are therefore closed only when
 * none of its channels holds a lock on the file any more. Locks do get lost by what the JDK opens
 * and closes in this process, such as a {@link java.io.FileInputStream}, or to copy the file.
 *
 * <p><b>Child processes.</b> What the library opens is O_CLOEXEC. Mappings and locks need a channel
 * of the JDK's beneath, which is not: a child has it open that native code starts, but none that
 * {@link ProcessBuilder} starts.
 */
public final class UringFileChannel extends FileChannel {
  /*
   * The position has a lock, which is held while a read or write at it runs. Nobody
   * waits for the lock of one channel while holding that of another.
   *
   * On the ring an interrupt cancels the operation, and the thread that was in it closes the
   * channel. The pool cannot cancel: there the thread that interrupts closes the channel, by the
   * mechanism of AbstractInterruptibleChannel, and so ends what blocks.
   */

  private static final OpenOption[] NO_OPTIONS = {};

  final UringFile file;
  private final boolean readable;
  private final boolean writable;
  private final boolean append;
  private final boolean writesAtEnd; // a device that was opened to append does not
  final boolean interruptKeepsOpen;
  private final boolean interrupterCloses;
  private final ChannelLocks locks;
  private final FilePosition position; // not of a channel that appends

  private UringFileChannel(UringFile file, OpenSpec spec, boolean interruptKeepsOpen) {
    this.file = file;
    this.readable = spec.read();
    this.writable = spec.write();
    this.append = spec.append();
    this.interruptKeepsOpen = interruptKeepsOpen;
    EngineFile engineFile = Access.get().engineFile(file);
    this.interrupterCloses = !engineFile.isCancellable() && !interruptKeepsOpen;
    this.writesAtEnd = append && engineFile.isRegular();
    this.locks = new ChannelLocks(this, engineFile);
    this.position = new FilePosition(this, engineFile);
  }

  // ---- opening

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} ring.
   *
   * @param path of the default file system
   * @param options as of {@link FileChannel#open(Path, OpenOption...)}, and {@link
   *     UringOpenOption}s
   * @return an open channel, its position 0
   * @throws IllegalArgumentException for READ with APPEND, and APPEND with TRUNCATE_EXISTING
   * @throws UnsupportedOperationException for an option that is not known here
   * @throws IOException if the file cannot be opened, as of {@link UringFile#open(Path,
   *     OpenOption...)}
   */
  public static UringFileChannel open(Path path, OpenOption... options) throws IOException {
    return open(path, new HashSet<>(Arrays.asList(options)));
  }

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} ring.
   *
   * @param path of the default file system
   * @param options as of {@link FileChannel#open(Path, Set, FileAttribute...)}, and {@link
   *     UringOpenOption}s
   * @param attributes for a file that is created
   * @return an open channel, its position 0
   * @throws IOException if the file cannot be opened
   * @see #open(Path, OpenOption...)
   */
  public static UringFileChannel open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return open(Uring.shared(), path, options, attributes);
  }

  /**
   * Opens or creates a file. A thread that was interrupted before may open it all the same, as with
   * {@link FileChannel}, unless an interrupt is to keep the channel open.
   *
   * @param uring what the operations run on
   * @param path of the default file system
   * @param options as of {@link FileChannel#open(Path, Set, FileAttribute...)}, and {@link
   *     UringOpenOption}s
   * @param attributes for a file that is created
   * @return an open channel, its position 0
   * @throws IOException if the file cannot be opened
   */
  public static UringFileChannel open(
      Uring uring, Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Objects.requireNonNull(uring, "uring");
    Objects.requireNonNull(path, "path");
    Set<OpenOption> others = new HashSet<>(options);
    boolean keepsOpen = others.remove(UringOpenOption.INTERRUPT_KEEPS_OPEN);
    OpenSpec spec = OpenSpec.of(others.toArray(NO_OPTIONS));
    boolean interrupted = !keepsOpen && Thread.interrupted();
    try {
      return of(uring.openFile(path, others, attributes), spec, keepsOpen);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static UringFileChannel of(UringFile file, OpenSpec spec, boolean keepsOpen)
      throws IOException {
    try {
      return new UringFileChannel(file, spec, keepsOpen);
    } catch (Throwable t) { // no memory for it
      file.close();
      throw t;
    }
  }

  // ---- reading and writing at a position of the caller's

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    Objects.requireNonNull(dst, "dst");
    Checks.notNegative("position", position);
    checkReadable();
    begins();
    try {
      Checks.inFile(position, dst.remaining());
      int n = file.read(dst, position);
      checkNotInterrupted();
      return n;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      ends();
    }
  }

  @Override
  public int write(ByteBuffer src, long position) throws IOException {
    Objects.requireNonNull(src, "src");
    Checks.notNegative("position", position);
    checkWritable();
    begins();
    try {
      Checks.inFile(position, src.remaining());
      int n = file.write(src, position);
      checkNotInterrupted();
      return n;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      ends();
    }
  }

  // ---- reading and writing at the channel's position

  @Override
  public int read(ByteBuffer dst) throws IOException {
    Objects.requireNonNull(dst, "dst");
    checkReadable();
    begins();
    try {
      int n;
      position.lock();
      try {
        Checks.inFile(position.value, dst.remaining());
        n = file.read(dst, position.value);
        position.value += Math.max(n, 0);
      } finally {
        position.unlock();
      }
      checkNotInterrupted();
      return n;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      ends();
    }
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    ByteBuffer[] buffers = Checks.range(dsts, offset, length);
    checkReadable();
    return call(
        () -> {
          position.lock();
          try {
            Checks.inFile(position.value, buffers);
            long n = file.read(buffers, position.value);
            position.value += Math.max(n, 0);
            return n;
          } finally {
            position.unlock();
          }
        });
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    Objects.requireNonNull(src, "src");
    checkWritable();
    begins();
    try {
      int n;
      if (writesAtEnd) {
        n = file.write(src, 0);
      } else {
        position.lock();
        try {
          Checks.inFile(position.value, src.remaining());
          n = file.write(src, position.value);
          position.value += n;
        } finally {
          position.unlock();
        }
      }
      checkNotInterrupted();
      return n;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      ends();
    }
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    ByteBuffer[] buffers = Checks.range(srcs, offset, length);
    checkWritable();
    return call(writesAtEnd ? () -> file.write(buffers, 0) : () -> writeNext(buffers));
  }

  private long writeNext(ByteBuffer[] buffers) throws IOException {
    position.lock();
    try {
      Checks.inFile(position.value, buffers);
      long n = file.write(buffers, position.value);
      position.value += n;
      return n;
    } finally {
      position.unlock();
    }
  }

  // ---- position and size

  /**
   * The position; the size, if the channel was opened with APPEND; 0 of a FIFO, a socket, a
   * terminal, and a device without positions.
   */
  @Override
  public long position() throws IOException {
    if (append) {
      return size();
    }
    checkOpen();
    return call(position::get);
  }

  @Override
  public UringFileChannel position(long newPosition) throws IOException {
    checkOpen();
    Checks.notNegative("newPosition", newPosition);
    call(
        () -> {
          position.set(newPosition);
          return newPosition;
        });
    return this;
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return call(file::size);
  }

  @Override
  public UringFileChannel truncate(long size) throws IOException {
    checkOpen();
    Checks.notNegative("size", size);
    checkWritable();
    call(
        () -> {
          position.truncate(file, size);
          return size;
        });
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    checkOpen();
    call(
        () -> {
          file.force(metaData);
          return 0;
        });
  }

  // ---- transfers

  /**
   * Transfers bytes to another channel: in the kernel, if that is a {@code UringFileChannel}.
   *
   * <p>If the ranges are of one file and overlap, the target gets what the source held when the
   * call began.
   */
  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    checkOpen();
    Checks.open(target);
    checkReadable();
    if (target instanceof UringFileChannel other) {
      other.checkWritable();
    }
    Checks.notNegative("position", position);
    Checks.notNegative("count", count);
    return transfer(
        target,
        () ->
            target instanceof UringFileChannel other
                ? other.take(file, position, count)
                : Transfers.to(file, position, count, target));
  }

  /** Writes bytes of {@code source} where this channel writes next. */
  private long take(UringFile source, long offset, long count) throws IOException {
    if (writesAtEnd) {
      return Transfers.copy(source, offset, count, file, 0, true);
    }
    position.lock();
    try {
      long n = Transfers.copy(source, offset, count, file, position.value, false);
      position.value += n;
      return n;
    } finally {
      position.unlock();
    }
  }

  /**
   * Transfers bytes from another channel: in the kernel, if that is a {@code UringFileChannel}.
   *
   * <p>If the ranges are of one file and overlap, this channel gets what the source held when the
   * call began. Bytes that were read and cannot be written are lost, unless the source has a
   * position to be set back.
   */
  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    checkOpen();
    Checks.open(source);
    if (source instanceof UringFileChannel other) {
      other.checkReadable();
    }
    checkWritable();
    Checks.notNegative("position", position);
    Checks.notNegative("count", count);
    return transfer(
        source,
        () ->
            source instanceof UringFileChannel other
                ? other.give(count, this, position)
                : Transfers.from(source, file, position, count));
  }

  /** Has {@code target} written with the bytes that this channel reads next. */
  private long give(long count, UringFileChannel target, long offset) throws IOException {
    position.lock();
    try {
      Transfers.checkInFile(file, position.value, count, offset, target.writesAtEnd);
      long n = Transfers.copy(file, position.value, count, target.file, offset, target.writesAtEnd);
      position.value += n;
      return n;
    } finally {
      position.unlock();
    }
  }

  // ---- mappings

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return Mappings.map(this, mode, position, size);
  }

  /**
   * Maps a region of the file.
   *
   * <p>A segment of an arena that is confined to the calling thread must be mapped by that thread
   * itself. On the pool, an interrupt just then closes the channel, also one that interrupts keep
   * open.
   */
  @Override
  public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    return Mappings.map(this, mode, offset, size, arena);
  }

  // ---- locks

  /**
   * Acquires a lock on a region of the file, and waits until it can: it tries again and again, with
   * pauses that grow from 1 to 20 milliseconds, as a wait in the kernel could not be ended without
   * closing a descriptor, and so losing the locks that are held. A thread that is interrupted gets
   * a {@link FileLockInterruptionException}; whether that closes the channel is as with other
   * calls.
   */
  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    ChannelLocks.Region region = lockable(position, size, shared);
    try {
      FileLock lock = locks.lock(region);
      checkNotInterrupted();
      return lock;
    } catch (IOException e) {
      IOException failure = failed(e);
      throw failure instanceof ClosedByInterruptException
          ? (IOException) new FileLockInterruptionException().initCause(failure)
          : failure;
    }
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    ChannelLocks.Region region = lockable(position, size, shared);
    try {
      return locks.tryLock(region);
    } catch (ClosedChannelException e) {
      throw Endings.wasOpen(e);
    }
  }

  private ChannelLocks.Region lockable(long position, long size, boolean shared)
      throws IOException {
    checkOpen();
    if (shared) {
      checkReadable();
    } else {
      checkWritable();
    }
    Checks.region(position, size);
    return new ChannelLocks.Region(position, size == 0 ? Long.MAX_VALUE - position : size, shared);
  }

  // ---- beginning and ending calls

  /** What a call does between its checks and its end. */
  private interface Step {
    long run() throws IOException;
  }

  private long call(Step step) throws IOException {
    begins();
    try {
      long result = step.run();
      checkNotInterrupted();
      return result;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      ends();
    }
  }

  private long transfer(Channel other, Step step) throws IOException {
    boolean guarded =
        interrupterCloses
            || (other instanceof UringFileChannel another && another.interrupterCloses);
    TransferGuard guard = guarded ? new TransferGuard(this, other) : null;
    try {
      if (guard != null) {
        guard.begins();
      }
      long result = step.run();
      Endings.checkNotInterrupted(this, other);
      return result;
    } catch (IOException e) {
      throw Endings.failed(this, other, e);
    } finally {
      if (guard != null) {
        guard.ends();
      }
    }
  }

  private void begins() {
    if (interrupterCloses) {
      begin();
    }
  }

  private void ends() throws AsynchronousCloseException {
    if (interrupterCloses) {
      end(true); // which throws only if this thread was interrupted
    }
  }

  private void checkNotInterrupted() throws ClosedByInterruptException {
    Endings.checkNotInterrupted(this, this);
  }

  private IOException failed(IOException e) {
    return Endings.failed(this, this, e);
  }

  // ---- closing

  @Override
  protected void implCloseChannel() throws IOException {
    try {
      locks.releaseAll();
    } finally {
      file.close();
    }
  }

  /** Path, and whether the channel is open. */
  @Override
  public String toString() {
    return "UringFileChannel[path=" + file.path() + (isOpen() ? "]" : ", closed]");
  }

  // ---- checks

  private void checkOpen() throws ClosedChannelException {
    Checks.open(this);
  }

  private void checkReadable() throws ClosedChannelException {
    checkOpen();
    if (!readable) {
      throw new NonReadableChannelException();
    }
  }

  private void checkWritable() throws ClosedChannelException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }
}
