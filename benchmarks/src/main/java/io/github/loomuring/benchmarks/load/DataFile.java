package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** The file that the benchmarks read: random bytes, forced to the device, kept between runs. */
final class DataFile {
  private static final int PIECE_BYTES = 1 << 20;

  private DataFile() {}

  /** Returns the file of {@code mebibytes} in {@code directory}; creates it if necessary. */
  static Path ofSize(Path directory, int mebibytes) throws IOException {
    Path file = directory.resolve("loom-uring-benchmark-" + mebibytes + "MiB.bin");
    if (Files.exists(file) && Files.size(file) == (long) mebibytes * PIECE_BYTES) {
      return file;
    }
    byte[] piece = new byte[PIECE_BYTES];
    Random random = new Random(1);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(piece);
        ByteBuffer bytes = ByteBuffer.wrap(piece);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
    return file;
  }
}
