package io.github.loomuring.internal.spi;

import io.github.loomuring.Sync;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads whole files into arrays, and writes arrays as whole files. */
public final class WholeFile {
  /** The longest array that every JVM can make; see jdk.internal.util.ArraysSupport. */
  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  /** The first piece of files whose size is not known, such as those of /proc. */
  private static final int PIECE_BYTES = 8_192;

  private WholeFile() {}

  /** Reads of a file at offsets: bytes read, 0 at its end. */
  public interface Source {
    int read(ByteBuffer dst, long offset) throws IOException;
  }

  /** All bytes of {@code file}, which is {@code size} bytes long as far as is known. */
  public static byte[] read(Source file, Path path, long size) throws IOException {
    checkFits(path, size);
    // One byte more than there should be, so that the end shows in the first read.
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(size + 1, PIECE_BYTES));
    for (; ; ) {
      int wanted = bytes.remaining();
      int n = file.read(bytes, bytes.position());
      boolean isEnd = n == 0 || (n < wanted && size > 0 && bytes.position() >= size);
      if (isEnd) {
        return Arrays.copyOf(bytes.array(), bytes.position());
      }
      if (!bytes.hasRemaining()) {
        checkFits(path, bytes.position() + 1L);
        int longer = (int) Math.min(2L * bytes.position(), ARRAY_BYTES_MAX);
        bytes = ByteBuffer.wrap(Arrays.copyOf(bytes.array(), longer)).position(bytes.position());
      }
    }
  }

  /** Writes {@code bytes} to {@code file}, and closes it. */
  static void write(EngineFile file, Path path, byte[] bytes, Sync sync) throws IOException {
    boolean written = false;
    try {
      ByteBuffer src = ByteBuffer.wrap(bytes);
      while (src.hasRemaining()) {
        if (file.write(src, src.position()) == 0) {
          throw new FileSystemException(
              path.toString(), null, "a write of length=" + src.remaining() + " wrote no byte");
        }
      }
      if (sync != Sync.NONE) {
        file.force(sync == Sync.FULL);
      }
      written = true;
    } finally {
      close(file, written);
    }
  }

  /** Closes a file. A failure is thrown only if the write has succeeded before. */
  private static void close(EngineFile file, boolean written) throws IOException {
    try {
      file.close();
    } catch (IOException e) {
      if (written) {
        throw e;
      }
    }
  }

  /** Throws if a file of {@code size} bytes does not fit an array. */
  public static void checkFits(Path path, long size) throws FileSystemException {
    if (size > ARRAY_BYTES_MAX - 1) {
      throw new FileSystemException(
          path.toString(),
          null,
          "the file's size=" + size + " bytes do not fit into an array; read it in pieces");
    }
  }
}
