package io.github.loomuring.internal.op;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.errors.ThrowPoints;
import io.github.loomuring.errors.ThrowPoints.Kind;
import io.github.loomuring.internal.Access;
import io.github.loomuring.support.Waiting;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Has an Error thrown in the first read of a FIFO, which makes the thread that waits for streams,
 * and checks that later reads end. Runs in a copy of the library that has such points.
 */
public final class FirstStreamRead {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private FirstStreamRead() {}

  /**
   * Reads.
   *
   * @param nth the point, from 1 on
   * @param virtual whether the caller is a virtual thread
   * @return false if the caller does not come to so many points
   */
  public static boolean at(Path fifo, int nth, boolean virtual) throws Exception {
    Uring uring =
        Uring.open(
            UringOptions.builder()
                .fallback(UringOptions.Fallback.ALWAYS)
                .inline(UringOptions.Inline.NEVER)
                .build());
    UringFile file = uring.openFile(fifo, READ, WRITE);
    RingEngine engine = (RingEngine) Access.get().engine(uring);
    Thread first = start(virtual, () -> file.read(ByteBuffer.allocateDirect(8), 0), nth);
    Waiting.until("the first read", () -> !first.isAlive() || engine.inUse() > 0);
    first.join(Duration.ofMillis(20));
    int thrown = ThrowPoints.disarm();
    awaitEnd(start(virtual, () -> file.write(ByteBuffer.wrap(new byte[] {1}), 0), 0), nth);
    if (first.join(Duration.ofMillis(100))) {
      Thread later = start(virtual, () -> file.read(ByteBuffer.allocateDirect(8), 0), 0);
      awaitEnd(start(virtual, () -> file.write(ByteBuffer.wrap(new byte[] {2}), 0), 0), nth);
      awaitEnd(later, nth);
    } else {
      awaitEnd(first, nth);
    }
    Waiting.until("point " + nth + ": slots", () -> engine.inUse() == 0);
    file.close(); // not after a failure: it would wait for ever
    uring.close();
    return thrown > 0;
  }

  private static void awaitEnd(Thread thread, int nth) throws InterruptedException {
    if (!thread.join(PATIENCE)) {
      throw new AssertionError(
          "point " + nth + ": a call after it does not end: " + List.of(thread.getStackTrace()));
    }
  }

  private static Thread start(boolean virtual, Calls.Call call, int nth) {
    Runnable run =
        () -> {
          try {
            call.run();
          } catch (Throwable t) {
            return; // the point's; what is left behind is looked at
          }
        };
    Thread thread =
        virtual ? Thread.ofVirtual().unstarted(run) : Thread.ofPlatform().unstarted(run);
    if (nth > 0) {
      ThrowPoints.arm(t -> t == thread, Kind.FULL_HEAP, nth, false);
    }
    thread.start();
    return thread;
  }
}
