package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class SystemCallNumbersTest {
  /** The kernel itself tells the number of the call in which a parked thread waits. */
  @Test
  void parkedThreadWaitsForFutex() throws Exception {
    Path own = Path.of("/proc/thread-self/syscall");
    Assumptions.assumeTrue(Files.isReadable(own), "this kernel lacks " + own);
    CountDownLatch begun = new CountDownLatch(1);
    Path[] file = new Path[1];
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    file[0] = Path.of("/proc/thread-self").toRealPath().resolve("syscall");
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                  begun.countDown();
                  while (!Thread.interrupted()) {
                    LockSupport.park();
                  }
                });
    begun.await();
    Waiting.until("a futex", () -> call(file[0]) == SystemCallNumbers.SYS_FUTEX);
    thread.interrupt();
    thread.join();
  }

  /** The number of the call in which a thread is; -1 if it runs. */
  private static int call(Path file) {
    try {
      String word = Files.readString(file, UTF_8).strip().split(" ")[0];
      return word.equals("running") ? -1 : Integer.parseInt(word);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
