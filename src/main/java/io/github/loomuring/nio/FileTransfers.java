package io.github.loomuring.nio;

import io.github.loomuring.UringFile;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.FileCopy;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Transfers bytes between a file and another channel. The kernel copies between two files of the
 * library, where it can. All other transfers go through a buffer.
 *
 * <p>A transfer that fails after it has moved bytes returns their number, and throws nothing. If
 * the error persists, the next call throws it.
 */
final class FileTransfers {
  /** The most bytes that one system call moves: MAX_RW_COUNT of linux/fs.h. */
  private static final long CALL_BYTES_MAX = 0x7ffff000;

  private FileTransfers() {}

  /** Returns the number of bytes between {@code offset} and the reported end of the file. */
  private static long bytesAfter(UringFile file, long offset) throws IOException {
    return Math.max(0, file.size() - offset);
  }

  /**
   * Checks that one system call can begin to copy: that neither range exceeds the largest offset
   * within the bytes that one call moves.
   */
  static void checkEnds(
      UringFile source, long offset, long count, long targetOffset, boolean targetAppends)
      throws IOException {
    long callBytes = Math.min(count, CALL_BYTES_MAX);
    Preconditions.checkEnd(offset, callBytes);
    Preconditions.checkEnd(
        targetOffset, targetAppends ? Math.min(callBytes, bytesAfter(source, offset)) : callBytes);
  }

  /**
   * Copies at most {@code count} bytes between two files. If the ranges overlap in one file, the
   * target receives the bytes that the source had before.
   *
   * @param targetAppends whether the target appends them, and ignores {@code targetOffset}
   */
  static long copy(
      UringFile source,
      long offset,
      long count,
      UringFile target,
      long targetOffset,
      boolean targetAppends)
      throws IOException {
    long last = targetAppends ? offset : Math.max(offset, targetOffset);
    long limit = Math.min(count, Long.MAX_VALUE - last);
    try {
      if (limit == 0 && count > 0 && bytesAfter(source, offset) > 0) {
        Preconditions.checkEnd(targetOffset, 1);
      }
      long n =
          limit == 0
              ? 0
              : FileCopy.copyOverlapping(
                  Access.get().engineFile(source),
                  offset,
                  limit,
                  Access.get().engineFile(target),
                  targetOffset,
                  targetAppends);
      assert n >= 0 && n <= limit : "n=" + n + ", limit=" + limit;
      return n;
    } finally {
      Reference.reachabilityFence(source);
      Reference.reachabilityFence(target);
    }
  }

  /**
   * Writes bytes of a file to a channel. If a non-blocking target accepts only some of them, the
   * transfer ends there, and the others are not counted.
   */
  static long toChannel(UringFile source, long offset, long count, WritableByteChannel target)
      throws IOException {
    long size = source.size();
    // Files whose size is 0 may have content, as those of /proc: they are read to their end.
    long limit = Math.min(count, (size > 0 ? size : Long.MAX_VALUE) - offset);
    if (limit <= 0) {
      return 0;
    }
    ByteBuffer buffer = TransferBuffers.acquire(target, limit);
    long done = 0;
    try {
      while (done < limit) {
        limitTo(buffer, limit - done);
        int n = source.read(buffer, offset + done);
        if (n <= 0) {
          break;
        }
        int written = target.write(buffer.flip());
        done += written;
        if (written < n) {
          break;
        }
      }
      return done;
    } catch (IOException e) {
      if (done > 0) {
        return done;
      }
      throw e;
    } finally {
      TransferBuffers.release(buffer);
    }
  }

  /**
   * Writes bytes that it reads from a channel to a file. Bytes that were read but cannot be written
   * are lost, unless the source is a {@link SeekableByteChannel}: its position is then set back.
   */
  static long fromChannel(ReadableByteChannel source, UringFile target, long offset, long count)
      throws IOException {
    if (count == 0) {
      return 0;
    }
    ByteBuffer buffer = TransferBuffers.acquire(source, count);
    long done = 0;
    try {
      while (done < count) {
        limitTo(buffer, count - done);
        if (source.read(buffer) <= 0) {
          break;
        }
        buffer.flip();
        try {
          Preconditions.checkEnd(offset + done, buffer.remaining());
          while (buffer.hasRemaining()) {
            int n = target.write(buffer, offset + done);
            if (n == 0) {
              throw new IOException(
                  target + ": a write of " + buffer.remaining() + " bytes wrote none");
            }
            done += n;
          }
        } catch (IOException e) {
          setBack(source, buffer.remaining(), e);
          throw e;
        }
      }
      return done;
    } catch (IOException e) {
      if (done > 0) {
        return done;
      }
      throw e;
    } finally {
      TransferBuffers.release(buffer);
    }
  }

  private static void limitTo(ByteBuffer buffer, long bytes) {
    assert bytes > 0 : "bytes=" + bytes;
    buffer.clear().limit((int) Math.min(buffer.capacity(), bytes));
  }

  /** Moves the position of a seekable source back by the bytes that could not be written. */
  private static void setBack(Channel source, int bytes, IOException reason) {
    if (source instanceof SeekableByteChannel seekable) {
      try {
        seekable.position(seekable.position() - bytes);
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }
}
