package io.github.loomuring.hazard;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.internal.op.RingEngine;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Signals interrupt the reaper and the carriers in the kernel all the time: EINTR. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalStormHazardTest {
  /** The JVM has a handler for it, which does nothing. */
  private static final int SIGPIPE = 13;

  @TempDir Path directory;

  @Test
  void everyCallGetsItsResultInStormOfSignals() throws Exception {
    AtomicLong interrupted = new AtomicLong();
    RingEngine engine = engine(counting(interrupted));
    try (Storm storm = new Storm()) {
      EngineFile file = open(engine, directory.resolve("file"), READ, WRITE, CREATE);
      EngineFile fifo = open(engine, Fifos.make(directory.resolve("fifo")), READ, WRITE);
      List<Call<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        int number = i;
        Call.On on = i % 2 == 0 ? Call.On.VIRTUAL : Call.On.PLATFORM;
        callers.add(Call.start(on, () -> use(engine, file, number)));
      }
      for (int i = 0; i < 200; i++) {
        Call<Integer> read = Call.startParked(() -> fifo.read(ByteBuffer.allocate(1), 0));
        fifo.write(ByteBuffer.allocate(1), 0);
        assertThat(read.value()).isEqualTo(1);
      }
      for (Call<Void> caller : callers) {
        caller.value();
      }
      // If all was done before: the reaper, which waits in the kernel, is interrupted next.
      Waiting.until("a signal to interrupt a system call", () -> interrupted.get() > 0);
      file.close();
      fifo.close();
      storm.check();
    } finally {
      engine.close();
    }
  }

  private Void use(RingEngine engine, EngineFile file, int number) throws Exception {
    byte[] bytes = new byte[100];
    java.util.Arrays.fill(bytes, (byte) number);
    for (int i = 0; i < 50; i++) {
      assertThat(file.write(ByteBuffer.wrap(bytes), number * 100L)).isEqualTo(100);
      ByteBuffer dst = ByteBuffer.allocate(100);
      assertThat(file.read(dst, number * 100L)).isEqualTo(100);
      assertThat(dst.array()).isEqualTo(bytes);
      open(engine, directory.resolve("file"), READ).close();
    }
    file.force(true);
    return null;
  }

  private static EngineFile open(RingEngine engine, Path path, OpenOption... options)
      throws Exception {
    return engine.open(path, OpenSpec.of(options));
  }

  private static RingEngine engine(Kernel kernel) {
    try {
      return RingEngine.open(kernel, RingSettings.builder(64, 256).gate(128).build());
    } catch (UnavailableException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  /** Linux, and how many calls it answered with EINTR. */
  private static Kernel counting(AtomicLong interrupted) {
    return WatchedKernel.of(
        (_, _, call) -> {
          Object result = call.run();
          if (result instanceof Number n && Errno.EINTR.is(n.longValue())) {
            interrupted.incrementAndGet();
          }
          return result;
        });
  }

  /** Sends signals to every carrier, reaper and caller of this process until it is closed. */
  private static final class Storm implements AutoCloseable {
    private static final MethodHandle TGKILL = tgkill();

    private final Thread thread =
        Thread.ofPlatform().daemon().name("signal-storm").unstarted(this::run);
    private volatile boolean ended;
    private volatile Throwable failure;

    Storm() {
      thread.start();
    }

    private void run() {
      try {
        int pid = (int) ProcessHandle.current().pid();
        while (!ended) {
          for (String tid : Hazards.tids("ForkJoinPool", "loom-uring", "hazard-caller")) {
            int unused = (int) TGKILL.invokeExact(pid, Integer.parseInt(tid), SIGPIPE);
          }
        }
      } catch (Throwable t) {
        failure = t;
      }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle tgkill() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("tgkill"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    }

    void check() {
      assertThat(failure).isNull();
      assertThat(thread.isAlive()).isTrue();
    }

    @Override
    public void close() {
      ended = true;
    }
  }
}
