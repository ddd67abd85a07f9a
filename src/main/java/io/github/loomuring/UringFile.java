package io.github.loomuring;

import io.github.loomuring.internal.FileAccess;
import io.github.loomuring.internal.FileCopy;
import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.internal.spi.Space;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * An open file with blocking operations that park the calling thread.
 *
 * <p>Any number of threads may use a file at once. There is no file position: every read and write
 * names its offset, in bytes from the start of the file. On a file that cannot seek (a FIFO, a
 * socket, a character device) the offset is ignored, and bytes come and go in the order of the
 * calls.
 *
 * <p><b>Memory.</b> The kernel uses a buffer until the operation has ended, and the call returns no
 * earlier. A heap buffer goes through native memory of the library's own. A {@link MemorySegment}
 * of a shared arena must not be closed by another thread meanwhile: the kernel would write to
 * memory that is no longer yours. That is detected afterwards, and is an {@link
 * IllegalStateException}.
 *
 * <p><b>Interrupts.</b> A call on an interrupted thread, or whose thread is interrupted while it
 * waits, ends in an {@link InterruptedIOException}, with the interrupt status still set. Its {@code
 * bytesTransferred} says how many bytes were moved. The file stays open and usable. An operation
 * that completes although it was to be cancelled returns its result as usual, the status set; disk
 * I/O that has started usually does. An interrupted write may thus have happened, in part or whole.
 *
 * <p><b>Errors.</b> Whatever a call throws, also a {@link StackOverflowError} or an {@link
 * OutOfMemoryError}, the memory, the descriptor and all else that a request in flight uses stay the
 * library's until the request has ended, and other threads go on. A thread that is too deep in its
 * stack to park has its request cancelled, and waits for the end on its carrier; the call then
 * throws the error, or returns what was done all the same.
 *
 * <p><b>Closing.</b> A call that runs when another thread closes the file ends in an {@link
 * java.nio.channels.AsynchronousCloseException}; every call on a closed file, or on one of a closed
 * {@link Uring}, ends in a {@link ClosedChannelException}.
 *
 * <p>Other failures are {@link java.nio.file.FileSystemException}s, or the subclass that {@link
 * java.nio.file.Files} throws in such a case. A null argument is a {@link NullPointerException}.
 */
public final class UringFile implements AutoCloseable {
  static {
    FileAccess.show(file -> file.file);
  }

  private final Path path;
  private final EngineFile file;
  private final boolean readable;
  private final boolean writable;
  private final boolean append;
  private final Leak leak;

