package io.github.loomuring.internal;

import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;

/** Copies bytes from one file to another, of any engines: in the kernel, or through a buffer. */
public final class FileCopy {
  private static final int BUFFER_BYTES = 256 << 10;

  private final EngineFile source;
  private final EngineFile target;

  private FileCopy(EngineFile source, EngineFile target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Copies at most {@code count} bytes, to where the source ended when this began, or ends sooner.
   * What was copied before a failure, interrupt or deadline is told in its place.
   *
   * @param targetOffset where to; ignored if the target was opened to append
   * @param targetAppends whether it was
   * @throws IllegalArgumentException if the ranges are of one file, and overlap
   */
  public static long copy(
      EngineFile source,
      long offset,
      long count,
      EngineFile target,
      long targetOffset,
      boolean targetAppends)
      throws IOException {
    long size = source.size();
    long limit = limit(size, offset, count);
    if (limit <= 0) {
      return 0;
    }
    if (!targetAppends && isOverlap(source, offset, limit, target, targetOffset)) {
      if (size == 0) {
        return 0; // it is empty
      }
      throw new IllegalArgumentException(
          "offset="
              + offset
              + ", targetOffset="
              + targetOffset
              + ": ranges of length="
              + limit
              + " in one file overlap");
    }
    return new FileCopy(source, target).copy(offset, limit, targetOffset);
  }

  /**
   * As {@link #copy}, also where the ranges are of one file and overlap: as if all bytes were read
   * before the first is written. If that means to copy from the end to the start, a failure on the
   * way leaves it open which bytes were copied, and is thrown.
   */
  public static long copyOverlapping(
      EngineFile source,
      long offset,
      long count,
      EngineFile target,
      long targetOffset,
      boolean targetAppends)
      throws IOException {
    long size = source.size();
    long limit = limit(size, offset, count);
    if (limit <= 0) {
      return 0;
    }
    FileCopy copy = new FileCopy(source, target);
    boolean forward = targetAppends || targetOffset <= offset;
    if (forward || !isOverlap(source, offset, limit, target, targetOffset)) {
      return copy.copy(offset, limit, targetOffset);
    }
    return size == 0 ? 0 : copy.copyBackward(offset, limit, targetOffset);
  }

  /** Files that do not say their size, as those of /proc, are copied until they end. */
  private static long limit(long size, long offset, long count) {
    return size > 0 ? Math.min(count, size - offset) : count;
  }

  private static boolean isOverlap(
      EngineFile source, long offset, long length, EngineFile target, long targetOffset)
      throws IOException {
    boolean overlap = offset - targetOffset < length && targetOffset - offset < length;
    return overlap && isSameFile(source, target);
  }

  private static boolean isSameFile(EngineFile one, EngineFile other) throws IOException {
    if (one == other) {
      return true;
    }
    try {
      FileStatus first = one.status();
      FileStatus second = other.status();
      return first.inode() != 0 // which says that it is not known
          && first.inode() == second.inode()
          && first.device() == second.device();
    } catch (FileSystemException e) {
      return false; // the pool asks by the path, where there may be nothing by now
    }
  }

  private long copy(long offset, long count, long targetOffset) throws IOException {
    long done = 0;
    try {
      while (done < count) {
        long n = source.copyInKernel(offset + done, count - done, target, targetOffset + done);
        if (n == 0) {
          break;
        }
        done += n;
      }
      ByteBuffer buffer = null;
      while (done < count) {
        if (buffer == null) {
          buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, count - done));
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
        if (source.read(buffer, offset + done) == 0) {
          break;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          int n = target.write(buffer, targetOffset + done);
          if (n == 0) {
            throw new IOException(target + ": a write of " + buffer.remaining() + " moved none");
          }
          done += n;
        }
      }
      return done;
    } catch (IOException e) {
      if (done > 0) {
        return done; // a lasting error comes with the next call
      }
      throw wasOpen(e);
    }
  }

  private long copyBackward(long offset, long count, long targetOffset) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, count));
    try {
      for (long left = count; left > 0; left -= buffer.limit()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), left));
        long from = left - buffer.limit();
        while (buffer.hasRemaining()) {
          if (source.read(buffer, offset + from + buffer.position()) == 0) {
            throw new EOFException(source + ": the file was cut during the copy");
          }
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          if (target.write(buffer, targetOffset + from + buffer.position()) == 0) {
            throw new IOException(target + ": a write of " + buffer.remaining() + " moved none");
          }
        }
      }
      return count;
    } catch (IOException e) {
      throw wasOpen(e);
    }
  }

  /** Both files were open when the copy began. */
  private static IOException wasOpen(IOException e) {
    return e.getClass() == ClosedChannelException.class ? new AsynchronousCloseException() : e;
  }
}
