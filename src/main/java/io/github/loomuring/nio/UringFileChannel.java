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
 * A {@link FileChannel} that does its I/O through a {@link UringFile}. A call on a virtual thread
 * parks the thread, which releases its carrier.
 *
 * <p>Any number of threads may use a channel at the same time. Reads and writes at a given position
 * run concurrently, and so do the writes of a channel opened with APPEND. Calls that use the
 * channel's position run one after the other.
 *
 * <p><b>Interrupts.</b> If a thread is interrupted before or during a call, the channel is closed
 * and the call throws a {@link ClosedByInterruptException}; the interrupt status of the thread is
 * set. {@link FileChannel} specifies this. It also applies to a call that has already transferred
 * bytes. A channel opened with {@link UringOpenOption#INTERRUPT_KEEPS_OPEN} stays open instead: the
 * call throws an {@link InterruptedIOException}, or returns the number of bytes that it has
 * transferred, like the same call of {@link UringFile}. On the thread pool such a call returns only
 * when its blocking system call has returned.
 *
 * <p><b>Deadlines.</b> If the {@link io.github.loomuring.Deadline} of a call passes, the call
 * throws a {@link io.github.loomuring.FileTimeoutException}. The channel stays open.
 *
 * <p><b>Closing.</b> If another thread closes the channel during a call, the call throws an {@link
 * AsynchronousCloseException}. If the {@link Uring} of the channel has been closed, the next call
 * that uses the file fails, and closes the channel.
 *
 * <p><b>Locks.</b> A process loses all its locks on a file when it closes any descriptor of that
 * file (fcntl(2)). While a channel of the library holds a lock on a file, the library therefore
 * keeps all its descriptors of that file open, also those of other channels and files. Descriptors
 * that the JDK opens and closes in the same process still release the locks: for example those of a
 * {@link java.io.FileInputStream}, or those that copy the file.
 *
 * <p><b>Child processes.</b> The library opens files with O_CLOEXEC. For mappings and locks it uses
 * a channel of the JDK on the same file, which is opened without O_CLOEXEC. A child process that
 * native code starts inherits this descriptor; one that {@link ProcessBuilder} starts does not.
 */
public final class UringFileChannel extends FileChannel {
  /*
   * On the ring an interrupt cancels the operation, and the interrupted thread closes the channel.
   * The JDK's channels cannot. There the interrupting thread closes the channel, by the begin() and
   * end() of AbstractInterruptibleChannel, and the close ends the system call.
   */

  private static final OpenOption[] NO_OPTIONS = {};

  private final UringFile file;
  private final boolean readable;
  private final boolean writable;
  private final boolean append;
  private final boolean writesAtEnd; // false for a device, even if it was opened to append
  private final boolean interruptingThreadCloses;
  private final InterruptHandler interrupts;
  private final FilePosition position;
  private final FileMapper mapper;
  private final ChannelLocks locks;

  private UringFileChannel(UringFile file, OpenSpec spec, boolean interruptKeepsOpen) {
    EngineFile engineFile = Access.get().engineFile(file);
    this.file = file;
    this.readable = spec.read();
    this.writable = spec.write();
    this.append = spec.append();
    this.writesAtEnd = append && engineFile.isRegular();
    this.interruptingThreadCloses = !engineFile.isCancellable() && !interruptKeepsOpen;
    this.interrupts = new InterruptHandler(this, file, !interruptKeepsOpen);
    this.position = new FilePosition(this, file, writesAtEnd);
    this.mapper = new FileMapper(this, file, interrupts);
    this.locks = new ChannelLocks(this, engineFile, interrupts);
  }

  // ---- opening

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} ring.
   *
   * @param path of the default file system
   * @param options those of {@link FileChannel#open(Path, OpenOption...)}, and {@link
   *     UringOpenOption}s
   * @return an open channel, whose position is 0
   * @throws IllegalArgumentException if the options contain READ and APPEND, or APPEND and
   *     TRUNCATE_EXISTING
   * @throws UnsupportedOperationException if an option is not supported
   * @throws IOException if the file cannot be opened, as in {@link UringFile#open(Path,
   *     OpenOption...)}
   */
  public static UringFileChannel open(Path path, OpenOption... options) throws IOException {
    return open(path, new HashSet<>(Arrays.asList(options)));
  }

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} ring.
   *
   * @param path of the default file system
   * @param options those of {@link FileChannel#open(Path, Set, FileAttribute...)}, and {@link
   *     UringOpenOption}s
   * @param attributes set when the file is created
   * @return an open channel, whose position is 0
   * @throws IOException if the file cannot be opened
   * @see #open(Path, OpenOption...)
   */
  public static UringFileChannel open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return open(Uring.shared(), path, options, attributes);
  }

  /**
   * Opens or creates a file. As with {@link FileChannel}, an interrupted thread can open a channel.
   * With {@link UringOpenOption#INTERRUPT_KEEPS_OPEN} it cannot: the call throws an {@link
   * InterruptedIOException}.
   *
   * @param uring runs the operations of the channel
   * @param path of the default file system
   * @param options those of {@link FileChannel#open(Path, Set, FileAttribute...)}, and {@link
   *     UringOpenOption}s
   * @param attributes set when the file is created
   * @return an open channel, whose position is 0
   * @throws IOException if the file cannot be opened
   */
  public static UringFileChannel open(
      Uring uring, Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Objects.requireNonNull(uring, "uring");
    Objects.requireNonNull(path, "path");
    Set<OpenOption> fileOptions = new HashSet<>(options);
    boolean keepsOpen = fileOptions.remove(UringOpenOption.INTERRUPT_KEEPS_OPEN);
    OpenSpec spec = OpenSpec.of(fileOptions.toArray(NO_OPTIONS));
    boolean interrupted = !keepsOpen && Thread.interrupted();
    try {
      return of(uring.openFile(path, fileOptions, attributes), spec, keepsOpen);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Makes the channel of an open file, which closing the channel closes. */
  private static UringFileChannel of(UringFile file, OpenSpec spec, boolean keepsOpen)
      throws IOException {
    try {
      return new UringFileChannel(file, spec, keepsOpen);
    } catch (Throwable t) { // an OutOfMemoryError, for example
      file.close();
      throw t;
    }
  }

  // ---- reads and writes

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    Objects.requireNonNull(dst, "dst");
    Preconditions.checkNotNegative("position", position);
    checkReadable();
    return transferAt(position, Direction.READ, dst);
  }

  @Override
  public int write(ByteBuffer src, long position) throws IOException {
    Objects.requireNonNull(src, "src");
    Preconditions.checkNotNegative("position", position);
    checkWritable();
    return transferAt(position, Direction.WRITE, src);
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    Objects.requireNonNull(dst, "dst");
    checkReadable();
    return transferNext(Direction.READ, dst);
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    Objects.requireNonNull(src, "src");
    checkWritable();
    return transferNext(Direction.WRITE, src);
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    ByteBuffer[] buffers = Preconditions.subarray(dsts, offset, length);
    checkReadable();
    return call(() -> position.read(buffers));
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    ByteBuffer[] buffers = Preconditions.subarray(srcs, offset, length);
    checkWritable();
    return call(() -> position.write(buffers));
  }

  private enum Direction {
    READ,
    WRITE
  }

  // The next two do what call() does, but allocate no object for the operation.

  private int transferAt(long offset, Direction direction, ByteBuffer buffer) throws IOException {
    beginCall();
    try {
      Preconditions.checkEnd(offset, buffer.remaining());
      int n = direction == Direction.READ ? file.read(buffer, offset) : file.write(buffer, offset);
      interrupts.checkNotInterrupted();
      return n;
    } catch (IOException e) {
      throw interrupts.exceptionFor(e);
    } finally {
      endCall();
    }
  }

  private int transferNext(Direction direction, ByteBuffer buffer) throws IOException {
    beginCall();
    try {
      int n = direction == Direction.READ ? position.read(buffer) : position.write(buffer);
      interrupts.checkNotInterrupted();
      return n;
    } catch (IOException e) {
      throw interrupts.exceptionFor(e);
    } finally {
      endCall();
    }
  }

  // ---- position and size

  /**
   * Returns the position of the channel. For a channel opened with APPEND it is the size of the
   * file. It is 0 for a FIFO, a socket, a terminal, and a device without positions.
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
    Preconditions.checkNotNegative("newPosition", newPosition);
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
    Preconditions.checkNotNegative("size", size);
    checkWritable();
    call(
        () -> {
          position.truncate(size);
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
   * Transfers bytes to another channel. If that is a {@code UringFileChannel}, the kernel copies
   * them where it can.
   *
   * <p>If the two ranges overlap in one file, the target receives the bytes that the source range
   * held when the call began.
   */
  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    checkOpen();
    Preconditions.checkOpen(target);
    checkReadable();
    if (target instanceof UringFileChannel other) {
      other.checkWritable();
    }
    Preconditions.checkNotNegative("position", position);
    Preconditions.checkNotNegative("count", count);
    return newTransfer(target)
        .run(
            () ->
                target instanceof UringFileChannel other
                    ? other.position.transferFrom(file, position, count)
                    : FileTransfers.toChannel(file, position, count, target));
  }

  /**
   * Transfers bytes from another channel. If that is a {@code UringFileChannel}, the kernel copies
   * them where it can.
   *
   * <p>If the two ranges overlap in one file, this channel receives the bytes that the source range
   * held when the call began. Bytes that were read but cannot be written are lost, unless the
   * source has a position that can be set back.
   */
  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    checkOpen();
    Preconditions.checkOpen(source);
    if (source instanceof UringFileChannel other) {
      other.checkReadable();
    }
    checkWritable();
    Preconditions.checkNotNegative("position", position);
    Preconditions.checkNotNegative("count", count);
    return newTransfer(source)
        .run(
            () ->
                source instanceof UringFileChannel other
                    ? other.position.transferTo(file, position, writesAtEnd, count)
                    : FileTransfers.fromChannel(source, file, position, count));
  }

  private InterruptibleTransfer newTransfer(Channel other) {
    return other instanceof UringFileChannel uringChannel
        ? new InterruptibleTransfer(
            interrupts.forTransfer(uringChannel.interrupts),
            interruptingThreadCloses || uringChannel.interruptingThreadCloses)
        : new InterruptibleTransfer(interrupts.forTransfer(other), interruptingThreadCloses);
  }

  // ---- mappings

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return mapper.map(mode, position, size);
  }

  /**
   * Maps a region of the file.
   *
   * <p>If the arena is confined to the calling thread, that thread does the mapping. On the JDK's
   * channels, an interrupt during such a mapping closes the channel, even one opened with {@link
   * UringOpenOption#INTERRUPT_KEEPS_OPEN}.
   */
  @Override
  public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    return mapper.map(mode, offset, size, arena);
  }

  // ---- locks

  /**
   * Acquires a lock on a region of the file, and waits until the region is free.
   *
   * <p>The call tries again and again, with pauses that grow from 1 to 20 milliseconds. A wait in
   * the kernel could only be ended by closing a descriptor, which would release all locks that the
   * process holds on the file. An interrupted thread gets a {@link FileLockInterruptionException}.
   * The interrupt closes the channel if it does so in other calls.
   */
  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return locks.lock(checkedRegion(position, size, shared));
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return locks.tryLock(checkedRegion(position, size, shared));
  }

  /** Checks the channel and the arguments for a lock; a size of 0 means to the end of the file. */
  private ChannelLocks.Region checkedRegion(long position, long size, boolean shared)
      throws IOException {
    if (shared) {
      checkReadable();
    } else {
      checkWritable();
    }
    Preconditions.checkRegion(position, size);
    return new ChannelLocks.Region(position, size == 0 ? Long.MAX_VALUE - position : size, shared);
  }

  // ---- the state of the channel

  private long call(InterruptHandler.Operation operation) throws IOException {
    beginCall();
    try {
      return interrupts.call(operation);
    } finally {
      endCall();
    }
  }

  private void beginCall() {
    if (interruptingThreadCloses) {
      begin();
    }
  }

  private void endCall() throws AsynchronousCloseException {
    if (interruptingThreadCloses) {
      end(true); // throws only if this thread was interrupted
    }
  }

  private void checkOpen() throws ClosedChannelException {
    Preconditions.checkOpen(this);
  }

  private void checkWritable() throws ClosedChannelException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }

  private void checkReadable() throws ClosedChannelException {
    checkOpen();
    if (!readable) {
      throw new NonReadableChannelException();
    }
  }

  /** Returns whether this is a regular file or a directory, and not a device or a FIFO. */
  boolean isRegular() {
    return Access.get().engineFile(file).isRegular();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    try {
      locks.releaseAll();
    } finally {
      file.close();
    }
  }

  /** Returns the path, and whether the channel is closed. */
  @Override
  public String toString() {
    return "UringFileChannel[path=" + file.path() + (isOpen() ? "]" : ", closed]");
  }
}
