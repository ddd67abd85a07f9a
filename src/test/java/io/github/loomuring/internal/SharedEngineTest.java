package io.github.loomuring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.ring.UnavailableException.Prospect;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.ForwardingEngine;
import io.github.loomuring.support.Waiting;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which engine serves the shared Uring, and when. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedEngineTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10); // it may run over
  private final List<String> news = new ArrayList<>();
  private final List<Stub> made = new ArrayList<>();
  private final Stub pool = new Stub();
  private Throwable failure;
  private int attempts;
  private final SharedEngine shared = shared(true);

  /** An engine that is open until it is told otherwise. */
  private static final class Stub {
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Engine engine =
        (Engine)
            Proxy.newProxyInstance(
                Stub.class.getClassLoader(), new Class<?>[] {Engine.class}, this::call);

    private Object call(Object proxy, Method method, Object[] arguments) {
      return switch (method.getName()) {
        case "isOpen" -> open.get();
        case "close" -> {
          open.set(false);
          yield null;
        }
        case "toString" -> "stub";
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> throw new UnsupportedOperationException(method.toString());
      };
    }
  }

  private SharedEngine shared(boolean mayUsePool) {
    return new SharedEngine(
        this::make, () -> pool.engine, () -> pool.engine, mayUsePool, listener(), clock::get);
  }

  private SharedEngine.Listener listener() {
    return new SharedEngine.Listener() {
      @Override
      public void unavailable(String reason, boolean passes) {
        news.add((passes ? "passing: " : "lasting: ") + reason);
      }

      @Override
      public void recovered(String why) {
        news.add("recovered: " + why);
      }
    };
  }

  private Engine make() throws UnavailableException {
    attempts++;
    switch (failure) {
      case null -> {
        Stub ring = new Stub();
        made.add(ring);
        return ring.engine;
      }
      case UnavailableException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(failure);
    }
  }

  private void assertRing(Stub ring) {
    assertThat(shared.current()).isSameAs(ring.engine);
    assertThat(shared.isRing()).isTrue();
    assertThat(shared.reason()).isNull();
  }

  private void assertPool(String reason) {
    assertThat(shared.current()).isSameAs(pool.engine);
    assertThat(shared.isRing()).isFalse();
    assertThat(shared.reason()).contains(reason);
  }

  private void pass(long millis) {
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static UnavailableException unavailable(Prospect prospect) {
    return new UnavailableException("reason", prospect, null);
  }

  @Test
  void ringIsMadeOnceAndServes() {
    Engine first = shared.current();
    assertRing(made.getFirst());
    assertThat(shared.current()).isSameAs(first);
    assertThat(attempts).isEqualTo(1);
    assertThat(news).isEmpty();
  }

  @Test
  void whatLastsIsAskedForOnce() {
    failure = unavailable(Prospect.LASTING);
    assertPool("reason");
    pass(TimeUnit.DAYS.toMillis(1));
    failure = null;
    assertPool("reason");
    assertThat(attempts).isEqualTo(1);
    assertThat(news).containsExactly("lasting: reason");
  }

  static Stream<Throwable> whatPasses() {
    return Stream.of(
        unavailable(Prospect.PASSING),
        unavailable(Prospect.UNKNOWN),
        new OutOfMemoryError("unable to create native thread"),
        new NoClassDefFoundError("a class"),
        new IllegalStateException("anything"));
  }

  @ParameterizedTest
  @MethodSource("whatPasses")
  void whatPassesIsTriedAgainAfterASecond(Throwable passing) {
    failure = passing;
    String reason = passing instanceof UnavailableException ? "reason" : passing.getMessage();
    assertPool(reason);
    failure = null;
    pass(999);
    assertPool(reason);
    assertThat(attempts).isEqualTo(1);
    pass(1);
    shared.current();
    assertRing(made.getFirst());
    assertThat(news).hasSize(2);
    assertThat(news.getFirst()).startsWith("passing: ").contains(reason);
    assertThat(news.getLast()).startsWith("recovered: ").contains(reason);
  }

  @ParameterizedTest
  @EnumSource(
      value = Prospect.class,
      names = {"PASSING", "UNKNOWN"})
  void attemptsBecomeRarerAndDoNotEnd(Prospect prospect) {
    failure = unavailable(prospect);
    int secondsMax = prospect == Prospect.PASSING ? 64 : 4096;
    assertPool("reason");
    for (int seconds = 1; seconds < 3 * secondsMax; seconds *= 2) {
      int before = attempts;
      pass(TimeUnit.SECONDS.toMillis(Math.min(seconds, secondsMax)) - 1);
      assertPool("reason");
      assertThat(attempts).isEqualTo(before);
      pass(1);
      assertPool("reason");
      assertThat(attempts).isEqualTo(before + 1);
    }
  }

  /** Who is near the end of his stack could use no pool either; nothing is broken for others. */
  @Test
  void overflowOfTheStackIsTheCallersAlone() {
    failure = new StackOverflowError();
    assertThatThrownBy(shared::current).isInstanceOf(StackOverflowError.class);
    failure = null;
    shared.current();
    assertRing(made.getFirst());
    assertThat(news).isEmpty();
  }

  @Test
  void failedRingIsReplacedAtTheNextUse() {
    shared.current();
    made.getFirst().open.set(false);
    shared.current();
    assertRing(made.getLast());
    assertThat(made).hasSize(2);
    assertThat(news).containsExactly("recovered: the ring before has failed");
  }

  @Test
  void poolTakesOverFromAFailedRingThatCannotBeReplaced() {
    shared.current();
    made.getFirst().open.set(false);
    failure = unavailable(Prospect.PASSING);
    assertPool("reason");
    assertThat(news).containsExactly("passing: reason");
    failure = null;
    pass(1000);
    shared.current();
    assertRing(made.getLast());
    assertThat(news).hasSize(2);
  }

  @Test
  void ringsThatFailOneAfterTheOtherAreReplacedMoreAndMoreRarely() {
    shared.current();
    made.getLast().open.set(false);
    shared.current(); // at once
    for (int seconds = 2; seconds < 10_000; seconds *= 2) {
      made.getLast().open.set(false);
      int before = attempts;
      assertPool("have failed");
      pass(TimeUnit.SECONDS.toMillis(Math.min(seconds, 4096)) - 1);
      assertPool("have failed");
      assertThat(attempts).isEqualTo(before);
      pass(1);
      shared.current();
      assertRing(made.getLast());
    }
    pass(TimeUnit.MINUTES.toMillis(6)); // it was a sound one
    made.getLast().open.set(false);
    int before = made.size();
    shared.current();
    assertThat(made).hasSize(before + 1);
    assertRing(made.getLast());
  }

  @Test
  void withoutThePoolEachCallTriesAndSaysWhy() {
    SharedEngine strict = shared(false);
    failure = unavailable(Prospect.PASSING);
    for (int i = 1; i <= 2; i++) {
      assertThatThrownBy(strict::current)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("io_uring is not available: reason");
      assertThat(strict.isRing()).isFalse();
      assertThat(attempts).isEqualTo(2 * i);
    }
    failure = null;
    assertThat(strict.current()).isSameAs(made.getFirst().engine);
  }

  // ---- who comes while a ring is made

  @Test
  void threadThatMakesTheRingIsServedByThePool() {
    AtomicReference<SharedEngine> own = new AtomicReference<>();
    List<Object> seen = new ArrayList<>();
    own.set(
        new SharedEngine(
            () -> {
              seen.add(own.get().current());
              seen.add(own.get().isRing());
              seen.add(own.get().isBeingMadeHere());
              return make();
            },
            () -> pool.engine,
            () -> pool.engine,
            true,
            listener(),
            clock::get));
    assertThat(own.get().current()).isSameAs(made.getFirst().engine);
    assertThat(own.get().isBeingMadeHere()).isFalse();
    assertThat(seen).containsExactly(pool.engine, false, true);
  }

  @Test
  void othersWaitForTheRing() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    SharedEngine slow = slow(begun, end);
    FutureTask<Engine> first = start(slow);
    begun.await();
    FutureTask<Engine> second = new FutureTask<>(slow::current);
    Thread waiting = Thread.ofPlatform().start(second);
    Waiting.until("the second to wait", () -> waiting.getState() == Thread.State.TIMED_WAITING);
    waiting.interrupt(); // ends no wait
    Waiting.until(
        "the second to wait again", () -> waiting.getState() == Thread.State.TIMED_WAITING);
    end.countDown();
    assertThat(second.get()).isSameAs(first.get()).isSameAs(made.getFirst().engine);
  }

  /** The maker may need what a waiting thread holds, such as the lock of a class loader. */
  @Test
  void othersDoNotWaitWithoutEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    SharedEngine slow = slow(begun, end);
    FutureTask<Engine> first = start(slow);
    begun.await();
    assertThat(slow.current()).isSameAs(pool.engine);
    end.countDown();
    assertThat(slow.current()).isSameAs(first.get()).isSameAs(made.getFirst().engine);
  }

  /** A log may be waiting for another thread, which reads the log's configuration by a file. */
  @Test
  void nothingIsLoggedUnderTheLock() throws Exception {
    AtomicReference<SharedEngine> own = new AtomicReference<>();
    failure = unavailable(Prospect.PASSING);
    SharedEngine.Listener waiting =
        new SharedEngine.Listener() {
          @Override
          public void unavailable(String reason, boolean passes) {
            throw new AssertionError(reason);
          }

          @Override
          public void recovered(String why) {
            try {
              news.add("other: " + (start(own.get()).get() == made.getFirst().engine));
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    own.set(
        new SharedEngine(
            this::make, () -> pool.engine, () -> pool.engine, false, waiting, clock::get));
    assertThatThrownBy(own.get()::current).isInstanceOf(UnsupportedOperationException.class);
    failure = null;
    own.get().current();
    assertThat(news).containsExactly("other: true");
  }

  private static FutureTask<Engine> start(SharedEngine engine) {
    FutureTask<Engine> task = new FutureTask<>(engine::current);
    Thread.ofPlatform().start(task);
    return task;
  }

  private SharedEngine slow(CountDownLatch begun, CountDownLatch end) {
    return new SharedEngine(
        () -> {
          begun.countDown();
          try {
            end.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return make();
        },
        () -> pool.engine,
        () -> pool.engine,
        true,
        listener(),
        clock::get);
  }

  // ---- the end

  @Test
  void closeClosesAllThatHasServed() {
    failure = unavailable(Prospect.PASSING);
    shared.current();
    failure = null;
    pass(1000);
    shared.current();
    shared.close();
    assertThat(shared.isOpen()).isFalse();
    assertThat(pool.open).isFalse();
    assertThat(made.getFirst().open).isFalse();
    assertThat(shared.current().isOpen()).isFalse();
    assertThat(attempts).isEqualTo(2);
  }

  @Test
  void closedBeforeItsUseItMakesNothing() {
    shared.close();
    shared.close();
    assertThat(shared.current().isOpen()).isFalse();
    assertThat(attempts).isZero();
  }

  @Test
  void everyMethodGoesToTheEngine() {
    List<String> own = new ArrayList<>(signatures(ForwardingEngine.class));
    own.addAll(signatures(SharedEngine.class));
    assertThat(own).containsAll(signatures(Engine.class));
  }

  private static List<String> signatures(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
        .toList();
  }
}
