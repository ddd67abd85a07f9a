package io.github.loomuring;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads and writes that continue after short transfers until the whole buffer is transferred.
 *
 * <p>The caller has checked the arguments, and that the file is open for reading or writing. An
 * {@link InterruptedIOException} counts the bytes of the transfers before it, too.
 */
final class TransferLoop {
  private TransferLoop() {}

  static void read(OpenFile file, ByteBuffer dst, long offset) throws IOException {
    int start = dst.position();
    while (dst.hasRemaining()) {
      int done = dst.position() - start;
      int n;
      try {
        n = file.engineFile.read(dst, offset + done);
      } catch (InterruptedIOException e) {
        throw addTransferred(e, done);
      }
      if (n == 0) {
        throw endOfFile(file, offset + done, dst.remaining());
      }
    }
  }

  static void read(OpenFile file, MemorySegment dst, long offset) throws IOException {
    long done = 0;
    while (done < dst.byteSize()) {
      Arguments.checkSegment("dst", dst); // its arena may have been closed meanwhile
      long n;
      try {
        n = file.engineFile.read(dst.asSlice(done), offset + done);
      } catch (InterruptedIOException e) {
        throw addTransferred(e, done);
      }
      if (n == 0) {
        throw endOfFile(file, offset + done, dst.byteSize() - done);
      }
      done += n;
    }
  }

  static void write(OpenFile file, ByteBuffer src, long offset) throws IOException {
    int start = src.position();
    while (src.hasRemaining()) {
      int done = src.position() - start;
      int n;
      try {
        n = file.engineFile.write(src, offset + done);
      } catch (InterruptedIOException e) {
        throw addTransferred(e, done);
      }
      checkProgress(file, n, src.remaining());
    }
  }

  static void write(OpenFile file, MemorySegment src, long offset) throws IOException {
    long done = 0;
    while (done < src.byteSize()) {
      Arguments.checkSegment("src", src); // its arena may have been closed meanwhile
      long n;
      try {
        n = file.engineFile.write(src.asSlice(done), offset + done);
      } catch (InterruptedIOException e) {
        throw addTransferred(e, done);
      }
      done += n;
      checkProgress(file, n, src.byteSize() - done);
    }
  }

  /** Returns {@code e} after adding {@code bytes} to the number of bytes that it reports. */
  static InterruptedIOException addTransferred(InterruptedIOException e, long bytes) {
    e.bytesTransferred = (int) Math.min(Integer.MAX_VALUE, bytes + e.bytesTransferred);
    return e;
  }

  private static EOFException endOfFile(OpenFile file, long offset, long missing) {
    return new EOFException(
        file.path + ": the file ends at offset=" + offset + ", " + missing + " bytes are missing");
  }

  private static void checkProgress(OpenFile file, long n, long remaining) throws IOException {
    if (n == 0 && remaining > 0) {
      throw new IOException(file.path + ": a write of length=" + remaining + " wrote no bytes");
    }
  }
}
