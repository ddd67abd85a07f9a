package io.github.loomuring.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits, order and removal. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateTest {
  /** A request that notes how often it was let in. */
  private static final class Waiter extends Request {
    final AtomicInteger letIn = new AtomicInteger();

    @Override
    protected long userData() {
      return 0;
    }

    @Override
    protected boolean isPending() {
      return true;
    }

    @Override
    protected void submitting() {}
  }

  private static Waiter queued(Gate gate) {
    Waiter waiter = new Waiter();
    assertThat(gate.enter(waiter)).isFalse();
    return waiter;
  }

  private static Gate full(int limit) {
    Gate gate = new Gate(limit, null);
    for (int i = 0; i < limit; i++) {
      assertThat(gate.isFull()).isFalse();
      assertThat(gate.enter(new Waiter())).isTrue();
    }
    return gate;
  }

  @Test
  void letsInAsManyAsItsLimit() {
    Gate gate = full(3);
    assertThat(gate.isFull()).isTrue();
    assertThat(gate.inside()).isEqualTo(3);
    queued(gate);
    assertThat(gate.waiting()).isEqualTo(1);
    assertThat(gate.inside()).isEqualTo(3);
  }

  @Test
  void givesPlacesInTheOrderOfArrival() {
    Gate gate = full(1);
    List<Waiter> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiters.add(queued(gate));
    }
    for (Waiter waiter : waiters) {
      assertThat(gate.leave()).isSameAs(waiter);
      assertThat(gate.inside()).isEqualTo(1);
    }
    assertThat(gate.leave()).isNull();
    assertThat(gate.inside()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void removedRequestIsPassedOver(int removed) {
    Gate gate = full(1);
    List<Waiter> waiters = new ArrayList<>(List.of(queued(gate), queued(gate), queued(gate)));
    assertThat(gate.remove(waiters.get(removed))).isTrue();
    assertThat(gate.remove(waiters.get(removed))).isFalse();
    assertThat(gate.waiting()).isEqualTo(2);
    waiters.remove(removed);
    waiters.add(queued(gate));
    for (Waiter waiter : waiters) {
      assertThat(gate.leave()).isSameAs(waiter);
    }
  }

  @Test
  void requestThatIsNotThereIsNotRemoved() {
    Gate gate = full(1);
    Waiter waiter = queued(gate);
    assertThat(new Gate(1, null).remove(waiter)).isFalse();
    gate.leave();
    assertThat(gate.remove(waiter)).isFalse();
    assertThat(gate.inside()).isEqualTo(1);
  }

  @Test
  void removedRequestMayQueueAgain() {
    Gate gate = full(1);
    Waiter waiter = queued(gate);
    gate.remove(waiter);
    assertThat(gate.enter(waiter)).isFalse();
    assertThat(gate.leave()).isSameAs(waiter);
  }

  @Test
  void limitIsPositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Gate(0, null))
        .withMessage("limit=0 is not positive");
  }

  /** Threads that enter, leave, and take requests back, over two children of one parent. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void limitsHoldAndNobodyIsForgottenUnderConcurrency(int parentLimit) throws Exception {
    long seed = Long.parseLong(seedText());
    System.getLogger(GateTest.class.getName()).log(System.Logger.Level.INFO, "seed=" + seed);
    Stress stress = new Stress(parentLimit);
    int threads = 6;
    List<Thread> all = new ArrayList<>();
    CountDownLatch start = new CountDownLatch(1);
    for (int t = 0; t < threads; t++) {
      Random random = new Random(seed + t);
      all.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      start.await();
                    } catch (InterruptedException e) {
                      throw new AssertionError(e);
                    }
                    for (int i = 0; i < 20_000; i++) {
                      stress.step(random);
                    }
                  }));
    }
    start.countDown();
    for (Thread thread : all) {
      thread.join();
    }
    stress.assertEnded(threads * 20_000);
  }

  private static String seedText() {
    String text = System.getProperty("loomuring.seed", "");
    return text.isEmpty() ? Integer.toString(ThreadLocalRandom.current().nextInt()) : text;
  }

  /** What {@link Ring} does with gates, without a kernel. */
  private static final class Stress {
    private static final Field STATE = state();

    final Gate parent;
    final Gate[] children;
    final AtomicInteger[] inside = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
    final Queue<Waiter> running = new ConcurrentLinkedQueue<>();
    final AtomicInteger done = new AtomicInteger();
    final AtomicInteger withdrawn = new AtomicInteger();
    final AtomicInteger violations = new AtomicInteger();

    Stress(int parentLimit) {
      parent = new Gate(parentLimit, null);
      children = new Gate[] {new Gate(2, parent), new Gate(3, parent)};
    }

    private static Field state() {
      try {
        Field state = Gate.class.getDeclaredField("state");
        state.setAccessible(true);
        return state;
      } catch (NoSuchFieldException e) {
        throw new AssertionError(e);
      }
    }

    void step(Random random) {
      Waiter waiter = new Waiter();
      Gate first = children[random.nextInt(2)];
      waiter.prepare((byte) 0, 0, 0, 0, 0, 0, first);
      admit(waiter, first);
      if (random.nextInt(4) == 0) {
        for (Gate gate = first; gate != null; gate = gate.parent) {
          if (gate.remove(waiter)) {
            withdrawn.incrementAndGet();
            leave(first, gate);
            break;
          }
        }
      }
      if (random.nextInt(8) != 0) { // so that queues grow meanwhile
        complete();
      }
      for (Gate gate : new Gate[] {parent, first}) {
        long state = stateOf(gate);
        if (state >>> 32 != 0 && (int) state < gate.limit()) {
          violations.incrementAndGet(); // a place is free though somebody waits
        }
      }
    }

    private static long stateOf(Gate gate) {
      try {
        return STATE.getLong(gate); // both counts at the same moment
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }

    private void admit(Request request, Gate from) {
      for (Gate gate = from; gate != null; gate = gate.parent) {
        if (!gate.enter(request)) {
          return;
        }
        entered(gate);
      }
      running.add((Waiter) request);
    }

    /** Completes one of those that are inside; false if there is none. */
    boolean complete() {
      Waiter waiter = running.poll();
      if (waiter == null) {
        return false;
      }
      if (waiter.letIn.incrementAndGet() != 1) {
        violations.incrementAndGet();
      }
      done.incrementAndGet();
      leave(waiter.gate, null);
      return true;
    }

    private void leave(Gate first, Gate end) {
      for (Gate gate = first; gate != end; gate = gate.parent) {
        inside[indexOf(gate)].decrementAndGet(); // before the place is anybody else's
        Request next = (Request) gate.leave();
        if (next != null) {
          entered(gate);
          admit(next, gate.parent);
        }
      }
    }

    private void entered(Gate gate) {
      if (inside[indexOf(gate)].incrementAndGet() > gate.limit() || gate.inside() > gate.limit()) {
        violations.incrementAndGet();
      }
    }

    private int indexOf(Gate gate) {
      return gate == children[0] ? 0 : gate == children[1] ? 1 : 2;
    }

    void assertEnded(int requests) {
      while (complete()) {
        // the last ones
      }
      assertThat(violations)
          .as("limits exceeded, places free though somebody waits, or requests let in twice")
          .hasValue(0);
      assertThat(done.get() + withdrawn.get()).as("ended").isEqualTo(requests);
      for (Gate gate : new Gate[] {parent, children[0], children[1]}) {
        // A place that stays free while somebody waits would leave him here.
        assertThat(gate.waiting()).as("waiting at " + gate).isZero();
        assertThat(gate.inside()).as("inside " + gate).isZero();
      }
    }
  }
}
