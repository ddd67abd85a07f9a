package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.op.StateWord.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each transition starts from the statuses that it is for, and from no other. */
class StateWordTest {
  private final StateWord word = new StateWord();

  private void go(int status) {
    switch (status) {
      case FREE -> {}
      case PREPARED -> word.prepare();
      case SUBMITTED -> {
        go(PREPARED);
        word.submitted();
      }
      case COMPLETED -> {
        go(SUBMITTED);
        assertThat(word.complete(word.get())).isTrue();
      }
      case ABANDONED -> {
        go(SUBMITTED);
        assertThat(word.abandon()).isTrue();
      }
      default -> {
        go(SUBMITTED);
        assertThat(word.fail()).isEqualTo(SUBMITTED);
      }
    }
    assertThat(word.status()).isEqualTo(status);
  }

  private static void assertRefused(ThrowingCallable transition) {
    assertThatExceptionOfType(AssertionError.class).isThrownBy(transition);
  }

  @Test
  void useOfASlotGoesRoundAndHasAGenerationOfItsOwn() {
    go(COMPLETED);
    long first = generation(word.get());
    word.free();
    go(COMPLETED);
    assertThat(generation(word.get())).isGreaterThan(first);
    word.prepare(); // its owner's next request
    assertThat(word.status()).isEqualTo(PREPARED);
  }

  @ParameterizedTest
  @ValueSource(ints = {PREPARED, SUBMITTED, ABANDONED, FAILED})
  void slotInUseIsNotPrepared(int status) {
    go(status);
    assertRefused(word::prepare);
  }

  @ParameterizedTest
  @ValueSource(ints = {SUBMITTED, ABANDONED})
  void slotThatTheKernelUsesIsNotFreed(int status) {
    go(status);
    assertRefused(word::free);
  }

  /** The ring may fail at any time, so that an owner cannot know it before. */
  @Test
  void slotOfARingThatHasFailedIsNeverFree() {
    go(FAILED);
    assertThat(word.free()).isFalse();
    assertThat(word.status()).isEqualTo(FAILED);
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE, PREPARED, COMPLETED})
  void otherSlotsAreFreed(int status) {
    go(status);
    assertThat(word.free()).isTrue();
    assertThat(word.status()).isEqualTo(FREE);
  }

  /** Either the CQE or the failure of the ring disposes of an abandoned operation. */
  @Test
  void abandonedRequestIsCompletedOnce() {
    go(ABANDONED);
    long seen = word.get();
    assertThat(word.completeAbandoned(seen)).isTrue();
    assertThat(word.fail()).isEqualTo(COMPLETED);
    word.free();
    go(ABANDONED);
    long before = word.get();
    assertThat(word.fail()).isEqualTo(ABANDONED);
    assertThat(word.completeAbandoned(before)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE, COMPLETED})
  void requestThatIsNotPreparedIsNotSubmitted(int status) {
    go(status);
    assertRefused(word::submitted);
  }

  /** As when the thread that submitted it has exited. */
  @ParameterizedTest
  @ValueSource(ints = {SUBMITTED, ABANDONED})
  void requestIsSubmittedAgain(int status) {
    go(status);
    word.submitted();
    assertThat(word.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE, PREPARED, COMPLETED, ABANDONED, FAILED})
  void requestThatIsNotSubmittedIsNotCompletedByACqe(int status) {
    go(status);
    assertRefused(() -> word.complete(word.get()));
  }

  @Test
  void wordThatHasChangedIsNotCompleted() {
    go(SUBMITTED);
    long seen = word.get();
    word.addCause(Causes.INTERRUPT);
    assertThat(word.complete(seen)).isFalse();
    assertThat(word.complete(word.get())).isTrue();
    assertThat(word.causes()).isEqualTo(Causes.INTERRUPT);
  }

  @Test
  void onlyASubmittedRequestIsAbandoned() {
    go(PREPARED);
    assertThat(word.abandon()).isFalse();
    word.submitted();
    assertThat(word.abandon()).isTrue();
    assertThat(word.abandon()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {PREPARED, SUBMITTED})
  void requestIsLeftToOthersWithoutItsCauses(int status) {
    go(status);
    word.addCause(Causes.INTERRUPT);
    word.setWaiting();
    assertThat(word.abandonToOthers()).isTrue();
    assertThat(word.status()).isEqualTo(ABANDONED);
    assertThat(word.causes()).isZero();
    assertThat(isWaiting(word.get())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE, COMPLETED, ABANDONED, FAILED})
  void requestThatHasEndedIsLeftToNobody(int status) {
    go(status);
    assertThat(word.abandonToOthers()).isFalse();
    assertThat(word.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {PREPARED, SUBMITTED, ABANDONED})
  void failureOfTheRingIsForEver(int status) {
    go(status);
    assertThat(word.fail()).isEqualTo(status);
    assertThat(word.status()).isEqualTo(FAILED);
    assertThat(word.fail()).isEqualTo(FAILED);
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE, COMPLETED})
  void slotThatTheKernelDoesNotUseDoesNotFail(int status) {
    go(status);
    assertThat(word.fail()).isEqualTo(status);
    assertThat(word.status()).isEqualTo(status);
  }

  @Test
  void onlyOneThatIsPreparedIsServedByAnothersRequest() {
    assertThat(word.completeUnsubmitted()).isFalse();
    word.prepare();
    assertThat(word.completeUnsubmitted()).isTrue();
    assertThat(word.completeUnsubmitted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE, COMPLETED, ABANDONED, FAILED})
  void nobodyWaitsForWhatHasEnded(int status) {
    go(status);
    assertThat(word.setWaiting()).isFalse();
    assertThat(isWaiting(word.get())).isFalse();
  }

  /** A completion, a failure of the ring and causes from many threads: one of the ends wins. */
  @Test
  void oneEndWins() throws Exception {
    for (int round = 0; round < 500; round++) {
      StateWord raced = new StateWord();
      raced.prepare();
      raced.submitted();
      AtomicInteger ends = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long seen = raced.get(); status(seen) == SUBMITTED; seen = raced.get()) {
                      if (raced.complete(seen)) {
                        ends.incrementAndGet();
                      }
                    }
                  }));
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    if (raced.fail() == SUBMITTED) {
                      ends.incrementAndGet();
                    }
                  }));
      raced.addCause(Causes.FILE_CLOSED);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(ends).hasValue(1);
      assertThat(raced.causes()).isEqualTo(Causes.FILE_CLOSED);
    }
  }

  @Test
  void textNamesStatusAndCauses() {
    go(SUBMITTED);
    word.addCause(Causes.INTERRUPT);
    word.setWaiting();
    assertThat(word).hasToString("SUBMITTED, generation=1, causes=1, waiting");
  }
}
