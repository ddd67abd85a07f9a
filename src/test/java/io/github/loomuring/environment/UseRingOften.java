package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

/**
 * In a child JVM: transfers bytes very often, by rings and by attempts on the caller, and compares
 * them.
 *
 * <p>Arguments: a directory to work in.
 */
final class UseRingOften {
  private static final int TIMES = 400;
  private static final int THREADS = 8;
  private static final int BYTES = 1_000;

  private UseRingOften() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    TryLibrary.say("ring", Uring.shared().isRing());
    for (UringOptions.Inline inline : UringOptions.Inline.values()) {
      try (Uring uring = Uring.open(UringOptions.builder().inline(inline).build())) {
        use(uring, directory.resolve("caller")); // each thread of the kernel's has its own count
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          Path path = directory.resolve("thread-" + i);
          tasks.add(
              new FutureTask<>(
                  () -> {
                    use(uring, path);
                    return null;
                  }));
        }
        tasks.forEach(Thread::startVirtualThread);
        for (FutureTask<Void> task : tasks) {
          task.get();
        }
        RoundTrip.onVirtualThread(uring, directory);
      }
    }
    TryLibrary.say("files", "ok");
  }

  private static void use(Uring uring, Path path) throws IOException {
    byte[] content = RoundTrip.randomBytes(BYTES, path.hashCode());
    try (UringFile file =
        uring.openFile(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int i = 0; i < TIMES; i++) {
        file.writeFully(ByteBuffer.wrap(content), 3L * i);
        ByteBuffer dst = ByteBuffer.allocate(BYTES);
        file.readFully(dst, 3L * i);
        RoundTrip.check(dst.flip().equals(ByteBuffer.wrap(content)), "bytes differ in " + path);
      }
    }
  }
}
