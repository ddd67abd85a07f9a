package io.github.loomuring.internal;

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
    // Files that do not say their size, as those of /proc, are copied until they end.
    long limit = size > 0 ? Math.min(count, size - offset) : count;
    if (limit <= 0) {
      return 0;
    }
    boolean overlap = offset - targetOffset < limit && targetOffset - offset < limit;
    if (overlap && !targetAppends && isSameFile(source, target)) {
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

  private static boolean isSameFile(EngineFile one, EngineFile other) throws IOException {
    if (one == other) {
      return true;
    }
    try {
      FileStatus first = one.status();
      FileStatus second = other.status();
      return first.inode() != 0 // which says that it is not known
          && first.inode() == second.inode()
          && (first.device() == second.device()
              || makedev(first.device()) == second.device()
              || first.device() == makedev(second.device()));
    } catch (FileSystemException e) {
      return false; // the pool asks by the path, where there may be nothing by now
    }
  }

  /** The device of statx(2), as the ring has it, in the form of stat(2), as the pool has it. */
  private static long makedev(long device) {
    long major = device >>> 32;
    long minor = device & 0xffff_ffffL;
    return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
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

  /** Both files were open when the copy began. */
  private static IOException wasOpen(IOException e) {
    return e.getClass() == ClosedChannelException.class ? new AsynchronousCloseException() : e;
  }
}
