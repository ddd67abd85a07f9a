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
 * Bytes between a file and another channel: of the library's files in the kernel, where it can;
 * otherwise through a buffer. What was moved before a failure is told in its place.
 */
final class Transfers {
  /** The most bytes of one call of the kernel: MAX_RW_COUNT of linux/fs.h. */
  private static final long CALL_BYTES_MAX = 0x7ffff000;

  private Transfers() {}

  /** Bytes from {@code offset} to the end of a file, as far as it says. */
  private static long rest(UringFile file, long offset) throws IOException {
    return Math.max(0, file.size() - offset);
  }

  /** Throws for what the kernel, asked for as much as a call moves, would not begin. */
  static void checkInFile(
      UringFile source, long offset, long count, long targetOffset, boolean targetAppends)
      throws IOException {
    long most = Math.min(count, CALL_BYTES_MAX);
    Checks.inFile(offset, most);
    Checks.inFile(targetOffset, targetAppends ? Math.min(most, rest(source, offset)) : most);
  }

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
      if (limit == 0 && count > 0 && rest(source, offset) > 0) {
        Checks.inFile(targetOffset, 1);
      }
      return limit == 0
          ? 0
          : FileCopy.copyOverlapping(
              Access.get().engineFile(source),
              offset,
              limit,
              Access.get().engineFile(target),
              targetOffset,
              targetAppends);
    } finally {
      Reference.reachabilityFence(source);
      Reference.reachabilityFence(target);
    }
  }

  /** Bytes that the target does not take, because it does not block, stay in the file. */
  static long to(UringFile source, long offset, long count, WritableByteChannel target)
      throws IOException {
    long size = source.size();
    // Files that do not say their size, as those of /proc, are read until they end.
    long limit = Math.min(count, (size > 0 ? size : Long.MAX_VALUE) - offset);
    if (limit <= 0) {
      return 0;
    }
    ByteBuffer buffer = TransferBuffers.take(target, limit);
    long done = 0;
    try {
      while (done < limit) {
        fit(buffer, limit - done);
        int n = source.read(buffer, offset + done);
        if (n <= 0) {
          break;
        }
        int taken = target.write(buffer.flip());
        done += taken;
        if (taken < n) {
          break;
        }
      }
      return done;
    } catch (IOException e) {
      if (done > 0) {
        return done; // a lasting error comes with the next call
      }
      throw e;
    } finally {
      TransferBuffers.giveBack(buffer);
    }
  }

  /** What was read and could not be written is given back to a source that has a position. */
  static long from(ReadableByteChannel source, UringFile target, long offset, long count)
      throws IOException {
    if (count == 0) {
      return 0;
    }
    ByteBuffer buffer = TransferBuffers.take(source, count);
    long done = 0;
    try {
      while (done < count) {
        fit(buffer, count - done);
        if (source.read(buffer) <= 0) {
          break;
        }
        buffer.flip();
        try {
          Checks.inFile(offset + done, buffer.remaining());
          while (buffer.hasRemaining()) {
            int n = target.write(buffer, offset + done);
            if (n == 0) {
              throw new IOException(target + ": a write of " + buffer.remaining() + " moved none");
            }
            done += n;
          }
        } catch (IOException e) {
          takeBack(source, buffer.remaining(), e);
          throw e;
        }
      }
      return done;
    } catch (IOException e) {
      if (done > 0) {
        return done; // a lasting error comes with the next call
      }
      throw e;
    } finally {
      TransferBuffers.giveBack(buffer);
    }
  }

  private static void fit(ByteBuffer buffer, long bytes) {
    buffer.clear().limit((int) Math.min(buffer.capacity(), bytes));
  }

  private static void takeBack(Channel source, int bytes, IOException reason) {
    if (source instanceof SeekableByteChannel seekable) {
      try {
        seekable.position(seekable.position() - bytes);
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }
}
