package io.github.loomuring.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An idle object is one user's at a time; a bounded number is kept. */
class IdleObjectsTest {
  @Test
  void objectsComeBackAndAtMostSoManyAreKept() {
    IdleObjects<Integer> idle = new IdleObjects<>(10);
    assertThat(idle.poll()).isNull();
    for (int i = 0; i < 100; i++) {
      idle.offer(i);
    }
    assertThat(idle.anyMatch(i -> i == 0)).isTrue();
    assertThat(idle.anyMatch(i -> i == 99)).isFalse();
    Set<Integer> back = new HashSet<>();
    for (Integer object = idle.poll(); object != null; object = idle.poll()) {
      assertThat(back.add(object)).isTrue();
    }
    assertThat(back).hasSize(11); // and the one of this thread's stripe
  }

  @Test
  void objectIsNeverTwoThreadsAtOnce() throws Exception {
    IdleObjects<Object> idle = new IdleObjects<>(16);
    for (int i = 0; i < 8; i++) {
      idle.offer(new Object());
    }
    Set<Object> out = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 16; t++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 5_000; i++) {
                      Object object = idle.poll();
                      if (object != null) {
                        twice.addAndGet(out.add(object) ? 0 : 1);
                        out.remove(object);
                        idle.offer(object);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(twice).hasValue(0);
  }
}
