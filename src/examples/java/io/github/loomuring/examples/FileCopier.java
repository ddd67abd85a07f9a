package io.github.loomuring.examples;

import io.github.loomuring.examples.CopyEngine.OpenFile;
import io.github.loomuring.examples.TemporaryFiles.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Copies and checks single files: what each of the virtual threads does. It is written as plain
 * blocking code; with an engine of the library each of its calls parks the thread.
 */
final class FileCopier {
  /**
   * Stands for the contents of a file.
   *
   * <p>CRC32C, since what is looked for is accidents, not forgery: it finds every wrong byte or run
   * of up to 32 bits and misses one in 2^32 of other damage, and it runs at memory speed, with an
   * instruction of its own, straight from a direct buffer. SHA-256 would hold the carrier many
   * times as long for each buffer, and would be all that is measured.
   */
  private record Checksum(long bytes, long crc32c) {
    @Override
    public String toString() {
      return bytes + " bytes with CRC32C " + Long.toHexString(crc32c);
    }
  }

  private final CopyEngine engine;
  private final TemporaryFiles temporaries;
  private final PathThreads pathThreads;
  private final Buffers buffers = new Buffers();

  FileCopier(CopyEngine engine, TemporaryFiles temporaries, PathThreads pathThreads) {
    this.engine = engine;
    this.temporaries = temporaries;
    this.pathThreads = pathThreads;
  }

  /**
   * Copies {@code source}, a regular file, replacing {@code target}.
   *
   * @param progress is told the number of bytes of each write
   */
  void copy(Path source, Attributes attributes, Path target, LongConsumer progress)
      throws IOException {
    try (Temporary temporary = temporaries.beside(target)) {
      try (OpenFile in = engine.open(source);
          OpenFile out = engine.create(temporary.path())) {
        copyBytes(in, out, attributes.size(), progress);
      }
      pathThreads.run(
          () -> {
            attributes.applyTo(temporary.path());
            temporary.complete();
          });
    }
  }

  /** Fails if the two files differ. */
  void verify(Path source, Path target, long size) throws IOException {
    Checksum expected = checksum(source, size);
    Checksum actual = checksum(target, size);
    if (!expected.equals(actual)) {
      throw new IOException("has " + expected + ", and its copy " + actual);
    }
  }

  /** Copies up to where the file ends when that is reached: it may grow or shrink meanwhile. */
  private void copyBytes(OpenFile in, OpenFile out, long size, LongConsumer progress)
      throws IOException {
    ByteBuffer buffer = buffers.take(size);
    try {
      long offset = 0;
      for (int n; (n = in.read(buffer, offset)) >= 0; offset += n) {
        temporaries.checkStopping();
        out.writeFully(buffer.flip(), offset);
        buffer.clear();
        progress.accept(n);
      }
    } finally {
      buffers.giveBack(buffer);
    }
  }

  private Checksum checksum(Path path, long size) throws IOException {
    ByteBuffer buffer = buffers.take(size);
    try (OpenFile in = engine.open(path)) {
      CRC32C crc32c = new CRC32C();
      long offset = 0;
      for (int n; (n = in.read(buffer, offset)) >= 0; offset += n) {
        temporaries.checkStopping();
        crc32c.update(buffer.flip());
        buffer.clear();
      }
      return new Checksum(offset, crc32c.getValue());
    } finally {
      buffers.giveBack(buffer);
    }
  }
}
