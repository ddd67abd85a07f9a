package io.github.loomuring;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Writes a file from a position of its own. Used by one thread at a time. */
final class UringOutputStream extends OutputStream {
  private final UringFile file;
  private long position;
  private boolean closed;

  UringOutputStream(UringFile file, long offset) {
    this.file = file;
    this.position = offset;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream of " + file.path() + " is closed");
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
          file.path()
              + ": offset="
              + position
              + " and length="
              + length
              + " exceed Long.MAX_VALUE");
    }
    ByteBuffer src = ByteBuffer.wrap(bytes, offset, length);
    try {
      file.writeFully(src, position);
    } finally {
      position += src.position() - offset; // also what was written before a failure
    }
  }

  /** Copies some bytes of {@code source} to the stream; 0 at its end. */
  long copy(UringFile source, long offset, long count) throws IOException {
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
