package io.github.loomuring.examples;

import io.github.loomuring.examples.CopyEngine.OpenFile;
import io.github.loomuring.examples.TemporaryFiles.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Copies and verifies single files, one on each virtual thread, and a large one in parts, so that
 * it does not keep one processor busy when all other files are done. The code is plain blocking
 * code; with an engine of the library, each of its calls that waits parks the thread.
 */
final class FileCopier {
  /** Copying it takes some milliseconds. */
  private static final long PART_BYTES = 8 << 20;

  /**
   * The length and the CRC32C of a file.
   *
   * <p>CRC32C is enough to detect accidents, as opposed to forgery: it detects every burst error of
   * up to 32 bits and all but one in 2^32 of other errors. It runs at memory speed on a direct
   * buffer, because processors have an instruction for it. SHA-256 would block the carrier many
   * times as long for each buffer, and would dominate the measured time.
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
  private final BufferPool buffers = new BufferPool();

  FileCopier(CopyEngine engine, TemporaryFiles temporaries, PathThreads pathThreads) {
    this.engine = engine;
    this.temporaries = temporaries;
    this.pathThreads = pathThreads;
  }

  /**
   * Copies {@code source}, a regular file, and replaces {@code target}.
   *
   * @param progress receives the number of bytes of each write
   */
  void copy(Path source, Attributes attributes, Path target, LongConsumer progress)
      throws IOException {
    try (Temporary temporary = temporaries.beside(target)) {
      try (OpenFile in = engine.open(source);
          OpenFile out = engine.create(temporary.path())) {
        copyParts(in, out, attributes.size(), progress);
      }
      pathThreads.run(
          () -> {
            attributes.applyTo(temporary.path());
            temporary.complete();
          });
    }
  }

  /** Throws an {@link IOException} if the two files differ. */
  void verify(Path source, Path target, long size) throws IOException {
    Checksum expected = checksum(source, size);
    Checksum actual = checksum(target, size);
    if (!expected.equals(actual)) {
      throw new IOException("the file has " + expected + ", and its copy " + actual);
    }
  }

  /** Copies the parts of a file at once, and one of them on the calling thread. */
  private void copyParts(OpenFile in, OpenFile out, long size, LongConsumer progress)
      throws IOException {
    long last = Math.max(0, size - 1) / PART_BYTES * PART_BYTES;
    List<Future<?>> parts = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long begin = 0; begin < last; begin += PART_BYTES) {
        long from = begin;
        parts.add(
            threads.submit(
                () -> {
                  copyPart(in, out, from, from + PART_BYTES, size, progress);
                  return null;
                }));
      }
      copyPart(in, out, last, Long.MAX_VALUE, size, progress);
    } // waits for the threads
    for (Future<?> part : parts) {
      if (part.state() == Future.State.FAILED) {
        throw part.exceptionNow() instanceof IOException e
            ? e
            : new IOException("a part of the file was not copied", part.exceptionNow());
      }
    }
  }

  /** Copies from {@code begin} to {@code end}, or until a read reaches the end of the file. */
  private void copyPart(
      OpenFile in, OpenFile out, long begin, long end, long size, LongConsumer progress)
      throws IOException {
    ByteBuffer buffer = buffers.acquire(size);
    try {
      long offset = begin;
      while (offset < end) {
        buffer.limit((int) Math.min(buffer.capacity(), end - offset));
        int n = in.read(buffer, offset);
        if (n < 0) {
          break; // the size may change during the copy
        }
        temporaries.checkStopping();
        out.writeFully(buffer.flip(), offset);
        buffer.clear();
        offset += n;
        progress.accept(n);
      }
    } finally {
      buffers.release(buffer);
    }
  }

  private Checksum checksum(Path path, long size) throws IOException {
    ByteBuffer buffer = buffers.acquire(size);
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
      buffers.release(buffer);
    }
  }
}
