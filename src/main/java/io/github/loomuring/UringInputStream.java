package io.github.loomuring;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** Reads a file from a position of its own. Used by one thread at a time. */
final class UringInputStream extends InputStream {
  /** As much as every JVM makes an array of; see jdk.internal.util.ArraysSupport. */
  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  private static final int TRANSFER_BYTES_MIN = 8 << 10;
  private static final int TRANSFER_BYTES_MAX = 256 << 10;

  private final UringFile file;
  private long position;
  private boolean closed;

  UringInputStream(UringFile file, long offset) {
    this.file = file;
    this.position = offset;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream of " + file.path() + " is closed");
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
      return -1; // no file goes further
    }
    int n = file.read(ByteBuffer.wrap(bytes, offset, room), position);
    position += Math.max(n, 0);
    return n;
  }

  /** Bytes up to the end as it is now; 0 for a file that does not say its size. */
  private long rest() throws IOException {
    return Math.max(0, file.size() - position);
  }

  @Override
  public int available() throws IOException {
    checkOpen();
    return (int) Math.min(rest(), Integer.MAX_VALUE);
  }

  @Override
  public long skip(long count) throws IOException {
    checkOpen();
    if (count <= 0) {
      return 0;
    }
    long skipped = Math.min(count, rest());
    position += skipped;
    // What does not say its size has to be read to be skipped.
    return skipped == count ? count : skipped + super.skip(count - skipped);
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    checkOpen();
    if (rest() > ARRAY_BYTES_MAX) {
      throw new OutOfMemoryError("Required array size too large"); // as InputStream does
    }
    return readNBytes(Integer.MAX_VALUE);
  }

  @Override
  public byte[] readNBytes(int length) throws IOException {
    checkOpen();
    int expected = (int) Math.min(rest(), Math.min(length, ARRAY_BYTES_MAX));
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
    byte[] bytes = new byte[Math.clamp(rest(), TRANSFER_BYTES_MIN, TRANSFER_BYTES_MAX)];
    long copied = 0;
    for (int n; (n = read(bytes, 0, bytes.length)) >= 0; copied += n) {
      out.write(bytes, 0, n);
    }
    return copied;
  }

  /** To the end as it is now: in a copy to the end of the same file it recedes. */
  private long copyTo(UringOutputStream stream) throws IOException {
    long rest = rest();
    long copied = 0;
    do {
      long n = stream.copy(file, position, rest > 0 ? rest - copied : Long.MAX_VALUE);
      if (n == 0) {
        break;
      }
      position += n;
      copied += n;
    } while (rest == 0 || copied < rest);
    return copied;
  }

  @Override
  public void close() {
    closed = true;
  }
}
