package io.github.loomuring.internal.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeferredTest {
  private static final int CALLS = 5;

  private final AtomicInteger begun = new AtomicInteger();
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private volatile Thread worker;

  private Deferred deferred(RuntimeException failure) {
    return new Deferred("deferred-by-a-test", CALLS) {
      @Override
      protected void work() {
        worker = Thread.currentThread();
        begun.incrementAndGet();
        try {
          mayEnd.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        if (failure != null) {
          throw failure;
        }
      }
    };
  }

  private static void ask(Deferred deferred, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(deferred.isDone()).isFalse();
    }
  }

  @Test
  void workIsBegunOnceByAnotherThreadAfterSoManyCalls() throws Exception {
    Deferred deferred = deferred(null);
    ask(deferred, CALLS - 1);
    assertThat(begun).hasValue(0);
    ask(deferred, 3 * CALLS);
    Waiting.until("the work to begin", () -> begun.get() > 0);
    ask(deferred, 3 * CALLS);
    mayEnd.countDown();
    Waiting.until("the work to be done", deferred::isDone);
    worker.join();
    assertThat(begun).hasValue(1);
    assertThat(worker.isDaemon()).isTrue();
  }

  @Test
  void workThatFailsIsNeverDoneAndNobodyIsTold() throws Exception {
    Deferred deferred = deferred(new IllegalStateException("on purpose"));
    mayEnd.countDown();
    ask(deferred, CALLS);
    Waiting.until("the work to begin", () -> begun.get() > 0);
    worker.join();
    ask(deferred, 3 * CALLS);
    assertThat(begun).hasValue(1);
  }
}
