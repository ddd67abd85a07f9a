package io.github.loomuring.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When descriptors are closed, and when that is put off. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PosixLocksTest {
  // Keys that no file of another test has.
  private static final long ONE = Long.MAX_VALUE - 1;
  private static final long OTHER = Long.MAX_VALUE - 2;
  private static final long THIRD = Long.MAX_VALUE - 3;

  /** Counts how often it is closed. */
  private static class Fake extends PosixLocks.Descriptor {
    private final long key;
    int closed;

    Fake(long key) {
      this.key = key;
    }

    @Override
    public long key() {
      return key;
    }

    @Override
    public void close() throws IOException {
      closed++;
    }
  }

  private static Fake closed(long key) throws IOException {
    Fake fake = new Fake(key);
    PosixLocks.close(fake);
    return fake;
  }

  @Test
  void withoutALockACloseIsOne() throws IOException {
    assertThat(closed(ONE).closed).isOne();
    assertThat(closed(PosixLocks.UNKNOWN).closed).isOne();
  }

  @Test
  void lockPutsOffWhatIsOrMayBeOfItsInode() throws IOException {
    PosixLocks.hold(ONE);
    PosixLocks.hold(ONE);
    Fake same = closed(ONE);
    Fake unknown = closed(PosixLocks.UNKNOWN);
    assertThat(closed(OTHER).closed).isOne();
    assertThat(closed(PosixLocks.NONE).closed).isOne();
    PosixLocks.release(ONE);
    assertThat(same.closed).isZero();
    assertThat(unknown.closed).isZero();
    PosixLocks.release(ONE);
    assertThat(same.closed).isOne();
    assertThat(unknown.closed).isOne();
    assertThat(closed(ONE).closed).isOne();
  }

  @Test
  void lockOfAnUnknownInodePutsOffAll() throws IOException {
    PosixLocks.hold(PosixLocks.UNKNOWN);
    Fake any = closed(ONE);
    assertThat(any.closed).isZero();
    PosixLocks.release(PosixLocks.UNKNOWN);
    assertThat(any.closed).isOne();
  }

  @Test
  void whatIsKeptForOneInodeMayHaveToWaitForAnother() throws IOException {
    PosixLocks.hold(ONE);
    PosixLocks.hold(OTHER);
    Fake unknown = closed(PosixLocks.UNKNOWN);
    PosixLocks.release(ONE);
    assertThat(unknown.closed).isZero();
    PosixLocks.release(OTHER);
    assertThat(unknown.closed).isOne();
  }

  @Test
  void failureOfACloseIsThrownAndLeavesNothingBehind() {
    IOException failure = new IOException("no");
    Fake failing =
        new Fake(ONE) {
          @Override
          public void close() throws IOException {
            throw failure;
          }
        };
    for (boolean locked : new boolean[] {false, true}) {
      if (locked) {
        PosixLocks.hold(OTHER);
      }
      assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> PosixLocks.close(failing)))
          .isSameAs(failure);
      PosixLocks.hold(ONE); // does not wait for the one that failed
      PosixLocks.release(ONE);
    }
    PosixLocks.release(OTHER);
  }

  /** A close that ends when it is told to. */
  private static final class Hanging extends Fake {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private FutureTask<Void> call;

    Hanging(long key) {
      super(key);
    }

    static Hanging start(long key) throws Exception {
      Hanging hanging = new Hanging(key);
      hanging.call = start(() -> PosixLocks.close(hanging));
      hanging.begun.await();
      return hanging;
    }

    private static FutureTask<Void> start(Calls work) {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                work.run();
                return null;
              });
      Thread.ofPlatform().daemon().start(task);
      return task;
    }

    @Override
    public void close() throws IOException {
      super.close();
      begun.countDown();
      try {
        mayEnd.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void end() throws Exception {
      mayEnd.countDown();
      call.get();
    }
  }

  private interface Calls {
    void run() throws Exception;
  }

  private static Thread startHold(long key) {
    return Thread.ofPlatform().daemon().start(() -> PosixLocks.hold(key));
  }

  /** Whether the close began before there was any lock, or when there was one already. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closeThatHangsHoldsUpLocksOnItsOwnFileOnly(boolean lockBefore) throws Exception {
    if (lockBefore) {
      PosixLocks.hold(THIRD);
    }
    Hanging hanging = Hanging.start(ONE);
    startHold(OTHER).join();
    Fake same = closed(OTHER);
    assertThat(same.closed).isZero();
    PosixLocks.release(OTHER);
    assertThat(same.closed).isOne();
    Thread waiting = startHold(ONE);
    Waiting.untilParked(waiting);
    startHold(OTHER).join(); // nor does the one that waits hold up others
    PosixLocks.release(OTHER);
    hanging.end();
    waiting.join();
    PosixLocks.release(ONE);
    if (lockBefore) {
      PosixLocks.release(THIRD);
    }
    assertThat(PosixLocks.areHeld()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closeOfAnUnknownFileHoldsUpAllLocks(boolean lockBefore) throws Exception {
    if (lockBefore) {
      PosixLocks.hold(THIRD);
    }
    Thread waiting;
    Hanging hanging = new Hanging(lockBefore ? ONE : PosixLocks.UNKNOWN);
    hanging.call = Hanging.start(() -> PosixLocks.close(hanging));
    hanging.begun.await();
    waiting = startHold(lockBefore ? PosixLocks.UNKNOWN : ONE);
    Waiting.untilParked(waiting);
    hanging.end();
    waiting.join();
    PosixLocks.release(lockBefore ? PosixLocks.UNKNOWN : ONE);
    if (lockBefore) {
      PosixLocks.release(THIRD);
    }
  }

  /** More closes at once than are noted without a mutex. */
  @Test
  void manyClosesThatHangHoldUpNoOtherLock() throws Exception {
    List<Hanging> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(Hanging.start(ONE));
    }
    startHold(OTHER).join();
    PosixLocks.release(OTHER);
    Thread waiting = startHold(ONE);
    Waiting.untilParked(waiting);
    for (Hanging one : all) {
      one.end();
    }
    waiting.join();
    PosixLocks.release(ONE);
    assertThat(PosixLocks.areHeld()).isFalse();
  }

  @Test
  void keysAreOfDeviceAndInode() {
    assertThat(PosixLocks.key(1, 2)).isEqualTo(PosixLocks.key(1, 2)).isPositive();
    assertThat(PosixLocks.key(1, 2)).isNotEqualTo(PosixLocks.key(2, 2));
    assertThat(PosixLocks.key(1, 2)).isNotEqualTo(PosixLocks.key(1, 3));
    assertThat(PosixLocks.key(0, 0)).isPositive();
  }

  /** Whoever holds a lock sees no close of its inode, and none is lost. */
  @Test
  void noCloseComesBetweenHoldAndRelease() throws Exception {
    long seed = Long.getLong("loomuring.seed", System.nanoTime());
    AtomicInteger[] locked = {new AtomicInteger(), new AtomicInteger()};
    AtomicInteger closes = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    List<FutureTask<Void>> tasks = new ArrayList<>();
    int closers = 3;
    int rounds = 20_000;
    for (int i = 0; i < closers; i++) {
      Random random = new Random(seed + i);
      tasks.add(
          new FutureTask<>(
              () -> {
                for (int n = 0; n < rounds; n++) {
                  int which = random.nextInt(2);
                  PosixLocks.close(
                      new Fake(ONE - which) {
                        @Override
                        public void close() {
                          for (int spin = 0; spin < 20; spin++) {
                            wrong.addAndGet(locked[which].get());
                          }
                          closes.incrementAndGet();
                        }
                      });
                }
                return null;
              }));
    }
    for (int i = 0; i < 3; i++) {
      int which = i % 2;
      tasks.add(
          new FutureTask<>(
              () -> {
                for (int n = 0; n < 500; n++) {
                  PosixLocks.hold(ONE - which);
                  locked[which].incrementAndGet();
                  Thread.yield();
                  locked[which].decrementAndGet();
                  PosixLocks.release(ONE - which);
                }
                return null;
              }));
    }
    tasks.forEach(task -> Thread.ofPlatform().daemon().start(task));
    for (FutureTask<Void> task : tasks) {
      task.get();
    }
    assertThat(wrong).as("seed %s", seed).hasValue(0);
    assertThat(closes).as("seed %s", seed).hasValue(closers * rounds);
  }
}
