package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Every operation once, its bytes compared; for child JVMs too, so without a test library. */
final class RoundTrip {
  private static final int BYTES = (3 << 20) + 4321;

  private RoundTrip() {}

  /** Uses files in {@code directory} from a virtual thread. */
  static void onVirtualThread(Uring uring, Path directory) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              run(uring, directory);
              return null;
            });
    Thread.ofVirtual().start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new AssertionError("round trip on " + uring + " in " + directory, e.getCause());
    }
  }

  private static void run(Uring uring, Path directory) throws IOException {
    Path path = directory.resolve("round-trip-é");
    byte[] content = randomBytes(BYTES, 1);
    write(uring, path, content);
    expect(content, path);
    append(uring, path, content);
    byte[] twice = Arrays.copyOf(content, content.length + 100);
    System.arraycopy(content, 0, twice, content.length, 100);
    expect(twice, path);
    try (UringFile file = uring.openFile(path)) {
      check(file.size() == twice.length, "size=" + file.size());
      readHeap(file, twice);
      readDirect(file, twice);
      readSegment(file, twice);
    }
    truncate(uring, path);
    expect(Arrays.copyOf(twice, 12_345), path);
    Files.delete(path);
  }

  private static void write(Uring uring, Path path, byte[] content) throws IOException {
    try (UringFile file =
        uring.openFile(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      int half = content.length / 2;
      file.writeFully(ByteBuffer.wrap(content, 0, half), 0);
      ByteBuffer direct = ByteBuffer.allocateDirect(content.length - half);
      direct.put(content, half, content.length - half).flip();
      file.writeFully(direct, half);
      file.force(true);
      file.force(false);
    }
  }

  private static void append(Uring uring, Path path, byte[] content) throws IOException {
    try (UringFile file = uring.openFile(path, StandardOpenOption.APPEND)) {
      check(file.write(ByteBuffer.wrap(content, 0, 60), 0) == 60, "append");
    }
    try (UringFile file = uring.openFile(path, StandardOpenOption.WRITE)) {
      check(file.append(ByteBuffer.wrap(content, 60, 40)) == 40, "append");
    }
  }

  private static void readHeap(UringFile file, byte[] expected) throws IOException {
    byte[] bytes = new byte[expected.length];
    file.readFully(ByteBuffer.wrap(bytes), 0);
    check(Arrays.equals(bytes, expected), "bytes differ in a heap buffer");
    check(file.read(ByteBuffer.wrap(bytes), expected.length) == -1, "no end of the file");
  }

  private static void readDirect(UringFile file, byte[] expected) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(expected.length - 777);
    file.readFully(direct, 777);
    ByteBuffer want = ByteBuffer.wrap(expected, 777, expected.length - 777);
    check(direct.flip().equals(want), "bytes differ in a direct buffer");
  }

  private static void readSegment(UringFile file, byte[] expected) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(expected.length);
      file.readFully(segment, 0);
      long mismatch = segment.mismatch(MemorySegment.ofArray(expected));
      check(mismatch < 0, "bytes differ in a segment at " + mismatch);
    }
  }

  private static void truncate(Uring uring, Path path) throws IOException {
    try (UringFile file = uring.openFile(path, StandardOpenOption.WRITE)) {
      file.truncate(12_345);
      check(file.size() == 12_345, "size=" + file.size());
      file.truncate(99_999);
      check(file.size() == 12_345, "truncate made the file longer");
    }
  }

  private static void expect(byte[] expected, Path path) throws IOException {
    int mismatch = Arrays.mismatch(expected, Files.readAllBytes(path));
    check(mismatch < 0, path + " differs at " + mismatch);
  }

  static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static void check(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}
