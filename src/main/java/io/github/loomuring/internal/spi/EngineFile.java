package io.github.loomuring.internal.spi;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.linux.Memory;
import io.github.loomuring.internal.platform.PosixLocks;
import java.io.IOException;
import java.io.InterruptedIOException;
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
 * An open file of an engine.
 *
 * <p>Arguments have been checked against what the file was opened for, and have room; every method
 * throws {@link java.nio.channels.ClosedChannelException} once the file is closed, {@link
 * java.nio.channels.AsynchronousCloseException} if that happens during the call, and {@link
 * java.io.InterruptedIOException} on an interrupt.
 */
public interface EngineFile {
  /** In place of an offset: write at the end of the file, wherever that is then. */
  long APPEND = -1;

  /** In place of a position: a FIFO, a socket and a terminal have none. */
  long NO_POSITION = -1;

  /** Reads into {@code dst} from its position; bytes read, 0 at the end of the file. */
  int read(ByteBuffer dst, long offset) throws IOException;

  long read(MemorySegment dst, long offset) throws IOException;

  int write(ByteBuffer src, long offset) throws IOException;

  long write(MemorySegment src, long offset) throws IOException;

  /** Reads into the buffers, one after the other; bytes read, 0 at the end of the file. */
  long read(ByteBuffer[] dsts, long offset) throws IOException;

  long write(ByteBuffer[] srcs, long offset) throws IOException;

  /** Reads all ranges at once; what becomes of each is noted in it. */
  void readRanges(List<RangeTransfer> ranges) throws IOException;

  void writeRanges(List<RangeTransfer> ranges) throws IOException;

  void force(boolean metaData) throws IOException;

  long size() throws IOException;

  /**
   * Whether what is not said of positions holds: a regular file, or a directory, has any of them,
   * as far as its file system goes.
   */
  boolean isRegular();

  /**
   * Asks for a position, as lseek(2) does.
   *
   * @return the position; another one of a device that has only that; or {@link #NO_POSITION}
   * @throws IOException if the file has others, but not this one
   */
  long seek(long position) throws IOException;

  /** What the file system says of the file. */
  FileStatus status() throws IOException;

  /** Cuts the file to {@code size} bytes; does nothing if it is not longer. */
  void truncate(long size) throws IOException;

  /**
   * Changes the space that a range takes.
   *
   * @param length positive
   * @throws UnsupportedOperationException if the file, its file system or the engine cannot
   */
  void change(Space change, long offset, long length) throws IOException;

  /** Tells the kernel of an intention, where there is a kernel to be told. */
  default void advise(long offset, long length, Advice advice) throws IOException {
    if (Interrupts.pending()) {
      throw new InterruptedIOException("the thread was interrupted before the operation");
    }
    Deadlines.check("the file");
  }

  /** Has a range written to the device, without a promise; a length of 0 means to the end. */
  default void forceRange(long offset, long length) throws IOException {
    force(false);
  }

  /** Sets the times that are not null. */
  void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException;

  void setPermissions(Set<PosixFilePermission> permissions) throws IOException;

  /**
   * Has the kernel copy bytes of this file to another one, without a buffer.
   *
   * @param count positive
   * @return how many were copied, perhaps fewer; 0 if the kernel cannot, or has found no more
   */
  default long copyInKernel(long offset, long count, EngineFile target, long targetOffset)
      throws IOException {
    return 0;
  }

  /** Where work with a JDK's channel of the file runs. */
  enum PlainUse {
    /** On the pool; an interrupt or a deadline takes it back before it has begun. */
    POOL,
    /** On the pool, whatever happens to the caller. */
    POOL_ALWAYS,
    /** On the caller, with a channel that an interrupt may close. */
    CALLER;

    /** Stands for a thread of the pool where an arena is asked who may use it. */
    private static final Thread POOL_THREAD = Thread.ofPlatform().unstarted(() -> {});

    /** Where {@code arena} may be used: on the caller, if it is for one thread alone. */
    public static PlainUse of(Arena arena) {
      return Memory.isAccessible(arena, POOL_THREAD) ? POOL : CALLER;
    }
  }

  /** Work with a JDK's channel. */
  interface PlainWork<T> {
    T run(FileChannel channel) throws IOException;
  }

  /**
   * Runs work with a JDK's channel of the file, opened for the same. On the pool it is always the
   * same one, which stays open, and keeps its locks, until the file is closed.
   */
  <T> T withPlainChannel(PlainUse use, PlainWork<T> work) throws IOException;

  /** Which file it is to {@link PosixLocks}, or what it has in place of that. */
  long lockKey();

  /** Work with a path of the platform. */
  interface PathWork<T> {
    T run(Path path) throws IOException;
  }

  /**
   * Runs work with a path that leads to what is open here, whatever the path that it was opened by
   * leads to by now; with null where there is no such path.
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
