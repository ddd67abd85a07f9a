package io.github.loomuring.internal;

import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;

/**
 * Copies bytes from one file to another, in the kernel or through a buffer. The files may belong to
 * different engines.
 */
public final class FileCopy {
  private static final int BUFFER_BYTES = 256 << 10;

  private final EngineFile source;
  private final long offset;
  private final EngineFile target;
  private final long targetOffset;
  private final boolean targetAppends;

  /** The size of the source when the copy began. */
  private final long size;

  /** The most bytes to copy. */
  private final long limit;

  private FileCopy(
      EngineFile source,
      long offset,
      long count,
      EngineFile target,
      long targetOffset,
      boolean targetAppends)
      throws IOException {
    this.source = source;
    this.offset = offset;
    this.target = target;
    this.targetOffset = targetOffset;
    this.targetAppends = targetAppends;
    this.size = source.size();
    // A file that does not tell its size, such as those of /proc, is copied until it ends.
    this.limit = size > 0 ? Math.min(count, size - offset) : count;
  }

  /**
   * Copies at most {@code count} bytes, and none beyond the end that the source has when the copy
   * begins. If a failure, an interrupt or the deadline ends the copy after some bytes were copied,
   * their number is returned instead.
   *
   * @param targetOffset ignored if the target was opened to append
   * @param targetAppends whether it was
   * @return how many bytes were copied
   * @throws IllegalArgumentException if the ranges belong to one file and overlap
   */
  public static long copy(
      EngineFile source,
      long offset,
      long count,
      EngineFile target,
      long targetOffset,
      boolean targetAppends)
      throws IOException {
    FileCopy copy = new FileCopy(source, offset, count, target, targetOffset, targetAppends);
    if (copy.limit > 0 && copy.isOverlapping()) {
      if (copy.size == 0) {
        return 0; // the file is empty
      }
      throw new IllegalArgumentException(
          "offset="
              + offset
              + ", targetOffset="
              + targetOffset
              + ": ranges of length="
              + copy.limit
              + " in one file overlap");
    }
    return copy.forward();
  }

  /**
   * As {@link #copy}, but ranges of one file may overlap: the result is as if all bytes were read
   * before the first is written. This may need a copy from the end to the start. If such a copy
   * fails on the way, it throws the failure, and which bytes were copied is undefined.
   */
  public static long copyOverlapping(
      EngineFile source,
      long offset,
      long count,
      EngineFile target,
      long targetOffset,
      boolean targetAppends)
      throws IOException {
    FileCopy copy = new FileCopy(source, offset, count, target, targetOffset, targetAppends);
    if (copy.limit <= 0 || targetOffset <= offset || !copy.isOverlapping()) {
      return copy.forward();
    }
    return copy.size == 0 ? 0 : copy.backward();
  }

  private boolean isOverlapping() throws IOException {
    boolean overlap = offset - targetOffset < limit && targetOffset - offset < limit;
    return !targetAppends && overlap && isSameFile();
  }

  private boolean isSameFile() throws IOException {
    if (source == target) {
      return true;
    }
    try {
      FileStatus first = source.status();
      FileStatus second = target.status();
      return first.inode() != 0 // 0: not known
          && first.inode() == second.inode()
          && first.device() == second.device();
    } catch (FileSystemException e) {
      return false; // the pool looks at the path, which may lead to no file by now
    }
  }

  private long forward() throws IOException {
    long done = 0;
    try {
      while (done < limit) {
        long n = source.copyInKernel(offset + done, limit - done, target, targetOffset + done);
        if (n == 0) {
          break;
        }
        done += n;
      }
      ByteBuffer buffer = null;
      while (done < limit) {
        if (buffer == null) {
          buffer = buffer();
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - done));
        if (source.read(buffer, offset + done) == 0) {
          break;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          done += write(buffer, targetOffset + done);
        }
      }
      return done;
    } catch (IOException e) {
      if (done > 0) {
        return done; // an error that lasts is thrown by the next call
      }
      throw asynchronousClose(e);
    }
  }

  private long backward() throws IOException {
    ByteBuffer buffer = buffer();
    try {
      for (long left = limit; left > 0; left -= buffer.limit()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), left));
        long from = left - buffer.limit();
        while (buffer.hasRemaining()) {
          if (source.read(buffer, offset + from + buffer.position()) == 0) {
            throw new EOFException(source + ": the file was truncated during the copy");
          }
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          write(buffer, targetOffset + from + buffer.position());
        }
      }
      return limit;
    } catch (IOException e) {
      throw asynchronousClose(e);
    }
  }

  private ByteBuffer buffer() {
    return ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, limit));
  }

  private int write(ByteBuffer buffer, long at) throws IOException {
    int n = target.write(buffer, at);
    if (n == 0) {
      throw new IOException(
          target + ": a write of length=" + buffer.remaining() + " wrote no byte");
    }
    return n;
  }

  /** Both files were open when the copy began. So if one is closed, it was closed meanwhile. */
  private static IOException asynchronousClose(IOException e) {
    return e.getClass() == ClosedChannelException.class ? new AsynchronousCloseException() : e;
  }
}
