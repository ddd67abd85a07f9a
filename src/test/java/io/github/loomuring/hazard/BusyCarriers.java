package io.github.loomuring.hazard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Keeps every carrier of the default scheduler busy, so that no other virtual thread runs. */
final class BusyCarriers implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean released;

  /** Returns when they are all busy. */
  void block() throws InterruptedException {
    int count = Runtime.getRuntime().availableProcessors();
    CountDownLatch running = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    running.countDown();
                    while (!released) {
                      Thread.onSpinWait();
                    }
                  }));
    }
    running.await();
  }

  @Override
  public void close() {
    released = true;
  }
}
