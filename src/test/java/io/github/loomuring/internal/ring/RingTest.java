package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ring alone, with requests of its own. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class RingTest {
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** The first user_data of requests that may last for ever. */
  private static final long LASTING = 1_000_000;

  /** A NOP that is no wake-up: the simulated kernel answers it at once. */
  private static final class Nop extends Request {
    private final long userData;
    final AtomicInteger submissions = new AtomicInteger();

    Nop(long userData, Gate gate) {
      this.userData = userData;
      prepare(IORING_OP_NOP, -1, 0, 0, 0, 0, gate);
    }

    @Override
    protected long userData() {
      return userData;
    }

    @Override
    protected boolean isPending() {
      return true;
    }

    @Override
    protected void submitting() {
      submissions.incrementAndGet();
    }
  }

  /** Notes completions; lets requests leave their gates; throws where it is told to. */
  private static final class Log implements Completions {
    final Map<Long, AtomicInteger> counts = new ConcurrentHashMap<>();
    final AtomicInteger total = new AtomicInteger();
    volatile KernelRing ring;
    volatile Gate lasting;
    volatile long poison = Long.MIN_VALUE;
    volatile Throwable failure;

    @Override
    public void completed(long userData, int res, MemorySegment errno) throws IOException {
      counts.computeIfAbsent(userData, _ -> new AtomicInteger()).incrementAndGet();
      ring.leaveGates(userData >= LASTING ? lasting : ring.room(), errno);
      total.incrementAndGet();
      if (userData == poison) {
        throw new IllegalStateException("poisoned");
      }
    }

    @Override
    public boolean isIdle() {
      return ring.room().inside() == 0;
    }

    @Override
    public boolean isAwaited() {
      return !isIdle();
    }

    @Override
    public void failed(Throwable cause) {
      failure = cause;
    }
  }

  private final MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
  private final Log log = new Log();

  private KernelRing open(SimulatedKernel kernel, int entries, int completionEntries)
      throws Exception {
    KernelRing ring =
        KernelRing.open(kernel, RingSettings.builder(entries, completionEntries).build(), log);
    log.ring = ring;
    return ring;
  }

  @Test
  void completionThatCannotBeDeliveredDoesNotKeepOthersFromTheirs() throws Exception {
    KernelRing ring = open(new SimulatedKernel(), 2, 4);
    log.poison = 3;
    for (long i = 0; i < 10; i++) {
      ring.submit(new Nop(i, ring.room()), errno);
    }
    Waiting.until("all completions", () -> log.total.get() == 10);
    assertThat(log.failure).isNull();
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
  }

  @Test
  void everyRequestOfManyThreadsIsSubmittedAndCompletedOnce() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().positions(-1_000, Integer.MAX_VALUE - 1_000);
    KernelRing ring = open(kernel, 2, 4);
    int threads = 4;
    int each = 2_000;
    List<Nop> requests = new ArrayList<>();
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      List<Nop> own = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        own.add(new Nop(t * each + i, ring.room()));
      }
      requests.addAll(own);
      all.add(
          Thread.startVirtualThread(
              () -> {
                MemorySegment ownErrno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
                for (Nop request : own) {
                  submit(ring, request, ownErrno);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    Waiting.until("all completions", () -> log.total.get() == threads * each);
    assertThat(requests).allMatch(r -> r.submissions.get() == 1);
    assertThat(log.counts.values()).hasSize(threads * each).allMatch(count -> count.get() == 1);
    assertThat(ring.room().inside()).isZero();
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
    assertThat(kernel.isWrittenAfterUnmap()).isFalse();
  }

  /**
   * A thread that exits waits for its workers, and with it everything that it took along. So
   * nothing that may last for ever may be taken along by a caller.
   */
  @Test
  void reaperAloneSubmitsWhatMayLastForEver() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    Set<String> submitters = ConcurrentHashMap.newKeySet();
    kernel.script(
        sqe -> {
          if (sqe.userData() >= LASTING) {
            submitters.add(Thread.currentThread().getName());
          }
          return SimulatedKernel.Reply.EXECUTE;
        });
    kernel.enterScript(
        (_, getEvents) -> {
          if (getEvents) {
            LockSupport.parkNanos(20_000); // gives others time to take along what it has written
          }
          return Integer.MAX_VALUE;
        });
    KernelRing ring = open(kernel, 4, 64);
    log.lasting = new Gate(8, Gate.ofLasting(16, ring.room()));
    int each = 3_000;
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      boolean lasts = t % 2 == 0;
      long begin = (lasts ? LASTING : 0) + t * each;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    MemorySegment own = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
                    for (int i = 0; i < each; i++) {
                      submit(ring, new Nop(begin + i, lasts ? log.lasting : ring.room()), own);
                      while (!log.counts.containsKey(begin + i)) { // as a caller that parks
                        Thread.yield();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Waiting.until("all completions", () -> log.total.get() == threads.size() * each);
    assertThat(log.counts.values()).allMatch(count -> count.get() == 1);
    assertThat(submitters).singleElement().asString().startsWith("loom-uring-reaper-");
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
  }

  private static void submit(KernelRing ring, Request request, MemorySegment errno) {
    try {
      ring.submit(request, errno);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A drain lets requests in whose completions come while those that it took still fill the queue.
   * A kernel before 5.19 then answers EBUSY until there is room, which the reaper has to make.
   */
  @Test
  void reaperThatLetsRequestsInMakesRoomForTheirCompletions() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().busyWhileOverflown();
    KernelRing ring = open(kernel, 2, 64);
    int limit = ring.room().limit();
    kernel.hold(IORING_OP_NOP);
    for (int i = 0; i < 4 * limit; i++) {
      ring.submit(new Nop(i, ring.room()), errno);
    }
    kernel.awaitHeld(IORING_OP_NOP, limit);
    assertThat(ring.room().waiting()).isEqualTo(3 * limit);
    kernel.script(_ -> SimulatedKernel.Reply.EXECUTE);
    synchronized (kernel) { // all at once, so that one drain takes them all
      kernel.held().forEach(sqe -> kernel.complete(sqe, 0));
    }
    Waiting.until("all completions", () -> log.total.get() == 4 * limit);
    assertThat(ring.overflows()).as("completions fit the queue").isZero();
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
  }

  @Test
  void closeIsIdempotentAndConcurrent() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    KernelRing ring = open(kernel, 2, 4);
    List<Thread> threads = new ArrayList<>();
    AtomicInteger closed = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                if (ring.close(CLOSE_NANOS)) {
                  closed.incrementAndGet();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(closed).hasValue(8);
    assertThat(kernel.calls("munmap")).isEqualTo(2);
    assertThat(kernel.isWrittenAfterUnmap()).isFalse();
    assertThat(kernel.unbalanced()).isEmpty();
  }
}
