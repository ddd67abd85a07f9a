package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.support.Waiting;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A descriptor is closed by one thread, when nobody uses it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileReferencesTest {
  private final FileReferences references = new FileReferences();

  @Test
  void closeRefusesNewReferencesAndKeepsThoseThereAre() throws Exception {
    references.retain();
    assertThat(references.beginClose()).isTrue();
    assertThat(references.areOpen()).isFalse();
    assertThat(references.areUnused()).isFalse();
    assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(references::retain);
    assertThatExceptionOfType(AsynchronousCloseException.class).isThrownBy(references::checkOpen);
    references.release();
    assertThat(references.areUnused()).isTrue();
    references.awaitUnused(); // at once
  }

  @Test
  void onlyTheFirstThreadCloses() {
    assertThat(references.beginClose()).isTrue();
    assertThat(references.beginClose()).isFalse();
  }

  @Test
  void referenceGivenBackTwiceIsNoticed() throws Exception {
    references.retain();
    references.release();
    assertThatExceptionOfType(AssertionError.class).isThrownBy(references::release);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lastReferenceWakesTheThreadThatCloses(boolean virtual) throws Exception {
    references.retain();
    references.retain();
    AtomicBoolean interruptedAtEnd = new AtomicBoolean();
    Thread closer =
        start(
            virtual,
            () -> {
              references.beginClose();
              references.awaitUnused();
              references.closed();
              interruptedAtEnd.set(Thread.currentThread().isInterrupted());
            });
    Waiting.until("the close to begin", () -> !references.areOpen());
    closer.interrupt(); // which does not end the wait
    references.release();
    assertThat(closer.join(java.time.Duration.ofMillis(20))).isFalse();
    references.release();
    closer.join();
    assertThat(interruptedAtEnd).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void othersThatCloseReturnWhenTheFileIsClosed(boolean virtual) throws Exception {
    assertThat(references.beginClose()).isTrue();
    AtomicInteger returned = new AtomicInteger();
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(
          start(
              virtual,
              () -> {
                assertThat(references.beginClose()).isFalse();
                references.awaitClosed();
                returned.incrementAndGet();
              }));
    }
    for (Thread other : others) {
      Waiting.until("the others to wait", () -> other.getState() == Thread.State.WAITING);
    }
    assertThat(returned).hasValue(0);
    references.closed();
    for (Thread other : others) {
      other.join();
    }
    assertThat(returned).hasValue(3);
    references.awaitClosed(); // at once, also later
  }

  private static Thread start(boolean virtual, Runnable run) {
    return virtual ? Thread.ofVirtual().start(run) : Thread.ofPlatform().daemon().start(run);
  }

  /** Operations that come and go while others close; on platform threads, as they never park. */
  @Test
  void closedDescriptorIsNeverUsed() throws Exception {
    for (int round = 0; round < 100; round++) {
      FileReferences raced = new FileReferences();
      AtomicBoolean closed = new AtomicBoolean();
      AtomicInteger misuses = new AtomicInteger();
      AtomicInteger closes = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (; ; ) {
                          raced.retain();
                          misuses.addAndGet(closed.get() ? 1 : 0);
                          raced.release();
                        }
                      } catch (ClosedChannelException e) {
                        // The end of the test.
                      }
                    }));
      }
      for (int t = 0; t < 2; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      if (raced.beginClose()) {
                        raced.awaitUnused();
                        closed.set(true);
                        closes.incrementAndGet();
                        raced.closed();
                      } else {
                        raced.awaitClosed();
                        misuses.addAndGet(closed.get() ? 0 : 1);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(misuses).hasValue(0);
      assertThat(closes).hasValue(1);
    }
  }
}
