package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.IoUring;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A ring engine on a simulated kernel, and callers whose outcomes are looked at later. */
final class Simulation implements AutoCloseable {
  static final int ECANCELED = Errno.ECANCELED.negated();
  static final int EALREADY = Errno.EALREADY.negated();
  static final int ENOENT = Errno.ENOENT.negated();
  private static final long OUTCOME_SECONDS = 20;

  final SimulatedKernel kernel;
  final RingEngine engine;
  private final List<RingFile> files = new CopyOnWriteArrayList<>();

  private Simulation(SimulatedKernel kernel, RingSettings settings) throws Exception {
    this.kernel = kernel;
    this.engine = RingEngine.open(kernel, settings);
  }

  /** Everything goes through a small ring. */
  static Simulation of(SimulatedKernel kernel) throws Exception {
    return new Simulation(kernel, RingSettings.builder(8, 64).gate(32).build());
  }

  /** Everything goes through a ring of the given sizes. */
  static Simulation of(SimulatedKernel kernel, int entries, int completionEntries)
      throws Exception {
    return new Simulation(
        kernel, RingSettings.builder(entries, completionEntries).gate(64).build());
  }

  /** Callers look for their completions for up to {@code pollNanos}. */
  static Simulation polling(SimulatedKernel kernel, long pollNanos) throws Exception {
    return new Simulation(
        kernel, RingSettings.builder(8, 64).gate(32).pollNanos(pollNanos).build());
  }

  /** What cannot block is tried on the caller. */
  static Simulation inline(SimulatedKernel kernel) throws Exception {
    return new Simulation(
        kernel, RingSettings.builder(8, 64).gate(32).inlineNonBlocking(true).build());
  }

  /** Plain writes are tried on the caller too. */
  static Simulation adaptive(SimulatedKernel kernel) throws Exception {
    return new Simulation(
        kernel,
        RingSettings.builder(8, 64).gate(32).inlineNonBlocking(true).inlineAdaptive(true).build());
  }

  RingFile open(Path path, OpenOption... options) throws IOException {
    RingFile file = (RingFile) engine.open(path, OpenSpec.of(options));
    files.add(file);
    return file;
  }

  void awaitIdle() throws Exception {
    Waiting.until("all slots to be free", () -> engine.inUse() == 0);
  }

  /** Calls in a virtual thread. */
  static <T> Caller<T> call(Callable<T> work) {
    return new Caller<>(work);
  }

  /** Closes the files and the engine, which then must have given everything back. */
  @Override
  public void close() {
    kernel.script(_ -> Reply.EXECUTE); // cancels what a failed test left
    kernel.enterScript((_, _) -> Integer.MAX_VALUE);
    for (Sqe sqe : kernel.held()) {
      if (sqe.opcode() == IoUring.IORING_OP_ASYNC_CANCEL) {
        kernel.complete(sqe, ENOENT); // makes room for others
      }
    }
    try {
      for (RingFile file : files) {
        file.close();
      }
      awaitIdle();
      engine.close();
      assertThat(kernel.calls("munmap")).as("mappings given back").isEqualTo(2);
      assertThat(kernel.isWrittenAfterUnmap()).as("written after unmap").isFalse();
      Waiting.untilEmpty("descriptors to be closed once", kernel::unbalanced);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A call in progress. */
  static final class Caller<T> {
    private final FutureTask<T> task;
    private volatile boolean interruptedAtEnd;
    final Thread thread;

    private Caller(Callable<T> work) {
      task =
          new FutureTask<>(
              () -> {
                try {
                  return work.call();
                } finally {
                  interruptedAtEnd = Thread.currentThread().isInterrupted();
                }
              });
      thread = Thread.ofVirtual().start(task);
    }

    T get() throws Exception {
      try {
        return task.get(OUTCOME_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception cause) {
          throw cause;
        }
        throw e;
      }
    }

    /** What the call threw; fails if it returned. */
    Throwable failure() throws Exception {
      try {
        T value = task.get(OUTCOME_SECONDS, TimeUnit.SECONDS);
        throw new AssertionError("no failure but " + value);
      } catch (ExecutionException e) {
        return e.getCause();
      }
    }

    boolean isDone() {
      return task.isDone();
    }

    boolean wasInterruptedAtEnd() {
      return interruptedAtEnd;
    }
  }
}
