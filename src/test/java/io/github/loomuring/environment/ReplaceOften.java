package io.github.loomuring.environment;

import io.github.loomuring.FileOperations;
import io.github.loomuring.Uring;
import io.github.loomuring.support.Engines;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * In a child JVM: replaces one file again and again, until it is killed.
 *
 * <p>Arguments: the file, the engine, the number of the first replacement.
 */
final class ReplaceOften {
  private static final int HEADER_BYTES = 16;

  private ReplaceOften() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]);
    try (Uring uring = Engines.valueOf(args[1]).openNow()) {
      FileOperations files = uring.files();
      for (int number = Integer.parseInt(args[2]); ; number++) {
        byte[] content = content(number);
        Thread.ofVirtual().start(() -> replace(files, path, content)).join();
        System.out.println(number);
      }
    }
  }

  private static void replace(FileOperations files, Path path, byte[] content) {
    try {
      files.replace(path, content);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The number, the length and a checksum of what follows, in a size of its own. */
  static byte[] content(int number) {
    Random random = new Random(number);
    byte[] content = new byte[HEADER_BYTES + random.nextInt(300_000)];
    random.nextBytes(content);
    ByteBuffer.wrap(content).putInt(number).putInt(content.length).putLong(checksum(content));
    return content;
  }

  /** The number of the content, all of which must be there. */
  static int number(byte[] content) {
    ByteBuffer header = ByteBuffer.wrap(content);
    int number = header.getInt();
    RoundTrip.check(header.getInt() == content.length, "it has " + content.length + " bytes");
    RoundTrip.check(header.getLong() == checksum(content), "its bytes are others");
    return number;
  }

  private static long checksum(byte[] content) {
    CRC32 sum = new CRC32();
    sum.update(content, HEADER_BYTES, content.length - HEADER_BYTES);
    return sum.getValue();
  }
}
