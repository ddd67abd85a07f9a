package io.github.loomuring;

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
 * An open file whose blocking operations park the calling thread.
 *
 * <p>Any number of threads may use a file at the same time. A file has no position: every read and
 * write takes an offset, in bytes from the start of the file. A file that cannot seek (a FIFO, a
 * socket, a character device) ignores the offset and transfers bytes in the order of the calls.
 *
 * <p><b>Memory.</b> The kernel uses a buffer until the operation has ended, and the call does not
 * return before that. The bytes of a heap buffer are copied through native memory of the library.
 * If a {@link MemorySegment} belongs to a shared arena, no other thread may close that arena during
 * the call: the kernel would access memory that has been freed. The library detects this when the
 * operation has ended, and throws an {@link IllegalStateException}.
 *
 * <p><b>Interrupts.</b> If the calling thread is interrupted before or during a call, the operation
 * is cancelled and the call throws an {@link InterruptedIOException}. Its {@code bytesTransferred}
 * is the number of bytes that were transferred. The interrupt status stays set. The file stays open
 * and usable. An operation that completes before it can be cancelled returns its result as usual,
 * with the interrupt status set; disk I/O that has started usually completes. Some or all of an
 * interrupted write may therefore have happened.
 *
 * <p><b>Errors.</b> When a call throws, even a {@link StackOverflowError} or an {@link
 * OutOfMemoryError}, the memory, the descriptor and everything else that a request in flight uses
 * stay reserved until the request has ended. Other threads are not affected. If a thread has too
 * little stack left to park, its request is cancelled and the thread waits for the end of the
 * request on its carrier; the call then throws the error, or returns the result if the operation
 * completed.
 *
 * <p><b>Closing.</b> If another thread closes the file during a call, the call throws an {@link
 * java.nio.channels.AsynchronousCloseException}. Every call on a closed file, or on a file of a
 * closed {@link Uring}, throws a {@link ClosedChannelException}.
 *
 * <p>Other failures are {@link java.nio.file.FileSystemException}s, of the same subclass that
 * {@link java.nio.file.Files} throws in that case. A null argument causes a {@link
 * NullPointerException}.
 */
public final class UringFile implements AutoCloseable {
  private final OpenFile file;
  private final FileCleaner cleaner;

  UringFile(Uring uring, Path path, OpenSpec spec) throws IOException {
    Path platformPath = PlatformPaths.unwrap("path", path);
    EngineFile engineFile = uring.engine().open(platformPath, spec);
    try {
      this.file = new OpenFile(path, engineFile, spec);
      this.cleaner = FileCleaner.register(file, uring.ownEngine());
    } catch (Throwable t) {
      closeAfter(t, engineFile);
      throw t;
    }
  }

  private static void closeAfter(Throwable failure, EngineFile engineFile) {
    try {
      engineFile.close();
    } catch (IOException | RuntimeException | Error e) {
      failure.addSuppressed(e);
    }
  }

