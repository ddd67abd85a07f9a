package io.github.loomuring.internal.spi;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.linux.Memory;
import io.github.loomuring.internal.platform.PosixLocks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * An open file of an engine. Any thread may call.
 *
 * <p>The caller has checked the arguments against the options of the open, and buffers have bytes
 * remaining. Every method throws {@link java.nio.channels.ClosedChannelException} once the file is
 * closed, {@link java.nio.channels.AsynchronousCloseException} if the file is closed during the
 * call, and {@link java.io.InterruptedIOException} on an interrupt.
 */
public interface EngineFile {
  /** In place of an offset: write at the end that the file has at that moment. */
  long APPEND = -1;

  /** In place of a position: the file has none, because it is a FIFO, a socket or a terminal. */
  long NO_POSITION = -1;

  /**
   * Reads into {@code dst} from its position on.
   *
   * @return how many bytes were read; 0 at the end of the file
   */
  int read(ByteBuffer dst, long offset) throws IOException;

  long read(MemorySegment dst, long offset) throws IOException;

  int write(ByteBuffer src, long offset) throws IOException;

  long write(MemorySegment src, long offset) throws IOException;

  /**
   * Reads into the buffers, one after the other.
   *
   * @return how many bytes were read; 0 at the end of the file
   */
  long read(ByteBuffer[] dsts, long offset) throws IOException;

  long write(ByteBuffer[] srcs, long offset) throws IOException;

  /** Reads all ranges at once, and notes the result of each in it. */
  void readRanges(List<RangeTransfer> ranges) throws IOException;

  void writeRanges(List<RangeTransfer> ranges) throws IOException;

  void force(boolean metaData) throws IOException;

  long size() throws IOException;

  /**
   * Whether the file accepts every position up to its file system's limit, as regular files and
   * directories do. A device may accept only some.
   */
  boolean isRegular();

  /**
   * Sets the file's position, as lseek(2) does.
   *
   * @return the position; a different one if a device has only that; or {@link #NO_POSITION}
   * @throws IOException if the file has positions, but not this one
   */
  long seek(long position) throws IOException;

  /** The attributes of the file. */
  FileStatus status() throws IOException;

  /** Truncates the file to {@code size} bytes; does nothing if the file is not longer. */
  void truncate(long size) throws IOException;

  /**
   * Changes the space that a range of the file takes on its device.
   *
   * @param length positive
   * @throws UnsupportedOperationException if the file, its file system or the engine does not
   *     support the change
   */
  void change(Space change, long offset, long length) throws IOException;

  /** Passes advice about a range to the kernel; does nothing if the engine cannot. */
  default void advise(long offset, long length, Advice advice) throws IOException {
    Cancellation.check("the file");
  }

  /**
   * Writes a range to the device. This does not guarantee that the range can be read after a crash.
   *
   * @param length 0 means to the end of the file
   */
  default void forceRange(long offset, long length) throws IOException {
    force(false);
  }

  /** Sets the times that are not null. */
  void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException;

  void setPermissions(Set<PosixFilePermission> permissions) throws IOException;

  /**
   * Copies bytes of this file to another one in the kernel, without a buffer.
   *
   * @param count positive
   * @return how many bytes were copied, possibly fewer than {@code count}; 0 if the kernel cannot
   *     copy them, or if there are none
   */
  default long copyInKernel(long offset, long count, EngineFile target, long targetOffset)
      throws IOException {
    return 0;
  }

  /** Where work with the file's JDK channel runs. */
  enum ChannelUse {
    /** On the pool; an interrupt or a deadline takes it back before it has started. */
    POOL,
    /** On the pool, even if the caller is interrupted or its deadline passes. */
    POOL_ALWAYS,
    /** On the caller, with a channel that an interrupt may close. */
    CALLER;

    /** Stands for a thread of the pool when an arena is asked who may access it. */
    private static final Thread POOL_THREAD = Thread.ofPlatform().unstarted(() -> {});

    /** Where {@code arena} may be used: on the caller if it is confined to one thread. */
    public static ChannelUse of(Arena arena) {
      return Memory.isAccessible(arena, POOL_THREAD) ? POOL : CALLER;
    }
  }

  /** Work with a JDK channel. */
  interface ChannelWork<T> {
    T run(FileChannel channel) throws IOException;
  }

  /**
   * Runs work with a JDK channel of the file, opened with the same access. On the pool it is always
   * the same channel, which stays open, with its locks, until the file is closed.
   */
  <T> T withJdkChannel(ChannelUse use, ChannelWork<T> work) throws IOException;

  /** The file's key, or what stands in place of one, see {@link PosixLocks}. */
  long lockKey();

  /** Work with a path of the platform's file system. */
  interface PathWork<T> {
    T run(Path path) throws IOException;
  }

  /**
   * Runs work with a path that leads to this open file, even if the path that it was opened by
   * leads to another file by now. The path is null if there is no such path.
   */
  default <T> T withDescriptorPath(PathWork<T> work) throws IOException {
    return work.run(null);
  }

  /** Whether an interrupt ends an operation that has started. */
  default boolean isCancellable() {
    return true;
  }

  boolean isOpen();

  void close() throws IOException;
}
