package io.github.loomuring.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a file into an array, whatever size it says it has. */
public final class WholeFile {
  /** As much as every JVM makes an array of; see jdk.internal.util.ArraysSupport. */
  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  /** For files whose size is not known, such as those of /proc. */
  private static final int PIECE_BYTES = 8_192;

  private WholeFile() {}

  /** All bytes of {@code file}, which is {@code size} bytes long as far as is known. */
  public static byte[] read(EngineFile file, Path path, long size) throws IOException {
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

  /** Throws if a file of {@code size} bytes does not fit an array. */
  public static void checkFits(Path path, long size) throws FileSystemException {
    if (size > ARRAY_BYTES_MAX - 1) {
      throw new FileSystemException(
          path.toString(),
          null,
          "a file of size=" + size + " bytes does not fit an array; read it in pieces");
    }
  }
}
