package io.github.loomuring.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutual exclusion, and visibility of what the last holder wrote. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpinLockTest {
  private final SpinLock lock = new SpinLock();
  private long counter; // guarded by lock
  private long mirror; // guarded by lock

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyOneThreadIsInside(boolean virtual) throws Exception {
    int threads = 8;
    int each = 50_000;
    List<Thread> all = new ArrayList<>();
    AtomicBoolean torn = new AtomicBoolean();
    for (int t = 0; t < threads; t++) {
      Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
      all.add(
          builder.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  lock.lock();
                  counter++;
                  mirror++;
                  if (counter != mirror) {
                    torn.set(true);
                  }
                  lock.unlock();
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(torn).isFalse();
    assertThat(counter).isEqualTo((long) threads * each);
  }

  @Test
  void waiterGetsInWhenTheHolderLeaves() throws Exception {
    lock.lock();
    AtomicBoolean inside = new AtomicBoolean();
    Thread waiter =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  lock.lock();
                  inside.set(true);
                  lock.unlock();
                });
    Waiting.until("the waiter to run", () -> waiter.getState() == Thread.State.RUNNABLE);
    assertThat(inside).isFalse();
    lock.unlock();
    waiter.join();
    assertThat(inside).isTrue();
  }
}