  EngineFile engineFile() {
    return file.engineFile;
  }

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} {@code Uring}.
   *
   * <p>The options and their combinations are those of {@link
   * java.nio.channels.FileChannel#open(Path, Set, FileAttribute...)}: every {@link
   * java.nio.file.StandardOpenOption}, {@link java.nio.file.LinkOption#NOFOLLOW_LINKS} and {@code
   * ExtendedOpenOption.DIRECT}. Without WRITE or APPEND the file is opened for reading. The
   * descriptor is always opened with O_CLOEXEC.
   *
   * <p>As with {@code FileChannel}, opening a FIFO waits until another process has opened the other
   * end. A call that is interrupted may have created the file.
   *
   * @param path the file, a path of the default file system
   * @param options how to open the file
   * @return the open file
   * @throws IllegalArgumentException if {@code options} combine READ with APPEND, or APPEND with
   *     TRUNCATE_EXISTING
   * @throws UnsupportedOperationException if an option is not supported
   * @throws ProviderMismatchException if the path does not belong to the default file system
   * @throws java.nio.file.NoSuchFileException if the file, or a directory of its path, does not
   *     exist
   * @throws java.nio.file.FileAlreadyExistsException if CREATE_NEW is given and the file exists
   * @throws java.nio.file.AccessDeniedException if the process does not have the permission
   * @throws IOException if the file cannot be opened
   */
  public static UringFile open(Path path, OpenOption... options) throws IOException {
    return Uring.shared().openFile(path, options);
  }

  /**
   * Opens or creates a file on the {@linkplain Uring#shared() shared} {@code Uring}, with initial
   * attributes.
   *
   * @param path the file, a path of the default file system
   * @param options how to open the file
   * @param attributes the attributes of a file that is created: {@code posix:permissions}, reduced
   *     by the umask of the process
   * @return the open file
   * @throws UnsupportedOperationException if an option or attribute is not supported
   * @throws IOException if the file cannot be opened
   * @see #open(Path, OpenOption...)
   */
  public static UringFile open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return Uring.shared().openFile(path, options, attributes);
  }

  /**
   * Returns the path by which the file was opened.
   *
   * @return the path, as it was given
   */
  public Path path() {
    return file.path;
  }

  // ---- reads and writes

  /**
   * Reads bytes at {@code offset} into {@code dst}, from its position up to its limit, and advances
   * the position.
   *
   * <p>One call reads at most 0x7ffff000 bytes (MAX_RW_COUNT of linux/fs.h). Like {@code
   * FileChannel.read}, it may read fewer bytes than there is room for.
   *
   * @param dst a heap or direct buffer that is not read-only
   * @param offset the offset in the file, in bytes from 0; its sum with the buffer's remaining
   *     bytes must not exceed {@code Long.MAX_VALUE}
   * @return the number of bytes read; 0 if the buffer has no room; -1 at the end of the file
   * @throws IllegalArgumentException if the buffer is read-only or {@code offset} is out of range
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws IOException if the bytes cannot be read
   */
  public int read(ByteBuffer dst, long offset) throws IOException {
    Objects.requireNonNull(dst, "dst");
    Arguments.checkNotReadOnly("dst", dst);
    Arguments.checkOffset(offset, dst.remaining());
    file.checkReadable();
    if (!dst.hasRemaining()) {
      return 0;
    }
    try {
      int n = file.engineFile.read(dst, offset);
      return n == 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads bytes at {@code offset} into {@code dst}, from its start.
   *
   * @param dst a segment of any size, of which one call fills at most 0x7ffff000 bytes
   * @param offset the offset in the file, in bytes from 0
   * @return the number of bytes read; 0 if {@code dst} is empty; -1 at the end of the file
   * @throws IllegalArgumentException if {@code dst} is read-only or backed by an array that is not
   *     a {@code byte[]}, or if {@code offset} is out of range
   * @throws IllegalStateException if the arena of {@code dst} is closed, or was closed during the
   *     call
   * @throws WrongThreadException if {@code dst} is confined to another thread
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws IOException if the bytes cannot be read
   * @see #read(ByteBuffer, long)
   */
  public long read(MemorySegment dst, long offset) throws IOException {
    Arguments.checkSegment("dst", dst);
    Arguments.checkNotReadOnly("dst", dst);
    Arguments.checkOffset(offset, dst.byteSize());
    file.checkReadable();
    if (dst.byteSize() == 0) {
      return 0;
    }
    try {
      long n = file.engineFile.read(dst, offset);
      return n == 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes the bytes of {@code src}, from its position up to its limit, at {@code offset}, and
   * advances the position.
   *
   * <p>One call writes at most 0x7ffff000 bytes. Like {@code FileChannel.write}, it may write fewer
   * bytes than there are, for example when the disk is almost full. If the file was opened with
   * APPEND, the bytes are written at its end, whatever the offset.
   *
   * @param src a heap or direct buffer
   * @param offset the offset in the file, in bytes from 0; its sum with the buffer's remaining
   *     bytes must not exceed {@code Long.MAX_VALUE}
   * @return the number of bytes written
   * @throws IllegalArgumentException if {@code offset} is out of range
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   */
  public int write(ByteBuffer src, long offset) throws IOException {
    Objects.requireNonNull(src, "src");
    Arguments.checkOffset(offset, src.remaining());
    file.checkWritable();
    if (!src.hasRemaining()) {
      return 0;
    }
    try {
      return file.engineFile.write(src, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes the bytes of {@code src} at {@code offset}.
   *
   * @param src a segment of any size, of which one call writes at most 0x7ffff000 bytes
   * @param offset the offset in the file, in bytes from 0
   * @return the number of bytes written
   * @throws IllegalArgumentException if {@code src} is backed by an array that is not a {@code
   *     byte[]}, or if {@code offset} is out of range
   * @throws IllegalStateException if the arena of {@code src} is closed, or was closed during the
   *     call
   * @throws WrongThreadException if {@code src} is confined to another thread
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   * @see #write(ByteBuffer, long)
   */
  public long write(MemorySegment src, long offset) throws IOException {
    Arguments.checkSegment("src", src);
    Arguments.checkOffset(offset, src.byteSize());
    file.checkWritable();
    if (src.byteSize() == 0) {
      return 0;
    }
    try {
      return file.engineFile.write(src, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes the bytes of {@code src} at the end that the file has at the time of the write, and
   * advances the buffer's position.
   *
   * <p>The kernel determines the end. Appends of several threads and processes then never overwrite
   * each other. On the JDK's channels (see {@link Uring}), if the file was not opened with APPEND,
   * this holds only for appends by this {@code UringFile}.
   *
   * @param src a heap or direct buffer
   * @return the number of bytes written
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   */
  public int append(ByteBuffer src) throws IOException {
    Objects.requireNonNull(src, "src");
    file.checkWritable();
    if (!src.hasRemaining()) {
      return 0;
    }
    try {
      return file.engineFile.write(src, EngineFile.APPEND);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads bytes at {@code offset} into several buffers. Each buffer is filled from its position up
   * to its limit before the next one, and its position is advanced.
   *
   * <p>As with a single buffer, one call may read fewer bytes than there is room for. One request
   * takes at most 1,024 buffers (UIO_MAXIOV of uio.h).
   *
   * @param dsts heap or direct buffers that are not read-only, none of them twice
   * @param offset the offset in the file, in bytes from 0
   * @return the number of bytes read; 0 if there is no room; -1 at the end of the file
   * @throws IllegalArgumentException if a buffer is read-only or {@code offset} is out of range
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws IOException if the bytes cannot be read
   */
  public long read(ByteBuffer[] dsts, long offset) throws IOException {
    ByteBuffer[] buffers = Objects.requireNonNull(dsts, "dsts").clone();
    long room = Arguments.remaining("dsts", buffers);
    Arguments.checkNotReadOnly("dsts", buffers);
    Arguments.checkOffset(offset, room);
    file.checkReadable();
    try {
      long n = room == 0 ? 0 : file.engineFile.read(buffers, offset);
      return n == 0 && room > 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes the bytes of several buffers, one after the other, at {@code offset}, and advances the
   * buffers' positions.
   *
   * <p>As with a single buffer, one call may write fewer bytes than there are. If the file was
   * opened with APPEND, the bytes are written at its end; the bytes of up to 1,024 buffers are then
   * contiguous.
   *
   * @param srcs heap or direct buffers, none of them twice
   * @param offset the offset in the file, in bytes from 0
   * @return the number of bytes written
   * @throws IllegalArgumentException if {@code offset} is out of range
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the bytes cannot be written
   */
  public long write(ByteBuffer[] srcs, long offset) throws IOException {
    ByteBuffer[] buffers = Objects.requireNonNull(srcs, "srcs").clone();
    long length = Arguments.remaining("srcs", buffers);
    Arguments.checkOffset(offset, length);
    file.checkWritable();
    try {
      return length == 0 ? 0 : file.engineFile.write(buffers, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads several ranges concurrently. All requests are in flight together, and the thread parks
   * until the last one has ended. Each buffer's position is advanced.
   *
   * @param ranges ranges in any order; they may overlap in the file, but not in memory
   * @return the outcomes of the ranges, in the order of {@code ranges}
   * @throws IllegalArgumentException if a buffer is read-only
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws InterruptedIOException if the thread is interrupted; the buffers' positions show what
   *     was read
   * @throws IOException if another thread closes the file
   */
  public List<Range.Outcome> readRanges(List<Range> ranges) throws IOException {
    List<RangeTransfer> transfers = RangeTransfers.of(ranges);
    for (int i = 0; i < transfers.size(); i++) {
      if (transfers.get(i).buffer.isReadOnly()) {
        throw Arguments.readOnly("ranges[" + i + "].buffer", transfers.get(i).buffer);
      }
    }
    file.checkReadable();
    try {
      file.engineFile.readRanges(transfers);
      return RangeTransfers.outcomes(transfers, -1);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes several ranges concurrently, as {@link #readRanges} reads them. The order in which
   * overlapping ranges are written is undefined.
   *
   * @param ranges ranges in any order
   * @return the outcomes of the ranges, in the order of {@code ranges}
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws InterruptedIOException if the thread is interrupted; the buffers' positions show what
   *     was written
   * @throws IOException if another thread closes the file
   */
  public List<Range.Outcome> writeRanges(List<Range> ranges) throws IOException {
    List<RangeTransfer> transfers = RangeTransfers.of(ranges);
    file.checkWritable();
    try {
      file.engineFile.writeRanges(transfers);
      return RangeTransfers.outcomes(transfers, 0);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads bytes at {@code offset} until {@code dst} is full, and advances the buffer's position.
   *
   * @param dst a heap or direct buffer that is not read-only
   * @param offset the offset in the file, in bytes from 0
   * @throws EOFException if the file ends before the buffer is full; the bytes up to the end of the
   *     file are in the buffer, before its position
   * @throws InterruptedIOException if the thread is interrupted; {@code bytesTransferred} bytes are
   *     in the buffer
   * @throws IOException if the bytes cannot be read
   * @see #read(ByteBuffer, long)
   */
  public void readFully(ByteBuffer dst, long offset) throws IOException {
    Objects.requireNonNull(dst, "dst");
    Arguments.checkOffset(offset, dst.remaining());
    Arguments.checkNotReadOnly("dst", dst);
    file.checkReadable();
    try {
      TransferLoop.read(file, dst, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads bytes at {@code offset} until {@code dst} is full.
   *
   * @param dst a segment of any size that is not read-only
   * @param offset the offset in the file, in bytes from 0
   * @throws EOFException if the file ends before the segment is full; the bytes up to the end of
   *     the file are in {@code dst}
   * @throws InterruptedIOException if the thread is interrupted; {@code bytesTransferred} bytes are
   *     in {@code dst} ({@code Integer.MAX_VALUE} stands for that many or more)
   * @throws IOException if the bytes cannot be read
   * @see #read(MemorySegment, long)
   */
  public void readFully(MemorySegment dst, long offset) throws IOException {
    Arguments.checkSegment("dst", dst);
    Arguments.checkOffset(offset, dst.byteSize());
    Arguments.checkNotReadOnly("dst", dst);
    file.checkReadable();
    try {
      TransferLoop.read(file, dst, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes all bytes of {@code src}, from its position up to its limit, at {@code offset}, and
   * advances the position.
   *
   * @param src a heap or direct buffer
   * @param offset the offset in the file, in bytes from 0
   * @throws InterruptedIOException if the thread is interrupted; {@code bytesTransferred} bytes
   *     were written
   * @throws IOException if the bytes cannot be written
   * @see #write(ByteBuffer, long)
   */
  public void writeFully(ByteBuffer src, long offset) throws IOException {
    Objects.requireNonNull(src, "src");
    Arguments.checkOffset(offset, src.remaining());
    file.checkWritable();
    try {
      TransferLoop.write(file, src, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Writes all bytes of {@code src} at {@code offset}.
   *
   * @param src a segment of any size
   * @param offset the offset in the file, in bytes from 0
   * @throws InterruptedIOException if the thread is interrupted; {@code bytesTransferred} bytes
   *     were written ({@code Integer.MAX_VALUE} stands for that many or more)
   * @throws IOException if the bytes cannot be written
   * @see #write(MemorySegment, long)
   */
  public void writeFully(MemorySegment src, long offset) throws IOException {
    Arguments.checkSegment("src", src);
    Arguments.checkOffset(offset, src.byteSize());
    file.checkWritable();
    try {
      TransferLoop.write(file, src, offset);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  // ---- copies and streams

  /**
   * Copies bytes to another file, at most up to the end that this file has when the call begins.
   *
   * <p>If possible, the kernel copies the bytes without passing them through this process
   * (copy_file_range(2)), and some file systems share the blocks. Otherwise the bytes are copied
   * through a buffer.
   *
   * <p>Like {@code FileChannel.transferTo}, it may copy fewer bytes than there are. Pieces of at
   * most 64 MiB are copied on a pool of threads. If a failure, an interrupt or a deadline ends the
   * call after the first piece, the call returns the number of bytes copied so far, with the
   * interrupt status set if the thread was interrupted; the next call throws the exception. Bytes
   * that were read from a source that cannot seek, but could not be written, are lost.
   *
   * @param offset the offset in this file, in bytes from 0; ignored if this file cannot seek
   * @param count the maximum number of bytes to copy, from 0
   * @param target a file opened for writing, of any {@link Uring}; if it was opened with APPEND,
   *     the bytes are written at its end
   * @param targetOffset the offset in {@code target}, in bytes from 0
   * @return the number of bytes copied; 0 at the end of the file
   * @throws IllegalArgumentException if {@code offset}, {@code count} or {@code targetOffset} is
   *     negative; if {@code targetOffset} is {@code Long.MAX_VALUE}, where no byte can be; or if
   *     the two ranges overlap in one file, which may have been opened twice
   * @throws NonReadableChannelException if this file was not opened for reading
   * @throws NonWritableChannelException if {@code target} was not opened for writing
   * @throws ClosedChannelException if one of the files is closed
   * @throws IOException if no byte can be copied
   */
  public long transferTo(long offset, long count, UringFile target, long targetOffset)
      throws IOException {
    Objects.requireNonNull(target, "target");
    return file.transferTo(offset, count, target.file, targetOffset);
  }

  /**
   * Returns a stream that reads the file from its start.
   *
   * @return a new stream, as of {@link #inputStream(long)}
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws ClosedChannelException if the file is closed
   */
  public InputStream inputStream() throws IOException {
    return inputStream(0);
  }

  /**
   * Returns a stream that reads the file from {@code offset}.
   *
   * <p>A file may have any number of streams. Each has its own position and is for use by one
   * thread at a time. <b>Closing a stream does not close the file</b>, which others may be using. A
   * stream of a closed file throws {@link ClosedChannelException}s.
   *
   * <p>Every read of the stream is a read of the file, and an interrupt has the same effect. To
   * read single bytes, use a {@link java.io.BufferedInputStream}. {@code available} and {@code
   * skip} use the size that the file has when they are called. {@code transferTo} copies to a
   * stream of {@link #outputStream} as {@link #transferTo(long, long, UringFile, long)} copies to a
   * file.
   *
   * @param offset the offset in the file, in bytes from 0; ignored if the file cannot seek
   * @return a new stream
   * @throws IllegalArgumentException if {@code offset} is negative
   * @throws NonReadableChannelException if the file was not opened for reading
   * @throws ClosedChannelException if the file is closed
   */
  public InputStream inputStream(long offset) throws IOException {
    Arguments.checkNotNegative("offset", offset);
    file.checkReadable();
    return new UringInputStream(file, offset);
  }

  /**
   * Returns a stream that overwrites the file from its start.
   *
   * @return a new stream, as of {@link #outputStream(long)}
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws ClosedChannelException if the file is closed
   */
  public OutputStream outputStream() throws IOException {
    return outputStream(0);
  }

  /**
   * Returns a stream that overwrites the file from {@code offset}, or, if the file was opened with
   * APPEND, writes at its end.
   *
   * <p>A file may have any number of streams. Each has its own position and is for use by one
   * thread at a time. <b>Closing a stream does not close the file</b>; see {@link
   * #inputStream(long)}.
   *
   * <p>Every write of the stream is a write of the file, without a buffer, and returns when all
   * bytes are written. If a write is interrupted, {@code bytesTransferred} of the exception is the
   * number of bytes written, and the next write continues after them. {@code flush} does nothing;
   * see {@link #force}.
   *
   * @param offset the offset in the file, in bytes from 0; ignored if the file cannot seek or was
   *     opened with APPEND
   * @return a new stream
   * @throws IllegalArgumentException if {@code offset} is negative
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws ClosedChannelException if the file is closed
   */
  public OutputStream outputStream(long offset) throws IOException {
    Arguments.checkNotNegative("offset", offset);
    file.checkWritable();
    return new UringOutputStream(file, offset);
  }

  // ---- durability and advice

  /**
   * Writes everything that was written to the file to its device: fsync(2), or fdatasync(2) without
   * {@code metaData}. When the call returns, every write that returned before it survives a crash.
   *
   * <p>Calls that arrive while an fsync of this {@code UringFile} runs share the next fsync. It
   * starts when the running one has ended, so it covers what these callers wrote. It includes the
   * metadata if one of the calls asks for it. A call that is interrupted stops waiting at once,
   * unless the fsync that runs serves that call alone.
   *
   * <p>The kernel reports a failure once. It means that writes may be lost permanently; a later
   * call that succeeds does not restore them. The failure is thrown by all calls that arrived
   * before the failed fsync ended.
   *
   * @param metaData whether to include metadata that is not needed to read the data, such as times
   * @throws IOException if the device cannot store the data
   */
  public void force(boolean metaData) throws IOException {
    try {
      file.engineFile.force(metaData);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Starts to write the modified pages of a range to the device, and waits until the device has
   * received them: {@code sync_file_range(2)} with WAIT_BEFORE, WRITE and WAIT_AFTER.
   *
   * <p><b>This does not protect data from a crash</b>, unlike {@link #force}: it writes neither the
   * size of the file nor the location of newly allocated blocks, and it does not flush the write
   * cache of the device. Its purpose is to spread the work. A program that writes a lot calls it
   * for what it has just written, so that a later {@code force} has little left to do and the page
   * cache does not fill up with modified pages. On the JDK's channels (see {@link Uring}) it does
   * the same as {@code force(false)}.
   *
   * @param offset the start of the range, in bytes from 0
   * @param length the length of the range in bytes; 0 means to the end of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws IOException if the device cannot receive the data; the kernel reports this once, so a
   *     later {@code force} may succeed although data has been lost
   */
  public void forceRange(long offset, long length) throws IOException {
    Arguments.checkRange(offset, length);
    file.checkOpen();
    try {
      file.engineFile.forceRange(offset, length);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Tells the kernel which access pattern to expect for a range: posix_fadvise(2). The kernel may
   * read ahead, or drop pages from its cache; the content of the file does not change. On Linux,
   * NORMAL, SEQUENTIAL, RANDOM and NO_REUSE apply to the whole open file, whatever the range.
   *
   * <p>It has no effect on the JDK's channels (see {@link Uring}), and on a file that cannot seek.
   *
   * @param offset the start of the range, in bytes from 0
   * @param length the length of the range in bytes; 0 means to the end of the file
   * @param advice the access pattern
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws IOException if the kernel rejects the advice
   */
  public void advise(long offset, long length, Advice advice) throws IOException {
    Objects.requireNonNull(advice, "advice");
    Arguments.checkRange(offset, length);
    file.checkOpen();
    try {
      file.engineFile.advise(offset, length, advice);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  // ---- attributes

  /**
   * Returns the size of the file.
   *
   * @return the size in bytes; 0 for a file that cannot seek
   * @throws IOException if the size cannot be read
   */
  public long size() throws IOException {
    try {
      return file.engineFile.size();
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads the attributes of the file.
   *
   * @return a snapshot of the attributes; on the JDK's channels (see {@link Uring}), those of the
   *     file that the path leads to now
   * @throws IOException if the attributes cannot be read
   */
  public UringAttributes attributes() throws IOException {
    try {
      return new UringAttributes(file.engineFile.status());
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Sets the times of the last modification and the last access. The file system may round them,
   * and replaces a time that it cannot represent by the nearest one that it can.
   *
   * <p>This runs on a pool of threads, because io_uring has no operation for futimens(2); an
   * interrupt does not end it once it has started. On the JDK's channels (see {@link Uring}) the
   * JDK sets the times of the file that the path leads to now, and replaces a time before 1970 by
   * 1970.
   *
   * @param lastModified the time of the last modification; null leaves it unchanged
   * @param lastAccess the time of the last access; null leaves it unchanged
   * @throws IOException if the times cannot be set, for example because the process does not own
   *     the file
   */
  public void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException {
    file.checkOpen();
    try {
      file.engineFile.setTimes(lastModified, lastAccess);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Sets the permissions of the file, as {@link java.nio.file.Files#setPosixFilePermissions} does:
   * the set-user-ID, set-group-ID and sticky bits are cleared. Descriptors that are open stay
   * usable.
   *
   * <p>This runs on a pool of threads, as {@link #setTimes} does. On the JDK's channels (see {@link
   * Uring}) it sets the permissions of the file that the path leads to now.
   *
   * @param permissions the complete new permissions
   * @throws UnsupportedOperationException on the JDK's channels (see {@link Uring}), if the file
   *     system does not support POSIX permissions
   * @throws IOException if the permissions cannot be set, for example because the process does not
   *     own the file
   */
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    Set<PosixFilePermission> copy = Arguments.copyOfPermissions(permissions);
    file.checkOpen();
    try {
      file.engineFile.setPermissions(copy);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  // ---- size and space

  /**
   * Truncates the file to {@code size} bytes. A file that is not longer stays as it is.
   *
   * @param size the size in bytes, from 0
   * @throws IllegalArgumentException if {@code size} is negative
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the file cannot be truncated
   */
  public void truncate(long size) throws IOException {
    Arguments.checkNotNegative("size", size);
    file.checkWritable();
    try {
      file.engineFile.truncate(size);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reserves the space of a range, so that writes to it do not fail for lack of space:
   * fallocate(2). If the file ends before the end of the range, it grows to there, and the new
   * bytes are zeros. Existing bytes do not change.
   *
   * <p>On the JDK's channels (see {@link Uring}), only the space after the end of the file is
   * reserved, by writing zeros in pieces. Holes inside the file stay. An interrupt can leave part
   * of the space reserved. If another thread or process writes at the end of the file meanwhile,
   * zeros may replace its bytes.
   *
   * @param offset the start of the range, in bytes from 0
   * @param length the length of the range in bytes, at least 1; its sum with {@code offset} must
   *     not exceed {@code Long.MAX_VALUE}
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException if the file system does not support it, or the file is
   *     not a regular file
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if there is not enough space, or the file would become too large
   */
  public void allocate(long offset, long length) throws IOException {
    change(Space.ALLOCATE, offset, length);
  }

  /**
   * Returns the space of a range to the file system: FALLOC_FL_PUNCH_HOLE of fallocate(2). The
   * bytes of the range become zeros. Blocks that are only partly in the range stay allocated. The
   * size of the file does not change.
   *
   * <p>On the JDK's channels (see {@link Uring}), zeros are written in pieces to the part of the
   * range that is inside the file, and no space is returned. That cannot be done if the file was
   * opened with APPEND.
   *
   * @param offset the start of the range, in bytes from 0
   * @param length the length of the range in bytes, at least 1; the range may extend beyond the end
   *     of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException if the file system does not support it, or the file is
   *     not a regular file
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the range cannot be changed
   */
  public void punchHole(long offset, long length) throws IOException {
    change(Space.PUNCH_HOLE, offset, length);
  }

  /**
   * Makes the bytes of a range zeros, usually without writing them, and keeps or reserves their
   * space: FALLOC_FL_ZERO_RANGE with FALLOC_FL_KEEP_SIZE of fallocate(2). The size of the file does
   * not change. Some file systems, such as tmpfs, do not support it.
   *
   * <p>On the JDK's channels (see {@link Uring}), zeros are written in pieces to the part of the
   * range that is inside the file. That cannot be done if the file was opened with APPEND.
   *
   * @param offset the start of the range, in bytes from 0
   * @param length the length of the range in bytes, at least 1; the range may extend beyond the end
   *     of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException if the file system does not support it, or the file is
   *     not a regular file
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws IOException if the range cannot be changed
   */
  public void zeroRange(long offset, long length) throws IOException {
    change(Space.ZERO_RANGE, offset, length);
  }

  /**
   * Removes a range from the file without copying the bytes after it: FALLOC_FL_COLLAPSE_RANGE of
   * fallocate(2). The bytes after the range move to its start, and the file becomes {@code length}
   * bytes shorter. Among the common file systems, ext4 and xfs support it.
   *
   * @param offset the start of the range in bytes, a multiple of the block size of the file system
   * @param length the length of the range in bytes, a multiple of the block size of the file
   *     system; the range must end before the end of the file
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException on the JDK's channels (see {@link Uring}), if the file
   *     system does not support it, or if the file is not a regular file
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws java.nio.file.FileSystemException if the range does not consist of whole blocks, or
   *     does not end before the end of the file
   * @throws IOException if the range cannot be removed
   */
  public void collapse(long offset, long length) throws IOException {
    change(Space.COLLAPSE, offset, length);
  }

  /**
   * Inserts a range into the file without copying the bytes after it: FALLOC_FL_INSERT_RANGE of
   * fallocate(2). The bytes from {@code offset} on move {@code length} bytes towards the end, and
   * the file becomes that much longer. The bytes of the range are zeros. Among the common file
   * systems, ext4 and xfs support it.
   *
   * @param offset the start of the range in bytes, less than the size of the file and a multiple of
   *     the block size of the file system
   * @param length the length of the range in bytes, a multiple of the block size of the file system
   * @throws IllegalArgumentException if {@code offset} or {@code length} is out of range
   * @throws UnsupportedOperationException on the JDK's channels (see {@link Uring}), if the file
   *     system does not support it, or if the file is not a regular file
   * @throws NonWritableChannelException if the file was not opened for writing
   * @throws java.nio.file.FileSystemException if the range does not consist of whole blocks, or
   *     {@code offset} is not inside the file
   * @throws IOException if the range cannot be inserted
   */
  public void insert(long offset, long length) throws IOException {
    change(Space.INSERT, offset, length);
  }

  private void change(Space change, long offset, long length) throws IOException {
    Arguments.checkNonEmptyRange(offset, length);
    file.checkWritable();
    try {
      file.engineFile.change(change, offset, length);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  // ---- closing

  /**
   * Returns whether the file is open.
   *
   * @return false if the file or its {@link Uring} has been closed
   */
  public boolean isOpen() {
    try {
      return file.engineFile.isOpen();
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Cancels the operations in flight on the file and closes it. Closing a closed file has no
   * effect.
   *
   * <p>The call returns when the operations have ended and the descriptor is closed. It also waits
   * for operations that the kernel cannot cancel. An interrupt does not end the wait; the interrupt
   * status stays set. The kernel may regard the file as open for some microseconds more, which the
   * process at the other end of a FIFO can notice.
   *
   * @throws IOException if the file system reports that earlier writes have failed; the file is
   *     closed nevertheless
   */
  @Override
  public void close() throws IOException {
    try {
      file.engineFile.close();
    } finally {
      if (!file.engineFile.isOpen()) { // it is open if there was not enough stack to begin
        cleaner.unregister();
      }
    }
  }

  /** Returns the path and whether the file is open, for messages. */
  @Override
  public String toString() {
    return "UringFile[path=" + path() + (isOpen() ? "]" : ", closed]");
  }
}
