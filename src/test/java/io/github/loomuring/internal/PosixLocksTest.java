package io.github.loomuring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When descriptors are closed, and when that is put off. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PosixLocksTest {
  // Inode numbers that no file of another test has.
  private static final long ONE = Long.MAX_VALUE - 1;
  private static final long OTHER = Long.MAX_VALUE - 2;

  /** Counts how often it is closed. */
  private static class Fake implements PosixLocks.Descriptor {
    private final long inode;
    int closed;

    Fake(long inode) {
      this.inode = inode;
    }

    @Override
    public long inode() {
      return inode;
    }

    @Override
    public void close() throws IOException {
      closed++;
    }
  }

  private static Fake closed(long inode) throws IOException {
    Fake fake = new Fake(inode);
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
