package io.github.loomuring;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Transfers that go on until all is moved. Arguments have been checked. */
final class Fully {
  private Fully() {}

  static void read(UringFile file, ByteBuffer dst, long offset) throws IOException {
    int begin = dst.position();
    do {
      int done = dst.position() - begin;
      int n;
      try {
        n = file.read(dst, offset + done);
      } catch (InterruptedIOException e) {
        throw interruptedAfter(done, e);
      }
      if (n < 0) {
        throw endOfFile(file, offset + done, dst.remaining());
      }
    } while (dst.hasRemaining());
  }

  static void read(UringFile file, MemorySegment dst, long offset) throws IOException {
    long done = 0;
    do {
      long n;
      try {
        n = file.read(dst.asSlice(done), offset + done);
      } catch (InterruptedIOException e) {
        throw interruptedAfter(done, e);
      }
      if (n < 0) {
        throw endOfFile(file, offset + done, dst.byteSize() - done);
      }
      done += n;
    } while (done < dst.byteSize());
  }

  static void write(UringFile file, ByteBuffer src, long offset) throws IOException {
    int begin = src.position();
    do {
      int done = src.position() - begin;
      int n;
      try {
        n = file.write(src, offset + done);
      } catch (InterruptedIOException e) {
        throw interruptedAfter(done, e);
      }
      checkProgress(file, n, src.remaining());
    } while (src.hasRemaining());
  }

  static void write(UringFile file, MemorySegment src, long offset) throws IOException {
    long done = 0;
    do {
      long n;
      try {
        n = file.write(src.asSlice(done), offset + done);
      } catch (InterruptedIOException e) {
        throw interruptedAfter(done, e);
      }
      done += n;
      checkProgress(file, n, src.byteSize() - done);
    } while (done < src.byteSize());
  }

  static InterruptedIOException interruptedAfter(long done, InterruptedIOException e) {
    e.bytesTransferred = (int) Math.min(Integer.MAX_VALUE, done + e.bytesTransferred);
    return e;
  }

  private static EOFException endOfFile(UringFile file, long offset, long missing) {
    return new EOFException(
        file.path() + " ends at offset " + offset + ", " + missing + " bytes missing");
  }

  private static void checkProgress(UringFile file, long n, long remaining) throws IOException {
    if (n == 0 && remaining > 0) {
      throw new IOException(file.path() + ": a write of " + remaining + " bytes moved none");
    }
  }
}