  UringFile(Uring uring, Path path, OpenSpec spec) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    this.path = path;
    this.readable = spec.read();
    this.writable = spec.write();
    this.append = spec.append();
    this.file = uring.engine().open(platformPath, spec);
    try {
      this.leak = Leak.watch(this, uring, file, path);
    } catch (Throwable t) {
      closeAfter(t);
      throw t;
    }
  }

  private void closeAfter(Throwable failure) {
    try {
      file.close();
    } catch (IOException | RuntimeException | Error e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} ring.
   *
   * <p>Options and their combinations are those of {@link java.nio.channels.FileChannel#open(Path,
   * Set, FileAttribute...)}: every {@link java.nio.file.StandardOpenOption}, {@link
   * java.nio.file.LinkOption#NOFOLLOW_LINKS}, and {@code ExtendedOpenOption.DIRECT}. Without WRITE
   * or APPEND the file is opened for reading. A descriptor is always opened with O_CLOEXEC. A FIFO
   * is opened as {@code FileChannel} does it: the call waits for the other side. An open that is
   * interrupted may have created the file.
   *
   * @param path of the default file system
   * @param options how to open it
   * @return the open file
   * @throws IllegalArgumentException for READ with APPEND, and APPEND with TRUNCATE_EXISTING
   * @throws UnsupportedOperationException for an option that is not known here
   * @throws ProviderMismatchException if the path is not of the default file system
   * @throws java.nio.file.NoSuchFileException if the file, or a directory of its path, is missing
   * @throws java.nio.file.FileAlreadyExistsException if CREATE_NEW was given and the file exists
   * @throws java.nio.file.AccessDeniedException if the process lacks a permission
   * @throws IOException if the file cannot be opened
   */
  public static UringFile open(Path path, OpenOption... options) throws IOException {
    return Uring.shared().openFile(path, options);
  }

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} ring.
   *
   * @param path of the default file system
   * @param options how to open it
   * @param attributes for a file that is created: {@code posix:permissions}, to which the process's
   *     umask is applied
   * @return the open file
   * @throws UnsupportedOperationException for an option or attribute that is not known here
   * @throws IOException if the file cannot be opened
   * @see #open(Path, OpenOption...)
   */
  public static UringFile open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return Uring.shared().openFile(path, options, attributes);
  }

  /**
   * The path the file was opened by.
   *
   * @return the path as it was given
   */
  public Path path() {
    return path;
  }

  /**
   * Reads bytes at {@code offset} into {@code dst}, from its position up to its limit, and moves
   * the position.
   *
   * <p>At most 0x7ffff000 bytes (MAX_RW_COUNT of linux/fs.h) are read by one call; like {@code
   * FileChannel.read} it may return fewer bytes than there is room for.
   *
   * @param dst heap or direct, not read-only
   * @param offset in the file, from 0; with the buffer's remaining bytes it must not exceed {@code
   *     Long.MAX_VALUE}
   * @return the number of bytes read; 0 if the buffer has no room; -1 at the end of the file
   * @throws IllegalArgumentException if the buffer is read-only or {@code offset} out of range
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws IOException if the bytes cannot be read
   */
  public int read(ByteBuffer dst, long offset) throws IOException {
    Objects.requireNonNull(dst, "dst");
    if (dst.isReadOnly()) {
      throw new IllegalArgumentException("dst=" + dst + " is read-only");
    }
    Arguments.checkOffset(offset, dst.remaining());
    checkReadable();
    if (!dst.hasRemaining()) {
      return 0;
    }
    try {
      int n = file.read(dst, offset);
      return n == 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Reads bytes at {@code offset} into {@code dst}, from its start.
   *
   * @param dst of any size; one call fills at most 0x7ffff000 bytes of it
   * @param offset in the file, from 0
   * @return the number of bytes read; 0 if {@code dst} has no room; -1 at the end of the file
   * @throws IllegalArgumentException if {@code dst} is read-only, or of a heap array that is not a
   *     {@code byte[]}, or {@code offset} out of range
   * @throws IllegalStateException if the arena of {@code dst} is closed, or was during the call
   * @throws WrongThreadException if {@code dst} is confined to another thread
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws IOException if the bytes cannot be read
   * @see #read(ByteBuffer, long)
   */
  public long read(MemorySegment dst, long offset) throws IOException {
    Arguments.checkSegment("dst", dst);
    if (dst.isReadOnly()) {
      throw new IllegalArgumentException("dst=" + dst + " is read-only");
    }
    Arguments.checkOffset(offset, dst.byteSize());
    checkReadable();
    if (dst.byteSize() == 0) {
      return 0;
    }
    try {
      long n = file.read(dst, offset);
      return n == 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Writes the bytes of {@code src}, from its position up to its limit, at {@code offset}, and
   * moves the position.
   *
   * <p>At most 0x7ffff000 bytes are written by one call; like {@code FileChannel.write} it may
   * write fewer bytes than there are, for example when the disk is almost full. A file opened with
   * APPEND is written at its end, whatever the offset.
   *
   * @param src heap or direct
   * @param offset in the file, from 0; with the buffer's remaining bytes it must not exceed {@code
   *     Long.MAX_VALUE}
   * @return the number of bytes written
   * @throws IllegalArgumentException if {@code offset} is out of range
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   */
  public int write(ByteBuffer src, long offset) throws IOException {
    Objects.requireNonNull(src, "src");
    Arguments.checkOffset(offset, src.remaining());
    checkWritable();
    if (!src.hasRemaining()) {
      return 0;
    }
    try {
      return file.write(src, offset);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Writes the bytes of {@code src} at {@code offset}.
   *
   * @param src of any size; one call writes at most 0x7ffff000 bytes of it
   * @param offset in the file, from 0
   * @return the number of bytes written
   * @throws IllegalArgumentException if {@code src} is of a heap array that is not a {@code
   *     byte[]}, or {@code offset} out of range
   * @throws IllegalStateException if the arena of {@code src} is closed, or was during the call
   * @throws WrongThreadException if {@code src} is confined to another thread
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   * @see #write(ByteBuffer, long)
   */
  public long write(MemorySegment src, long offset) throws IOException {
    Arguments.checkSegment("src", src);
    Arguments.checkOffset(offset, src.byteSize());
    checkWritable();
    if (src.byteSize() == 0) {
      return 0;
    }
    try {
      return file.write(src, offset);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Writes the bytes of {@code src} at the end of the file, wherever that is when the write
   * happens, and moves the buffer's position.
   *
   * <p>With io_uring, and on a file opened with APPEND, the kernel finds the end, so that appends
   * of any number of threads and processes follow each other. On the pool, a file not opened with
   * APPEND only keeps the appends of this {@code UringFile} apart.
   *
   * @param src heap or direct
   * @return the number of bytes written
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   */
  public int append(ByteBuffer src) throws IOException {
    Objects.requireNonNull(src, "src");
    checkWritable();
    if (!src.hasRemaining()) {
      return 0;
    }
    try {
      return file.write(src, EngineFile.APPEND);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Reads bytes at {@code offset} into the buffers, one after the other: each from its position up
   * to its limit, before the next one.
   *
   * <p>Like a read into one buffer it may move fewer bytes than there is room for; at most 1,024
   * buffers (UIO_MAXIOV of uio.h) go in one request.
   *
   * @param dsts heap or direct, not read-only; no buffer twice
   * @param offset in the file, from 0
   * @return the number of bytes read; 0 if there is no room; -1 at the end of the file
   * @throws IllegalArgumentException if a buffer is read-only or {@code offset} out of range
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws IOException if the bytes cannot be read
   */
  public long read(ByteBuffer[] dsts, long offset) throws IOException {
    ByteBuffer[] buffers = Objects.requireNonNull(dsts, "dsts").clone();
    long room = Arguments.checkBuffers("dsts", buffers, true);
    Arguments.checkOffset(offset, room);
    checkReadable();
    try {
      long n = room == 0 ? 0 : file.read(buffers, offset);
      return n == 0 && room > 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Writes the bytes of the buffers, one after the other, at {@code offset}.
   *
   * <p>Like a write of one buffer it may move fewer bytes than there are. A file opened with APPEND
   * is written at its end; up to 1,024 buffers then stay together.
   *
   * @param srcs heap or direct; no buffer twice
   * @param offset in the file, from 0
   * @return the number of bytes written
   * @throws IllegalArgumentException if {@code offset} is out of range
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   */
  public long write(ByteBuffer[] srcs, long offset) throws IOException {
    ByteBuffer[] buffers = Objects.requireNonNull(srcs, "srcs").clone();
    long length = Arguments.checkBuffers("srcs", buffers, false);
    Arguments.checkOffset(offset, length);
    checkWritable();
    try {
      return length == 0 ? 0 : file.write(buffers, offset);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Reads many ranges at once: all are in flight together, and the thread parks until the last of
   * them has ended.
   *
   * @param ranges in any order; they may overlap in the file, but not in memory
   * @return what became of each, in their order
   * @throws IllegalArgumentException if a buffer is read-only
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws InterruptedIOException on an interrupt: what was read by then shows in the buffers'
   *     positions
   * @throws IOException if the file was closed by another thread
   */
  public List<Range.Outcome> readRanges(List<Range> ranges) throws IOException {
    List<RangeTransfer> transfers = Range.transfers(ranges);
    for (int i = 0; i < transfers.size(); i++) {
      if (transfers.get(i).buffer.isReadOnly()) {
        throw new IllegalArgumentException("ranges[" + i + "]: the buffer is read-only");
      }
    }
    checkReadable();
    try {
      file.readRanges(transfers);
      return Range.outcomes(transfers, -1);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Writes many ranges at once, as {@link #readRanges} reads them. In which order ranges that
   * overlap are written is not defined.
   *
   * @param ranges in any order
   * @return what became of each, in their order
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws InterruptedIOException on an interrupt: what was written by then shows in the buffers'
   *     positions
   * @throws IOException if the file was closed by another thread
   */
  public List<Range.Outcome> writeRanges(List<Range> ranges) throws IOException {
    List<RangeTransfer> transfers = Range.transfers(ranges);
    checkWritable();
    try {
      file.writeRanges(transfers);
      return Range.outcomes(transfers, 0);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Reads until {@code dst} is full.
   *
   * @param dst heap or direct, not read-only
   * @param offset in the file, from 0
   * @throws EOFException if the file ends before; the bytes up to there are in the buffer, and its
   *     position is behind them
   * @throws InterruptedIOException on an interrupt; {@code bytesTransferred} bytes are in the
   *     buffer
   * @throws IOException if the bytes cannot be read
   * @see #read(ByteBuffer, long)
   */
  public void readFully(ByteBuffer dst, long offset) throws IOException {
    Objects.requireNonNull(dst, "dst");
    Arguments.checkOffset(offset, dst.remaining());
    Fully.read(this, dst, offset);
  }

  /**
   * Reads until {@code dst} is full.
   *
   * @param dst of any size, not read-only
   * @param offset in the file, from 0
   * @throws EOFException if the file ends before; the bytes up to there are in {@code dst}
   * @throws InterruptedIOException on an interrupt; {@code bytesTransferred} bytes are in {@code
   *     dst} (at most {@code Integer.MAX_VALUE}, if more were)
   * @throws IOException if the bytes cannot be read
   * @see #read(MemorySegment, long)
   */
  public void readFully(MemorySegment dst, long offset) throws IOException {
    Arguments.checkSegment("dst", dst);
    Arguments.checkOffset(offset, dst.byteSize());
    Fully.read(this, dst, offset);
  }

  /**
   * Writes all bytes of {@code src}.
   *
   * @param src heap or direct
   * @param offset in the file, from 0
   * @throws InterruptedIOException on an interrupt; {@code bytesTransferred} bytes were written
   * @throws IOException if the bytes cannot be written
   * @see #write(ByteBuffer, long)
   */
  public void writeFully(ByteBuffer src, long offset) throws IOException {
    Objects.requireNonNull(src, "src");
    Arguments.checkOffset(offset, src.remaining());
    Fully.write(this, src, offset);
  }

  /**
   * Writes all bytes of {@code src}.
   *
   * @param src of any size
   * @param offset in the file, from 0
   * @throws InterruptedIOException on an interrupt; {@code bytesTransferred} bytes were written (at
   *     most {@code Integer.MAX_VALUE}, if more were)
   * @throws IOException if the bytes cannot be written
   * @see #write(MemorySegment, long)
   */
  public void writeFully(MemorySegment src, long offset) throws IOException {
    Arguments.checkSegment("src", src);
    Arguments.checkOffset(offset, src.byteSize());
    Fully.write(this, src, offset);
  }

  /**
   * Copies bytes to another file, up to where this one ended when the call began. The kernel does
   * it, without the bytes passing through this process, where it can (copy_file_range(2)): some
   * file systems then share the blocks. Otherwise the bytes go through a buffer.
   *
   * <p>Like {@code FileChannel.transferTo} it may copy fewer bytes than there are. Pieces of at
   * most 64 MiB run on a pool of threads; a failure, an interrupt or a deadline after the first
   * piece returns what was copied by then, with the interrupt status set, and shows in the next
   * call. Bytes from a source that cannot seek are lost if they cannot be written.
   *
   * @param offset in this file, from 0; ignored if it cannot seek
   * @param count how many bytes, from 0
   * @param target opened for writing, of any {@link Uring}; one opened with APPEND is written at
   *     its end
   * @param targetOffset in {@code target}, from 0
   * @return the number of bytes copied; 0 at the end of the file
   * @throws IllegalArgumentException if {@code offset}, {@code count} or {@code targetOffset} is
   *     negative, no byte can be at {@code targetOffset}, or the ranges are of one file, perhaps
   *     opened twice, and overlap
   * @throws NonReadableChannelException if this file was not opened for reading
   * @throws NonWritableChannelException if {@code target} was not opened for writing
   * @throws ClosedChannelException if one of them is closed
   * @throws IOException if no byte can be copied
   */
  public long transferTo(long offset, long count, UringFile target, long targetOffset)
      throws IOException {
    Objects.requireNonNull(target, "target");
    Arguments.checkNotNegative("offset", offset);
    Arguments.checkNotNegative("count", count);
    Arguments.checkNotNegative("targetOffset", targetOffset);
    if (!target.append) {
      Arguments.checkOffset(targetOffset, Math.min(count, 1)); // none goes there
    }
    checkReadable();
    target.checkWritable();
    long last = target.append ? offset : Math.max(offset, targetOffset);
    long limit = Math.min(count, Long.MAX_VALUE - last);
    try {
      return limit == 0
          ? 0
          : FileCopy.copy(file, offset, limit, target.file, targetOffset, target.append);
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(target);
    }
  }

  /**
   * A stream of the file's bytes from its start.
   *
   * @return as of {@link #inputStream(long)}
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws ClosedChannelException if the file is closed
   */
  public InputStream inputStream() throws IOException {
    return inputStream(0);
  }

  /**
   * A stream of the file's bytes from {@code offset} on.
   *
   * <p>Each stream has a position of its own and is used by one thread at a time; a file may have
   * any number of them. <b>Closing a stream does not close the file</b>, which others may use, and
   * a file is closed without regard to its streams: they then end in {@link
   * ClosedChannelException}s. Every read is one of the file, and an interrupt ends it as such, so
   * that single bytes want a {@link java.io.BufferedInputStream}. {@code available} and {@code
   * skip} go by the file's size, as it is then. {@code transferTo} a stream of {@link
   * #outputStream} copies as {@link #transferTo(long, long, UringFile, long)} does.
   *
   * @param offset in the file, from 0; ignored if the file cannot seek
   * @return a new stream
   * @throws IllegalArgumentException if {@code offset} is negative
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws ClosedChannelException if the file is closed
   */
  public InputStream inputStream(long offset) throws IOException {
    Arguments.checkNotNegative("offset", offset);
    checkReadable();
    return new UringInputStream(this, offset);
  }

  /**
   * A stream that writes the file from its start on, over what is there.
   *
   * @return as of {@link #outputStream(long)}
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws ClosedChannelException if the file is closed
   */
  public OutputStream outputStream() throws IOException {
    return outputStream(0);
  }

  /**
   * A stream that writes the file from {@code offset} on, over what is there; at its end, if it was
   * opened with APPEND.
   *
   * <p>Each stream has a position of its own and is used by one thread at a time; a file may have
   * any number of them. <b>Closing a stream does not close the file</b>, as with {@link
   * #inputStream(long)}. Every write is one of the file, without a buffer, and returns when all
   * bytes are written; one that is interrupted says in its {@code bytesTransferred} how many were,
   * and the next write goes on behind them. {@code flush} does nothing; see {@link #force}.
   *
   * @param offset in the file, from 0; ignored if the file cannot seek or was opened with APPEND
   * @return a new stream
   * @throws IllegalArgumentException if {@code offset} is negative
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws ClosedChannelException if the file is closed
   */
  public OutputStream outputStream(long offset) throws IOException {
    Arguments.checkNotNegative("offset", offset);
    checkWritable();
    return new UringOutputStream(this, offset);
  }

  /**
   * Has the device store what was written to the file: fsync(2), or fdatasync(2) without {@code
   * metaData}. When it returns, every write that returned before the call survives a crash.
   *
   * <p>Calls that come while an fsync of this {@code UringFile} runs share the next one, which
   * starts when that has ended and so covers what they wrote; with {@code metaData} if one of them
   * asked for it. A call that is interrupted leaves at once, unless the fsync runs for it alone.
   *
   * <p>A failure is reported once by the kernel, and says that writes may be lost for good; calling
   * again and succeeding does not bring them back. It reaches all calls that had come before the
   * fsync that failed ended.
   *
   * @param metaData whether also what is not needed to read the data back, such as times
   * @throws IOException if the device could not store what was written
   */
  public void force(boolean metaData) throws IOException {
    try {
      file.force(metaData);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Has the device be sent what was written to a range, and waits until it has been: {@code
   * sync_file_range(2)} with WAIT_BEFORE, WRITE and WAIT_AFTER.
   *
   * <p><b>Nothing is safe from a crash after this</b>, unlike after {@link #force}: neither the
   * file's size nor the place of newly allocated blocks is written, nor does the device empty its
   * write cache. It is for the pace: a program that writes much calls it behind itself, so that a
   * later {@code force} has little to do, and the page cache does not fill with what is not written
   * yet. On the pool it is {@code force(false)}.
   *
   * @param offset in the file, from 0
   * @param length in bytes; 0 means to the end of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws IOException if the device could not take what was written; the kernel reports that
   *     once, so that a later {@code force} may succeed although data is lost
   */
  public void forceRange(long offset, long length) throws IOException {
    Arguments.checkRangeToEnd(offset, length);
    checkOpen();
    try {
      file.forceRange(offset, length);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Tells the kernel what the program intends to do with a range: posix_fadvise(2). The kernel may
   * read ahead, or drop what it has cached; what the file holds does not change. NORMAL,
   * SEQUENTIAL, RANDOM and NO_REUSE are, in Linux, of the whole open file, whatever the range.
   *
   * <p>Does nothing on the pool, and on a file that cannot seek.
   *
   * @param offset in the file, from 0
   * @param length in bytes; 0 means to the end of the file
   * @param advice the intention
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws IOException if the kernel refuses
   */
  public void advise(long offset, long length, Advice advice) throws IOException {
    Objects.requireNonNull(advice, "advice");
    Arguments.checkRangeToEnd(offset, length);
    checkOpen();
    try {
      file.advise(offset, length, advice);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * The size of the file.
   *
   * @return bytes; 0 for a file that cannot seek
   * @throws IOException if the file system does not say
   */
  public long size() throws IOException {
    try {
      return file.size();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * What the file system says of the file.
   *
   * @return a snapshot; on the pool, of what has the file's path now
   * @throws IOException if the file system does not say
   */
  public UringAttributes attributes() throws IOException {
    try {
      return new UringAttributes(file.status());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Sets when the file was modified and accessed last. Nanoseconds are kept as far as the file
   * system has them, and a time that it does not reach becomes the nearest that it has.
   *
   * <p>It runs on a pool of threads, futimens(2) having no counterpart in io_uring; once it has
   * begun, an interrupt does not end it. On the pool engine the JDK does it, to what has the file's
   * path now, and a time before 1970 becomes 1970.
   *
   * @param lastModified null to leave it
   * @param lastAccess null to leave it
   * @throws IOException if the process may not, which only the file's owner may
   */
  public void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException {
    checkOpen();
    try {
      file.setTimes(lastModified, lastAccess);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Sets the permissions of the file, as {@link java.nio.file.Files#setPosixFilePermissions} does:
   * its set-user-ID, set-group-ID and sticky bits go. What is open stays open.
   *
   * <p>It runs as {@link #setTimes} does; on the pool engine, to what has the file's path now.
   *
   * @param permissions all that there are to be
   * @throws UnsupportedOperationException on the pool, if the file system has no such permissions
   * @throws IOException if the process may not, which only the file's owner may
   */
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    Set<PosixFilePermission> copy = Arguments.copyOf(permissions);
    checkOpen();
    try {
      file.setPermissions(copy);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Cuts the file to {@code size} bytes. Does nothing if it is not longer.
   *
   * @param size in bytes, from 0
   * @throws IllegalArgumentException if {@code size} is negative
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the file cannot be cut
   */
  public void truncate(long size) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("size=" + size + " is negative");
    }
    checkWritable();
    try {
      file.truncate(size);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Has the file system set space aside for a range, so that writes to it do not fail for lack of
   * space: fallocate(2). The file grows to the end of the range if it is shorter; new bytes are
   * zeros, and bytes that were there stay.
   *
   * <p>On the pool only space behind the file's end is set aside, by writing zeros in pieces: holes
   * before it stay, an interrupt leaves a part done, and what others write at the very end
   * meanwhile may become zeros.
   *
   * @param offset in the file, from 0
   * @param length in bytes, at least 1; with {@code offset} it must not exceed {@code
   *     Long.MAX_VALUE}
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException if the file system cannot, or the file is no regular one
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if there is no space, or the file would become too large
   */
  public void allocate(long offset, long length) throws IOException {
    change(Space.ALLOCATE, offset, length);
  }

  /**
   * Gives the space of a range back to the file system: FALLOC_FL_PUNCH_HOLE of fallocate(2). The
   * bytes then read as zeros; blocks that are only partly in the range stay. The size stays too.
   *
   * <p>On the pool zeros are written, in pieces, to what of the range is inside the file, and no
   * space is given back; that cannot be done to a file opened with APPEND.
   *
   * @param offset in the file, from 0
   * @param length in bytes, at least 1; the range may reach over the end of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException if the file system cannot, or the file is no regular one
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the range cannot be changed
   */
  public void punchHole(long offset, long length) throws IOException {
    change(Space.PUNCH_HOLE, offset, length);
  }

  /**
   * Makes the bytes of a range zeros, mostly without writing them, and keeps, or sets aside, the
   * space for them: FALLOC_FL_ZERO_RANGE with FALLOC_FL_KEEP_SIZE of fallocate(2). The size stays.
   * Not every file system can: tmpfs cannot.
   *
   * <p>On the pool zeros are written, in pieces, to what of the range is inside the file; that
   * cannot be done to a file opened with APPEND.
   *
   * @param offset in the file, from 0
   * @param length in bytes, at least 1; the range may reach over the end of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException if the file system cannot, or the file is no regular one
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the range cannot be changed
   */
  public void zeroRange(long offset, long length) throws IOException {
    change(Space.ZERO_RANGE, offset, length);
  }

  /**
   * Takes a range out of the file, without copying what is behind it: FALLOC_FL_COLLAPSE_RANGE of
   * fallocate(2). The bytes behind the range move to its start, and the file becomes shorter by
   * {@code length} bytes. Of the usual file systems ext4 and xfs can.
   *
   * @param offset in the file, a multiple of the file system's block size
   * @param length in bytes, a multiple of the file system's block size; the range must end before
   *     the file does
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException on the pool, if the file system cannot, or if the file is
   *     no regular one
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws java.nio.file.FileSystemException if the range is not of whole blocks, or does not end
   *     before the file
   * @throws IOException if the range cannot be taken out
   */
  public void collapse(long offset, long length) throws IOException {
    change(Space.COLLAPSE, offset, length);
  }

  /**
   * Makes room in the middle of the file, without copying what is behind it: FALLOC_FL_INSERT_RANGE
   * of fallocate(2). The bytes from {@code offset} on move {@code length} bytes further, and the
   * file becomes that much longer; the range itself reads as zeros. Of the usual file systems ext4
   * and xfs can.
   *
   * @param offset in the file, less than its size, a multiple of the file system's block size
   * @param length in bytes, a multiple of the file system's block size
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException on the pool, if the file system cannot, or if the file is
   *     no regular one
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws java.nio.file.FileSystemException if the range is not of whole blocks, or {@code
   *     offset} not inside the file
   * @throws IOException if the range cannot be inserted
   */
  public void insert(long offset, long length) throws IOException {
    change(Space.INSERT, offset, length);
  }

  private void change(Space change, long offset, long length) throws IOException {
    Arguments.checkRange(offset, length);
    checkWritable();
    try {
      file.change(change, offset, length);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Whether the file is open.
   *
   * @return false if it, or its {@link Uring}, has been closed
   */
  public boolean isOpen() {
    try {
      return file.isOpen();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Ends the operations in flight on the file and closes it.
   *
   * <p>Returns when they have ended and the descriptor is closed; an operation that the kernel
   * cannot cancel is waited for. An interrupt does not end the wait; the interrupt status is kept.
   * The kernel may still count the file as open for some microseconds, which the other side of a
   * FIFO can notice. Closing a closed file does nothing.
   *
   * @throws IOException if the file system reports, only now, that earlier writes have failed; the
   *     file is closed all the same
   */
  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      if (!file.isOpen()) { // it is if there was no stack to begin with
        leak.forget();
      }
    }
  }

  /** Path, and whether the file is open. */
  @Override
  public String toString() {
    return "UringFile[path=" + path + (isOpen() ? "]" : ", closed]");
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

  private void checkOpen() throws ClosedChannelException {
    if (!file.isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
