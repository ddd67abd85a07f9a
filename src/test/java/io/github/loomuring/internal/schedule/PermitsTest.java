package io.github.loomuring.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Permits are bounded, and follow the calls that had to be replaced. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PermitsTest {
  private final Permits permits = new Permits();

  @Test
  void atMostSoManyCallsAtOnceAsTheLimit() {
    List<Integer> taken = new ArrayList<>();
    for (int permit = permits.tryEnter(); permit != Permits.NONE; permit = permits.tryEnter()) {
      taken.add(permit);
    }
    assertThat(taken).hasSize(permits.limit());
    assertThat(permits.inside()).isEqualTo(permits.limit());
    permits.leave(taken.removeFirst());
    taken.add(permits.tryEnter());
    assertThat(taken).doesNotContain(Permits.NONE);
    taken.forEach(permits::leave);
    assertThat(permits.inside()).isZero();
  }

  @Test
  void callThatCannotWaitTakesNone() {
    permits.leave(Permits.UNNEEDED);
    assertThat(permits.inside()).isZero();
  }

  @Test
  void callsThatHadToBeReplacedHalveTheLimitDownToOne() {
    int limit = permits.limit();
    for (int i = 0; i < 10; i++) {
      permits.ended(true);
      limit = Math.max(1, limit / 2);
      assertThat(permits.limit()).isEqualTo(limit);
    }
    assertThat(limit).isEqualTo(1);
  }

  @Test
  void callsThatEndByThemselvesAddOneUpToTheFirstLimit() {
    int most = permits.limit();
    permits.ended(true);
    int halved = permits.limit();
    for (int i = 1; i < Permits.CALLS_FOR_ONE_MORE; i++) {
      permits.ended(false);
      assertThat(permits.limit()).isEqualTo(halved);
    }
    permits.ended(false);
    assertThat(permits.limit()).isEqualTo(halved + 1);
    for (int i = 0; i < 100 * Permits.CALLS_FOR_ONE_MORE; i++) {
      permits.ended(false);
    }
    assertThat(permits.limit()).isEqualTo(most);
  }

  @Test
  void manyThreadsNeverExceedTheLimitAndLeaveNothing() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int n = 0; n < 10_000; n++) {
                  int permit = permits.tryEnter();
                  if (permit != Permits.NONE) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    permits.leave(permit);
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most.get()).isBetween(1, Runtime.getRuntime().availableProcessors() + 3);
    assertThat(permits.inside()).isZero();
  }
}
