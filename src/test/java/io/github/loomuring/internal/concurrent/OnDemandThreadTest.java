package io.github.loomuring.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Waiting;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OnDemandThreadTest {
  private static final long LONG_NANOS = 50_000_000_000L;

  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger needs = new AtomicInteger();
  private final AtomicInteger served = new AtomicInteger();
  private final AtomicBoolean inRole = new AtomicBoolean();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile boolean over;
  private volatile boolean twoInRole;
  private volatile boolean interrupted;
  private volatile Thread last;
  private OnDemandThread thread;

  /** Serves each need. */
  private final class Server implements OnDemandThread.Work {
    @Override
    public void run() {
      while (thread.awaitNeed() && !over) {
        twoInRole |= !inRole.compareAndSet(false, true);
        interrupted |= Thread.currentThread().isInterrupted();
        served.addAndGet(needs.getAndSet(0));
        inRole.set(false);
      }
    }

    @Override
    public boolean isNeeded() {
      return over || needs.get() > 0;
    }

    @Override
    public void onFailure(OutOfMemoryError failure) {
      failures.incrementAndGet();
      Future<Boolean> other = Executors.newVirtualThreadPerTaskExecutor().submit(thread::isRunning);
      try {
        other.get(); // would never end if the caller held the lock
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private void make(ThreadFactory threads, long idleNanos) {
    thread = new OnDemandThread(threads, new Server(), idleNanos);
  }

  private Thread newThread(Runnable run) {
    started.incrementAndGet();
    last = Thread.ofPlatform().daemon().unstarted(run);
    return last;
  }

  private void need() {
    needs.incrementAndGet();
    assertThat(thread.wake()).isTrue();
  }

  @AfterEach
  void end() throws Exception {
    over = true;
    if (last != null && thread.wake()) {
      last.join();
    }
  }

  @Test
  void nothingRunsBeforeItIsNeeded() {
    make(this::newThread, LONG_NANOS);
    assertThat(started).hasValue(0);
    assertThat(thread.mayStart()).isTrue();
    assertThat(thread.hasFailed()).isFalse();
  }

  @Test
  void oneThreadServesAllNeeds() throws Exception {
    make(this::newThread, LONG_NANOS);
    for (int i = 1; i <= 100; i++) {
      int count = i;
      need();
      Waiting.until("a need to be served", () -> served.get() == count);
    }
    assertThat(thread.isRunning()).isTrue();
    assertThat(thread.keep()).isTrue();
    assertThat(started).hasValue(1);
  }

  @Test
  void threadEndsIfItIsNotNeededAndAnotherOneStartsIfItIs() throws Exception {
    make(this::newThread, 1_000_000);
    need();
    last.join();
    assertThat(served).hasValue(1);
    need();
    last.join();
    assertThat(served).hasValue(2);
    assertThat(started).hasValue(2);
    needs.incrementAndGet();
    assertThat(thread.keep()).isTrue();
    last.join();
    assertThat(served).hasValue(3);
  }

  /** Otherwise each park would return at once, and the thread would keep a processor busy. */
  @Test
  void interruptDoesNotStay() throws Exception {
    make(this::newThread, LONG_NANOS);
    need();
    Waiting.until("the need to be served", () -> served.get() == 1);
    last.interrupt();
    Waiting.until("the status to be cleared", () -> !last.isInterrupted());
    need();
    Waiting.until("the need to be served", () -> served.get() == 2);
    assertThat(interrupted).isFalse();
  }

  @Test
  void failureToStartIsRememberedForAWhile() {
    AtomicBoolean fails = new AtomicBoolean(true);
    make(
        run -> {
          if (fails.get()) {
            throw new OutOfMemoryError("on purpose");
          }
          return newThread(run);
        },
        LONG_NANOS);
    assertThat(thread.wake()).isFalse();
    assertThat(failures).hasValue(1);
    assertThat(thread.hasFailed()).isTrue();
    assertThat(thread.mayStart()).isFalse();
    fails.set(false);
    assertThat(thread.isRunning()).as("it is too early to try again").isFalse();
    need();
    assertThat(thread.hasFailed()).isFalse();
    assertThat(thread.mayStart()).isTrue();
    assertThat(failures).hasValue(1);
  }

  /** A thread that decides to end as soon as it can, beside others that need it. */
  @Test
  void noNeedIsLostWhenTheThreadEnds() throws Exception {
    make(this::newThread, 0);
    int threads = 3;
    int rounds = 5_000;
    Thread[] users = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      boolean wakes = i > 0;
      users[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < rounds; round++) {
                      int before = served.get();
                      needs.incrementAndGet();
                      boolean runs = wakes ? thread.wake() : thread.keep() && thread.wake();
                      if (!runs) {
                        throw new AssertionError("no thread");
                      }
                      while (served.get() == before) { // this need, or that of another user
                        Thread.onSpinWait();
                      }
                    }
                  });
    }
    for (Thread user : users) {
      user.join();
    }
    Waiting.until("all needs to be served", () -> served.get() == threads * rounds);
    assertThat(twoInRole).as("two threads at a time").isFalse();
    assertThat(started.get()).isGreaterThan(1);
  }
}
