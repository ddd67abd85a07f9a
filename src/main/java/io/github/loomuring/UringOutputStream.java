package io.github.loomuring;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Writes a file at a position of its own. For use by one thread at a time. */
final class UringOutputStream extends OutputStream {
  private final OpenFile file;
  private long position;
  private boolean closed;

  UringOutputStream(OpenFile file, long offset) {
    this.file = file;
    this.position = offset;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream of " + file.path + " is closed");
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    checkOpen();
    if (position > Long.MAX_VALUE - length) {
      throw new IOException(
          file.path
              + ": the sum of offset="
              + position
              + " and length="
              + length
              + " exceeds Long.MAX_VALUE");
    }
    file.checkWritable();
    ByteBuffer src = ByteBuffer.wrap(bytes, offset, length);
    try {
      TransferLoop.write(file, src, position);
    } finally {
      position += src.position() - offset; // counts what was written before a failure
      Reference.reachabilityFence(file);
    }
  }

  /** Copies some of the next {@code count} bytes of {@code source}; returns 0 at its end. */
  long copyFrom(OpenFile source, long offset, long count) throws IOException {
    checkOpen();
    long n = source.transferTo(offset, count, file, position);
    position += n;
    return n;
  }

  @Override
  public void close() {
    closed = true;
  }
}
