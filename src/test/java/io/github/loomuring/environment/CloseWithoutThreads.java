package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringFiles;
import io.github.loomuring.support.Descriptors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Writes and closes files when no thread can be made, and none of the pools' is left. */
final class CloseWithoutThreads {
  private static final int FILES = 20;

  private CloseWithoutThreads() {}

  /** Arguments: a file. */
  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]);
    writeAndClose(path);
    while (poolThreads() > 0) {
      Thread.sleep(100); // they end when they have been idle for some seconds
    }
    int before = Descriptors.of(path);
    CountDownLatch end = new CountDownLatch(1);
    exhaustThreads(end);
    int failed = 0;
    for (int i = 0; i < FILES; i++) {
      try {
        writeAndClose(path);
        UringFiles.write(path, new byte[9]);
      } catch (IOException | RuntimeException | Error e) {
        failed++;
        TryLibrary.say("failure", e);
      }
    }
    end.countDown();
    TryLibrary.say("failed", failed);
    TryLibrary.say("lost", Descriptors.of(path) - before);
    TryLibrary.say("ring", Uring.shared().isRing());
  }

  private static void writeAndClose(Path path) throws IOException {
    try (UringFile file = UringFile.open(path, CREATE, WRITE)) {
      file.write(ByteBuffer.allocate(9), 0);
    }
  }

  private static long poolThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("loom-uring-pool"))
        .count();
  }

  private static void exhaustThreads(CountDownLatch end) {
    try {
      for (int i = 0; i < 20_000; i++) {
        Thread.ofPlatform().daemon().start(() -> await(end));
      }
      throw new AssertionError("threads do not run out");
    } catch (OutOfMemoryError e) {
      return; // none are left
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      return;
    }
  }
}
