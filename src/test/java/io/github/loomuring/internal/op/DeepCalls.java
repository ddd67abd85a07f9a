package io.github.loomuring.internal.op;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.internal.Access;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * Makes each call at many depths near the end of the stack, and looks whether anything is lost. A
 * program of its own, because the JVM's flags decide how large a frame is.
 *
 * <p>Prints how many calls overflowed, and how many did not.
 */
public final class DeepCalls {
  private static final int DEPTHS = 60;

  private final Path directory;
  private final boolean virtual;
  private final Uring uring;
  private final RingEngine engine;
  private Throwable[] last = new Throwable[1];
  private int overflows;
  private int ended;

  private DeepCalls(Path directory, boolean virtual) {
    this.directory = directory;
    this.virtual = virtual;
    this.uring = Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build());
    this.engine = (RingEngine) Access.get().engine(uring);
  }

  /** Arguments: an empty directory; whether calls are made by virtual threads. */
  public static void main(String[] args) throws Exception {
    DeepCalls deep = new DeepCalls(Path.of(args[0]), Boolean.parseBoolean(args[1]));
    deep.everyCall();
    deep.fifos();
    System.out.println("overflows=" + deep.overflows);
    System.out.println("ended=" + deep.ended);
    System.exit(0); // a call that hangs would have been told by now
  }

  private void everyCall() throws Exception {
    Map<String, Calls.Call> calls = new Calls(uring, directory).all();
    for (Calls.Call call : calls.values()) {
      for (int i = 0; i < 20; i++) {
        call.run();
      }
    }
    for (Map.Entry<String, Calls.Call> call : calls.entrySet()) {
      int limit = limit();
      for (int i = 0; i < DEPTHS; i++) {
        run(depth(limit, i), call.getValue(), call.getKey());
        checkNothingLost(call.getKey());
      }
    }
  }

  /** From just past the end of the stack to far from it, closer to each other at first. */
  private static int depth(int limit, int i) {
    return Math.max(0, limit + 3 - (int) (limit / 3.0 * i * i / (DEPTHS * DEPTHS)));
  }

  private void run(int depth, Calls.Call call, String what) throws Exception {
    Throwable[] thrown = new Throwable[1];
    last = thrown;
    Thread thread =
        start(
            () -> {
              try {
                deep(depth, call);
              } catch (Throwable t) {
                thrown[0] = t;
              }
            });
    if (!thread.join(java.time.Duration.ofSeconds(15))) {
      throw new AssertionError(what + " does not end: " + List.of(thread.getStackTrace()));
    }
    if (thrown[0] == null) {
      ended++;
    } else if (thrown[0] instanceof StackOverflowError) {
      overflows++;
    } else if (!(thrown[0] instanceof IOException)) {
      throw new AssertionError(what, thrown[0]);
    }
  }

  private Thread start(Runnable run) {
    return virtual ? Thread.ofVirtual().start(run) : Thread.ofPlatform().daemon().start(run);
  }

  private static void deep(int n, Calls.Call call) throws Exception {
    if (n == 0) {
      call.run();
    } else {
      deep(n - 1, call);
    }
  }

  /** The depth at which a call that does nothing just does not overflow. */
  private int limit() throws InterruptedException {
    int[] range = {0, 1 << 20};
    while (range[1] - range[0] > 1) {
      int middle = (range[0] + range[1]) / 2;
      start(
              () -> {
                try {
                  deep(middle, () -> {});
                  range[0] = middle;
                } catch (Throwable t) {
                  range[1] = middle;
                }
              })
          .join();
    }
    return range[0];
  }

  private void checkNothingLost(String what) throws Exception {
    try {
      Waiting.until(what + ": slots in use", () -> engine.inUse() == 0);
      Waiting.until(what + ": places at the gate", () -> engine.ring().room().inside() == 0);
      Waiting.untilEmpty(what + ": open files", () -> Descriptors.below(directory));
    } catch (AssertionError e) {
      if (last[0] != null) {
        e.addSuppressed(last[0]);
      }
      throw e;
    }
  }

  /** After a read has thrown, what comes through the FIFO is not its buffer's any more. */
  private void fifos() throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect(64);
    byte[] bytes = "written after the read".getBytes();
    int limit = limit();
    for (int i = 0; i < DEPTHS; i++) {
      Path fifo = Fifos.make(directory.resolve("fifo" + i));
      try (UringFile file =
          uring.openFile(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        int depth = depth(limit, i);
        Throwable[] thrown = new Throwable[1];
        Thread reader =
            start(
                () -> {
                  try {
                    deep(depth, () -> file.read(direct.clear(), 0));
                  } catch (Throwable t) {
                    thrown[0] = t;
                  }
                });
        Waiting.until(
            "the read to overflow or to wait",
            () -> !reader.isAlive() || engine.ring().room().inside() > 0);
        boolean over = reader.join(java.time.Duration.ofMillis(20));
        file.write(ByteBuffer.wrap(bytes), 0);
        if (over) {
          overflows++;
          Waiting.until("slots in use", () -> engine.inUse() == 0);
          if (direct.get(0) != 0) {
            throw new AssertionError("the kernel wrote after the read had thrown", thrown[0]);
          }
          ByteBuffer rest = ByteBuffer.allocate(64);
          if (file.read(rest, 0) != bytes.length) {
            throw new AssertionError("bytes of the FIFO are lost");
          }
        } else {
          reader.join();
          ended++;
          direct.put(0, new byte[64]);
        }
      }
    }
    checkNothingLost("FIFOs");
  }
}
