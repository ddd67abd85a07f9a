package io.github.loomuring.environment;

import io.github.loomuring.UringFile;
import io.github.loomuring.UringFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * In a child JVM: writes, reads and deletes a file, and nothing else, so that it can be seen what
 * that takes.
 *
 * <p>Arguments: the file; and "jdk", to do it by {@link Files}.
 */
final class UseOneFile implements Runnable {
  private static final byte[] CONTENT = {'h', 'e', 'l', 'l', 'o'};

  private final Path path;
  private final boolean jdk;
  private volatile Throwable failure = new AssertionError("not run");

  private UseOneFile(Path path, boolean jdk) {
    this.path = path;
    this.jdk = jdk;
  }

  public static void main(String[] args) throws Throwable {
    UseOneFile use = new UseOneFile(Path.of(args[0]), args.length > 1);
    Thread.ofVirtual().start(use).join();
    if (use.failure != null) {
      throw use.failure;
    }
    System.out.println("used=ok");
  }

  @Override
  public void run() {
    try {
      int bytes = jdk ? byJdk() : byTheLibrary();
      failure = bytes == 2 * CONTENT.length ? null : new AssertionError(bytes + " bytes");
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
  }

  private int byJdk() throws IOException {
    Files.write(path, CONTENT);
    int bytes = 2 * Files.readAllBytes(path).length;
    Files.delete(path);
    return bytes;
  }

  private int byTheLibrary() throws IOException {
    UringFiles.write(path, CONTENT);
    int bytes = UringFiles.readAllBytes(path).length;
    try (UringFile file = UringFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      file.writeFully(ByteBuffer.wrap(CONTENT), 0);
      bytes += file.read(ByteBuffer.allocate(10), 0);
    }
    UringFiles.delete(path);
    return bytes;
  }
}
