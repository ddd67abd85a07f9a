package io.github.loomuring;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** Reads a file at a position of its own. For use by one thread at a time. */
final class UringInputStream extends InputStream {
  /** The longest array that every JVM can make; see jdk.internal.util.ArraysSupport. */
  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  private static final int TRANSFER_BYTES_MIN = 8 << 10;
  private static final int TRANSFER_BYTES_MAX = 256 << 10;

  private final OpenFile file;
  private long position;
  private boolean closed;

  UringInputStream(OpenFile file, long offset) {
    this.file = file;
    this.position = offset;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream of " + file.path + " is closed");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    checkOpen();
    int room = (int) Math.min(length, Long.MAX_VALUE - position);
    if (room < length && room == 0) {
      return -1; // no file has bytes there
    }
    file.checkReadable();
    if (room == 0) {
      return 0;
    }
    try {
      int n = file.engineFile.read(ByteBuffer.wrap(bytes, offset, room), position);
      position += n;
      return n == 0 ? -1 : n;
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /** Returns the number of bytes to the present end; 0 for a file that does not report its size. */
  private long remaining() throws IOException {
    try {
      return Math.max(0, file.engineFile.size() - position);
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  @Override
  public int available() throws IOException {
    checkOpen();
    return (int) Math.min(remaining(), Integer.MAX_VALUE);
  }

  @Override
  public long skip(long count) throws IOException {
    checkOpen();
    if (count <= 0) {
      return 0;
    }
    long skipped = Math.min(count, remaining());
    position += skipped;
    // A file that does not report its size is read to be skipped.
    return skipped == count ? count : skipped + super.skip(count - skipped);
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    checkOpen();
    if (remaining() > ARRAY_BYTES_MAX) {
      throw new OutOfMemoryError("Required array size too large"); // as InputStream does
    }
    return readNBytes(Integer.MAX_VALUE);
  }

  @Override
  public byte[] readNBytes(int length) throws IOException {
    checkOpen();
    int expected = (int) Math.min(remaining(), Math.min(length, ARRAY_BYTES_MAX));
    if (expected <= 0) {
      return super.readNBytes(length);
    }
    byte[] bytes = new byte[expected];
    int n = readNBytes(bytes, 0, expected);
    if (n < expected) {
      return Arrays.copyOf(bytes, n);
    }
    byte[] more = super.readNBytes(length - n); // the file may have grown
    if (more.length == 0) {
      return bytes;
    }
    byte[] all = Arrays.copyOf(bytes, Math.addExact(n, more.length));
    System.arraycopy(more, 0, all, n, more.length);
    return all;
  }

  @Override
  public long transferTo(OutputStream out) throws IOException {
    Objects.requireNonNull(out, "out");
    checkOpen();
    if (out instanceof UringOutputStream stream) {
      return copyTo(stream);
    }
    byte[] bytes = new byte[Math.clamp(remaining(), TRANSFER_BYTES_MIN, TRANSFER_BYTES_MAX)];
    long copied = 0;
    for (int n; (n = read(bytes, 0, bytes.length)) >= 0; copied += n) {
      out.write(bytes, 0, n);
    }
    return copied;
  }

  /** Copies up to the present end, which moves while a file is copied to its own end. */
  private long copyTo(UringOutputStream stream) throws IOException {
    long remaining = remaining();
    long copied = 0;
    do {
      long limit = remaining > 0 ? remaining - copied : Long.MAX_VALUE;
      long n = stream.copyFrom(file, position, limit);
      if (n == 0) {
        break;
      }
      position += n;
      copied += n;
    } while (remaining == 0 || copied < remaining);
    return copied;
  }

  @Override
  public void close() {
    closed = true;
  }
}
