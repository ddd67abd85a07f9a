package io.github.loomuring.it;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Advice;
import io.github.loomuring.UringFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * The files that a server is to serve: of sizes around those of pages and buffers, with random
 * content, and none of it in the page cache when the server starts.
 */
final class ServedFiles {
  private static final int[] SIZES = {
    0, 1, 511, 4_095, 4_096, 4_097, 16_384, 65_535, 65_537, 300_001, 1 << 20, (3 << 20) + 17
  };
  private static final int OF_EACH_SIZE = 3;

  /** A file, and the digest of its content. */
  record Served(String name, String digest) {}

  private ServedFiles() {}

  /** Makes them in {@code directory}. */
  static List<Served> make(Path directory, long seed) throws IOException {
    Random random = new Random(seed);
    List<Served> files = new ArrayList<>();
    for (int size : SIZES) {
      for (int i = 0; i < OF_EACH_SIZE; i++) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        Path file = directory.resolve("served-%d-%d.bin".formatted(size, i));
        Files.write(file, content);
        dropFromCache(file);
        files.add(new Served(file.getFileName().toString(), digest(content)));
      }
    }
    return files;
  }

  private static void dropFromCache(Path file) throws IOException {
    try (UringFile opened = UringFile.open(file, READ, WRITE)) {
      opened.force(true); // only clean pages can be dropped
      opened.advise(0, 0, Advice.DONT_NEED);
    }
  }

  static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
