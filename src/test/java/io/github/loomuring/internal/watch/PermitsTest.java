package io.github.loomuring.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Permits are bounded, and follow the calls that lasted. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PermitsTest {
  private static final long SLOW_NANOS = 200_000;

  private final Permits permits = new Permits(SLOW_NANOS);

  @BeforeAll
  static void findCarriers() throws Exception {
    Waiting.until(
        "the carrier watch",
        () -> {
          AtomicBoolean possible = new AtomicBoolean();
          Thread.startVirtualThread(() -> possible.set(CarrierWatch.isPossible())).join();
          return possible.get();
        });
  }

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
  void slowCallsHalveTheLimitDownToOne() {
    for (int limit = permits.limit(); limit > 1; limit /= 2) {
      callsUntilHalved(SLOW_NANOS);
      assertThat(permits.limit()).isEqualTo(limit / 2);
    }
    for (int i = 0; i < 1_000; i++) {
      permits.ended(SLOW_NANOS);
    }
    assertThat(permits.limit()).isEqualTo(1);
  }

  /** How many such calls halve a limit that is more than one. */
  private int callsUntilHalved(long nanos) {
    int before = permits.limit();
    int calls = 0;
    while (permits.limit() == before) {
      permits.ended(nanos);
      calls++;
    }
    return calls;
  }

  @Test
  void callsThatLastLongerHalveItSooner() {
    int calls = callsUntilHalved(SLOW_NANOS);
    assertThat(callsUntilHalved(1_000 * SLOW_NANOS)).isLessThan(calls).isPositive();
  }

  @Test
  void quickCallsAddOneUpToTheFirstLimit() {
    int most = permits.limit();
    callsUntilHalved(SLOW_NANOS);
    int halved = permits.limit();
    for (int i = 1; i < Permits.ONE_MORE; i++) {
      permits.ended(0);
      assertThat(permits.limit()).isEqualTo(halved);
    }
    permits.ended(0);
    assertThat(permits.limit()).isEqualTo(halved + 1);
    for (int i = 0; i < 100 * Permits.ONE_MORE; i++) {
      permits.ended(0);
    }
    assertThat(permits.limit()).isEqualTo(most);
  }

  @Test
  void fewSlowCallsDoNotLowerTheLimit() {
    int most = permits.limit();
    for (int i = 0; i < 10_000; i++) {
      permits.ended(i % 100 == 0 ? 10 * SLOW_NANOS : 0);
      assertThat(permits.limit()).isEqualTo(most);
    }
  }

  @Test
  void manySlowCallsKeepTheLimitAtOne() {
    for (int i = 0; i < 10_000; i++) {
      permits.ended(i % 3 == 0 ? SLOW_NANOS : 0);
    }
    assertThat(permits.limit()).isEqualTo(1);
  }

  /** The one caller of a device that waits for every call keeps its carrier now and then only. */
  @Test
  void slowCallOfTheOnlyPermitKeepsItFromMoreAndMoreOthers() {
    manySlowCallsKeepTheLimitAtOne();
    assertThat(callersUntilPermit()).isZero();
    for (int skips = Permits.SKIPS_MIN; skips <= Permits.SKIPS_MAX; skips *= 2) {
      refuseOne();
      permits.ended(SLOW_NANOS);
      assertThat(callersUntilPermit()).isEqualTo(skips);
    }
    refuseOne();
    permits.ended(SLOW_NANOS);
    assertThat(callersUntilPermit()).isEqualTo(Permits.SKIPS_MAX);
  }

  @Test
  void slowCallOfTheOnlyCallerDoesNotKeepItFromTheNext() {
    manySlowCallsKeepTheLimitAtOne();
    permits.ended(SLOW_NANOS);
    assertThat(callersUntilPermit()).isZero();
  }

  private void refuseOne() {
    int permit = permits.tryEnter();
    assertThat(permits.tryEnter()).isEqualTo(Permits.NONE);
    permits.leave(permit);
  }

  private int callersUntilPermit() {
    int refused = 0;
    int permit = permits.tryEnter();
    for (; permit == Permits.NONE; permit = permits.tryEnter()) {
      refused++;
    }
    permits.leave(permit);
    return refused;
  }

  @Test
  void callsThatLastAreSlowOnVirtualThread() throws Exception {
    int most = permits.limit();
    Thread.startVirtualThread(this::makeSlowCalls).join();
    assertThat(permits.limit()).isEqualTo(most / 2);
  }

  @Test
  void callsOfPlatformThreadsKeepNoCarrierHoweverLongTheyLast() {
    int most = permits.limit();
    makeSlowCalls();
    assertThat(permits.limit()).isEqualTo(most);
  }

  private void makeSlowCalls() {
    for (int i = 0; i < -Permits.HALF / Permits.SLOW_WEIGHT; i++) {
      int permit = permits.tryEnter();
      assertThat(permit).isNotEqualTo(Permits.NONE);
      long begun = System.nanoTime();
      while (System.nanoTime() - begun < SLOW_NANOS) {
        Thread.onSpinWait();
      }
      permits.leave(permit);
    }
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
